import type { InventoryEventType } from '../core/inventoryEvent';
import { describedEnum } from './enums';

/** An event type as the schema writes it. */
export type InventoryEventTypeName = Uppercase<InventoryEventType>;

export const InventoryEventTypeEnum = describedEnum<InventoryEventTypeName>(
  'InventoryEventType',
  'What can happen to an item (docs/reference/events.md).',
  {
    CREATED: 'The item was created.',
    UPDATED: 'Anything of the item changed.',
    DELETED: 'The item was deleted.',
    UPDATED_WITH_REASON: 'It changed, and why: an order, a merchant, an order taken back.',
    STOCK_STATUS_UPDATED: 'It came in stock or went out of stock.',
    LOW_STOCK:
      'Its available units came down to its low stock threshold. Not of Wix: webhooks carry it ' +
      'only to receivers that name it.',
  },
);

/** The type as the schema writes it. */
export function eventTypeToName(type: InventoryEventType): InventoryEventTypeName {
  return type.toUpperCase() as InventoryEventTypeName;
}

/** The type that the schema's word means. */
export function eventTypeOfName(name: InventoryEventTypeName): InventoryEventType {
  return name.toLowerCase() as InventoryEventType;
}

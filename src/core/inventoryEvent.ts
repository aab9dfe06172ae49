import type { InventoryItem } from './item';
import type { WixReason } from './movement';

/**
 * What can happen to an item, in the order in which one movement tells it: what carries the whole
 * item comes last, so that who drops older events never drops the newest state. `low_stock` is the
 * hub's own, the others are Wix's (Inventory Items V3, events).
 */
export const inventoryEventTypes = [
  'stock_status_updated',
  'low_stock',
  'updated_with_reason',
  'created',
  'updated',
  'deleted',
] as const;
/** One of {@link inventoryEventTypes}. */
export type InventoryEventType = (typeof inventoryEventTypes)[number];

/**
 * Wix's own types: what a receiver gets that asked for none by name. Wix's SDK throws at a type it
 * does not know, so the hub's own is sent only to who names it.
 */
export const wixEventTypes: readonly InventoryEventType[] = inventoryEventTypes.filter(
  (type) => type !== 'low_stock',
);

/** Something that a movement did to an item. */
export interface InventoryEvent {
  /** GUID, derived from tenant, ledger entry, item and type: the same each time it is made. */
  id: string;
  type: InventoryEventType;
  itemId: string;
  /** The item right after the movement; of a deleted one, as it was last. */
  item: InventoryItem;
  /** Ledger sequence times ten, and the place within the movement: rises per item for ever. */
  sequence: string;
  /** Redis time of the movement, ms since 1970. */
  timeMs: number;
  /** The movement that did it. */
  ledgerId: string;
  /** What was done, in lower-case, such as `decrement`. */
  action: string;
  /** With `updated`: dotted path of each changed field on the wire -> value before (null: none). */
  modifiedFields?: Record<string, unknown>;
  /** With `updated_with_reason`. */
  reason?: WixReason;
  /**
   * With `low_stock`: the threshold that was in force, units. Absent: the entry is of an older hub,
   * which did not say the tenant's default.
   */
  threshold?: number;
}

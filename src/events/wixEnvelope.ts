import type { InventoryEvent, InventoryEventType } from '../core/inventoryEvent';
import { availabilityStatus, availableOf } from '../core/item';
import type { PreparedEvent } from '../core/webhook';
import { wixItem } from '../core/wixItem';

/** Wix Inventory Items V3, events. */
const WIX_FQDN = 'wix.stores.catalog.v3.inventory_item';
/** Of the events that Wix has not. */
const HUB_FQDN = 'inventory_hub.inventory_item';

function fqdnOf(type: InventoryEventType): string {
  return type === 'low_stock' ? HUB_FQDN : WIX_FQDN;
}

/** The `eventType` of an event, by which receivers choose their handler. */
export function eventTypeName(type: InventoryEventType): string {
  return `${fqdnOf(type)}_${type}`;
}

/**
 * An event in Wix's words, ready to be sent.
 *
 * @param appId the app that made the change: the hub's own
 */
export function prepareEvent(event: InventoryEvent, appId: string): PreparedEvent {
  const { id, type, itemId, sequence, timeMs } = event;
  return { id, type, itemId, sequence, timeMs, body: JSON.stringify(domainEvent(event, appId)) };
}

/** Part B of the envelope (Wix webhooks, event body). */
export function domainEvent(event: InventoryEvent, appId: string): Record<string, unknown> {
  return {
    id: event.id,
    entityFqdn: fqdnOf(event.type),
    slug: event.type,
    entityId: event.itemId,
    ...eventBody(event, appId),
    eventTime: new Date(event.timeMs).toISOString(),
    triggeredByAnonymizeRequest: false,
    originatedFrom: event.action,
    entityEventSequence: event.sequence,
  };
}

function eventBody(event: InventoryEvent, appId: string): Record<string, unknown> {
  const { item } = event;
  const entity = wixItem(item);
  switch (event.type) {
    case 'created':
      return { createdEvent: { entity } };
    case 'updated':
      return { updatedEvent: { currentEntity: entity, modifiedFields: event.modifiedFields } };
    case 'deleted':
      return { deletedEvent: { deletedEntity: entity } };
    case 'updated_with_reason':
      return { actionEvent: { body: { currentEntity: entity, reason: event.reason, appId } } };
    case 'stock_status_updated':
      return { actionEvent: { body: { inStock: availabilityStatus(item) === 'IN_STOCK' } } };
    case 'low_stock': {
      const { threshold } = event;
      const body = { currentEntity: entity, available: availableOf(item), threshold };
      return { actionEvent: { body } };
    }
  }
}

/**
 * The `data` of the token: part A of the envelope, whose own `data` and `identity` are JSON texts
 * again (Wix SDK: an object there is refused).
 */
export function envelopeOf(event: PreparedEvent, tenantId: string, appId: string): string {
  return JSON.stringify({
    data: event.body,
    instanceId: tenantId,
    eventType: eventTypeName(event.type),
    identity: JSON.stringify({ identityType: 'APP', appId }),
    accountInfo: {},
  });
}

import { deriveKey, guidOfKey, keyOfGuid } from '../core/identity';
import type { InventoryEvent, InventoryEventType } from '../core/inventoryEvent';
import { availabilityStatus, type InventoryItem } from '../core/item';
import { wixReasons, type LedgerEntry, type LedgerLine, type WixReason } from '../core/movement';
import { wixItem } from '../core/wixItem';

/** Places of the events of one movement about one item: sequences rise with them. */
const PLACE: Record<InventoryEventType, number> = {
  stock_status_updated: 0,
  low_stock: 1,
  updated_with_reason: 2,
  created: 3,
  updated: 3,
  deleted: 3,
};

const TAKEN_BACK: ReadonlySet<string> = new Set([
  'ORDER_CANCELED',
  'ORDER_REFUNDED',
  'ORDER_REJECTED',
]);

/**
 * What a ledger entry did to its items, in order. A line that changed nothing (ignored, untracked)
 * makes no event.
 *
 * @param items the item of each line as of the entry, as `itemsAsOf` gives them
 */
export function eventsOf(
  tenantId: string,
  entry: LedgerEntry,
  items: readonly (InventoryItem | null)[],
): InventoryEvent[] {
  return entry.lines.flatMap((line, i) => {
    const item = items[i];
    return item && isChanged(entry, line) ? lineEvents(tenantId, entry, line, item) : [];
  });
}

/** Why Wix would say the stock changed (Wix Inventory Items V3, `reason`). */
export function wixReasonOf({ operation, reason }: LedgerEntry): WixReason {
  const own = wixReasons.find((word) => word === reason);
  if (own) return own;
  if (reason !== undefined && TAKEN_BACK.has(reason)) return 'REVERT_INVENTORY_CHANGE';
  if (operation === 'DECREMENT') return 'ORDER';
  if (operation === 'INCREMENT') return 'REVERT_INVENTORY_CHANGE';
  return 'MANUAL';
}

function lineEvents(
  tenantId: string,
  entry: LedgerEntry,
  line: LedgerLine,
  item: InventoryItem,
): InventoryEvent[] {
  const event = (type: InventoryEventType, more: Partial<InventoryEvent> = {}): InventoryEvent => ({
    id: eventId(tenantId, entry.id, line.itemId, type),
    type,
    itemId: line.itemId,
    item,
    sequence: String(entry.sequence * 10 + PLACE[type]),
    timeMs: entry.timeMs,
    ledgerId: entry.id,
    action: entry.operation.toLowerCase(),
    ...more,
  });
  if (line.deleted) return [event('deleted')];
  const events: InventoryEvent[] = [];
  const inStock = availabilityStatus(item) === 'IN_STOCK';
  if (!line.created && inStock !== (line.statusBefore === 'IN_STOCK')) {
    events.push(event('stock_status_updated'));
  }
  const threshold = line.defaultThreshold ?? item.lowStockThreshold;
  if (line.fellLow) events.push(event('low_stock', threshold === null ? {} : { threshold }));
  if (line.created) return [...events, event('created')];
  return [
    ...events,
    event('updated_with_reason', { reason: wixReasonOf(entry) }),
    event('updated', { modifiedFields: modifiedFields(line, item) }),
  ];
}

/** GUID of an event: whoever makes it again makes the same. */
function eventId(tenantId: string, ledgerId: string, itemId: string, type: string): string {
  return guidOfKey(deriveKey(keyOfGuid(itemId), `event\n${tenantId}\n${ledgerId}\n${type}`));
}

function isChanged({ timeMs }: LedgerEntry, line: LedgerLine): boolean {
  const { level, ignored, created, deleted, levelBefore, delta, preorderDelta } = line;
  if (ignored || !level) return false;
  if (created || deleted || levelBefore || delta !== 0 || preorderDelta !== 0) return true;
  // A reservation changes no number of the line, but it dates the level.
  return level.tracked && level.reserved > 0 && level.updatedMs === timeMs;
}

/** The item right before: saved lines say what it was, movements what they changed of it. */
function itemBefore(line: LedgerLine, item: InventoryItem): InventoryItem {
  const { levelBefore, documentBefore, delta, preorderDelta } = line;
  if (levelBefore) return { ...(documentBefore ?? item), ...levelBefore, id: item.id };
  return {
    ...item,
    quantity: item.quantity - delta,
    preorderCounter: item.preorderCounter - preorderDelta,
    revision: item.revision - 1,
  };
}

function modifiedFields(line: LedgerLine, item: InventoryItem): Record<string, unknown> {
  const before = flat(wixItem(itemBefore(line, item)));
  const after = flat(wixItem(item));
  if (line.statusBefore) before.set('availabilityStatus', line.statusBefore);
  const modified: Record<string, unknown> = {};
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)];
    // A movement does not tell when the item was changed before.
    if (path === 'updatedDate' || JSON.stringify(was) === JSON.stringify(is)) continue;
    modified[path] = was ?? null;
  }
  return modified;
}

/** The values of an object by dotted path; lists are values. */
function flat(value: object, path = '', values = new Map<string, unknown>()): Map<string, unknown> {
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    const place = path === '' ? name : `${path}.${name}`;
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    if (isObject) flat(inner, place, values);
    else values.set(place, inner);
  }
  return values;
}

import type { LedgerEntry } from '../core/movement';
import type { HubRedis } from '../redis/commands';
import type { OrderItem, OrderRecord } from '../redis/packing';
import { readLedger } from '../redis/reads';
import { readEntries, readOrders } from '../redis/snapshots';
import { expectSame, type DriftList } from './drift';

/** So many movements an order's record names; of an order with more, the newest. */
const MOVEMENTS_KEPT = 1000;

/** A check of order records against the ledger, fed with the ledger's entries in batches. */
export interface OrderCheck {
  redis: HubRedis;
  tenantId: string;
  drift: DriftList;
  /** Orders whose record no longer names all of their movements, as first read. */
  long: Map<string, OrderRecord>;
}

/** A check that has seen no entry. */
export function startOrderCheck(redis: HubRedis, tenantId: string, drift: DriftList): OrderCheck {
  return { redis, tenantId, drift, long: new Map() };
}

/**
 * Checks the records of the orders that some entries name. Each entry must stand in its order's
 * record; an order is compared as a whole at the first of its entries, as of the moment its record
 * is read, which is later: what the record names is in the ledger by then and never changes. So the
 * check is exact while orders move, and keeps nothing.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function checkOrders(check: OrderCheck, entries: readonly LedgerEntry[]) {
  const { redis, tenantId, drift } = check;
  const ofOrders = entries.filter(({ orderId }) => orderId !== undefined);
  const orderIds = [...new Set(ofOrders.map(({ orderId }) => orderId!))];
  const records = await readOrders(redis, tenantId, orderIds);
  const byOrder = new Map(orderIds.map((orderId, i) => [orderId, records[i]]));
  const whole = new Map<string, OrderRecord>();
  const heads = new Map<string, string>();
  for (const { id, orderId } of ofOrders) {
    const record = byOrder.get(orderId!);
    const place = { itemId: null, orderId: orderId!, ledgerId: id };
    if (!record) {
      expectSame(drift, place, 'order', null, 'a record');
      continue;
    }
    const first = record.movementIds[0] ?? '';
    if (record.movementIds.length >= MOVEMENTS_KEPT) {
      if (!check.long.has(orderId!)) check.long.set(orderId!, record);
      if (isBefore(id, first)) continue;
    } else if (first === id) {
      whole.set(orderId!, record);
    } else {
      heads.set(orderId!, first);
    }
    if (!record.movementIds.includes(id)) expectSame(drift, place, 'movementIds', null, id);
  }
  await checkHeads(check, heads);
  const known = new Map(ofOrders.map((entry) => [entry.id, entry]));
  const wholes = [...whole].map((order) => checkWhole(check, ...order, known));
  await Promise.all(wholes);
}

/** An order is compared at its first entry: so that entry has to be there. */
async function checkHeads({ redis, tenantId, drift }: OrderCheck, heads: Map<string, string>) {
  const entries = await readEntries(redis, tenantId, [...heads.values()]);
  [...heads.keys()].forEach((orderId, i) => {
    const place = { itemId: null, orderId };
    const [named, found] = [heads.get(orderId)!, entries[i]];
    if (found?.orderId !== orderId) expectSame(drift, place, 'movementIds', named, null);
  });
}

async function checkWhole(
  { redis, tenantId, drift }: OrderCheck,
  orderId: string,
  record: OrderRecord,
  known: ReadonlyMap<string, LedgerEntry>,
): Promise<void> {
  const unread = record.movementIds.filter((id) => !known.has(id));
  const read = await readEntries(redis, tenantId, unread);
  const byId = new Map(unread.map((id, i) => [id, read[i]]));
  const items: OrderItems = new Map();
  for (const id of record.movementIds) {
    const entry = known.get(id) ?? byId.get(id);
    if (entry?.orderId === orderId) addEntry(items, entry);
    else expectSame(drift, { itemId: null, orderId }, 'movementIds', id, null);
  }
  compareItems(drift, orderId, record, items);
}

/**
 * Compares the orders whose records no longer name all of their movements: one more reading of the
 * ledger for all of them.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function checkLongOrders({ redis, tenantId, drift, long }: OrderCheck) {
  if (long.size === 0) return;
  const sums = new Map([...long.keys()].map((orderId) => [orderId, new Map() as OrderItems]));
  const newest = new Map([...long.keys()].map((orderId) => [orderId, [] as string[]]));
  const ends = [...long.values()].map(({ movementIds }) => movementIds.at(-1)!);
  const end = ends.reduce((latest, id) => (isBefore(latest, id) ? id : latest));
  for await (const entries of readLedger(redis, tenantId)) {
    for (const entry of entries) {
      const record = entry.orderId === undefined ? undefined : long.get(entry.orderId);
      if (!record || isBefore(record.movementIds.at(-1)!, entry.id)) continue;
      addEntry(sums.get(entry.orderId!)!, entry);
      const ids = newest.get(entry.orderId!)!;
      ids.push(entry.id);
      if (ids.length > MOVEMENTS_KEPT) ids.shift();
    }
    if (!isBefore(entries.at(-1)!.id, end)) break;
  }
  for (const [orderId, record] of long) {
    const place = { itemId: null, orderId };
    const [stored, expected] = [record.movementIds, newest.get(orderId)!];
    expectSame(drift, place, 'movementIds', stored.join(' '), expected.join(' '));
    compareItems(drift, orderId, record, sums.get(orderId)!);
  }
}

type OrderItems = Map<string, OrderItem>;

function addEntry(items: OrderItems, entry: LedgerEntry): void {
  for (const { itemId, units, preorderDelta, ignored } of entry.lines) {
    if (ignored) continue;
    const item = items.get(itemId) ?? { itemId, taken: 0, returned: 0, preordered: 0 };
    if (units < 0) item.taken -= units;
    else item.returned += units;
    item.preordered += preorderDelta;
    items.set(itemId, item);
  }
}

function compareItems(
  drift: DriftList,
  orderId: string,
  record: OrderRecord,
  expected: OrderItems,
): void {
  const stored = new Map(record.items.map((item) => [item.itemId, item]));
  for (const itemId of new Set([...stored.keys(), ...expected.keys()])) {
    for (const field of ['taken', 'returned', 'preordered'] as const) {
      const place = { itemId, orderId };
      const [is, must] = [stored.get(itemId)?.[field], expected.get(itemId)?.[field]];
      expectSame(drift, place, field, is ?? null, must ?? null);
    }
  }
}

/** Whether a ledger id stands before another one. */
function isBefore(id: string, other: string): boolean {
  const [timeMs, sequence] = id.split('-').map(Number);
  const [otherTimeMs, otherSequence] = other.split('-').map(Number);
  return timeMs! - otherTimeMs! < 0 || (timeMs === otherTimeMs && sequence! < otherSequence!);
}

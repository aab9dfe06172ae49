import { InventoryError } from '../core/errors';
import { isBefore, ledgerIdParts } from '../core/ledgerId';
import type { LedgerEntry } from '../core/movement';
import { readCheckpointId } from '../redis/checkpoint';
import type { HubRedis } from '../redis/commands';
import type { CheckedEntry } from '../redis/ledgerEntry';
import { orderMovementAt, type OrderMovement } from '../redis/packedState';
import type { OrderItem, OrderRecord } from '../redis/packing';
import { readCheckedLedger } from '../redis/reads';
import { readCheckedEntries, readOrderSnapshots, readTime } from '../redis/snapshots';
import { expectSame, type DriftList } from './drift';

/** So many movements an order's record names; of an order with more, the newest. */
export const MOVEMENTS_KEPT = 1000;

/** What a check goes by. */
export interface OrderCheckOptions {
  drift: DriftList;
  /** The ledger begins after this entry; empty: nothing was trimmed. */
  checkpointId: string;
  /** How long an order's record is kept after its last movement, ms; 0: for ever. */
  orderRetentionMs: number;
}

/** A check of order records against the ledger, fed with the ledger's entries in batches. */
export interface OrderCheck extends OrderCheckOptions {
  redis: HubRedis;
  tenantId: string;
  /** Orders whose record no longer names all of their movements, as first read. */
  long: Map<string, OrderRecord>;
}

/** A check that has seen no entry. */
export function startOrderCheck(
  redis: HubRedis,
  tenantId: string,
  options: OrderCheckOptions,
): OrderCheck {
  return { redis, tenantId, ...options, long: new Map() };
}

/** What the entries of a batch are to their orders. */
interface Sorted {
  /** Records to compare as a whole. */
  whole: Map<string, OrderRecord>;
  /** First movements that must be in the ledger, by order. */
  heads: Map<string, string>;
}

/** An entry that names an order, and that order's record. */
interface OrderEntry {
  read: CheckedEntry;
  entry: LedgerEntry & { orderId: string };
}

/** Which way a movement goes in its order. */
export function directionOf({ operation }: Pick<LedgerEntry, 'operation'>) {
  return (operation === 'DECREMENT' ? '-' : '+') satisfies OrderMovement['direction'];
}

/**
 * Checks the records of the orders that some entries name. Each entry must stand in its order's
 * record, with its direction and digests; an order is compared as a whole at the first of its
 * entries, as of the moment its record is read, which is later: what the record names is in the
 * ledger by then and never changes. So the check is exact while orders move, and keeps nothing.
 *
 * @throws InventoryError CHECKPOINT_CHANGED, REDIS_UNAVAILABLE
 */
export async function checkOrders(
  check: OrderCheck,
  entries: readonly CheckedEntry[],
): Promise<void> {
  const ofOrders = entries.flatMap((read): OrderEntry[] => {
    const { orderId } = read.entry ?? {};
    return orderId === undefined ? [] : [{ read, entry: { ...read.entry!, orderId } }];
  });
  const orderIds = [...new Set(ofOrders.map(({ entry }) => entry.orderId))];
  const records = await readOrderSnapshots(check.redis, check.tenantId, orderIds);
  const byOrder = new Map(orderIds.map((orderId, i) => [orderId, records[i]]));
  const nowMs = check.orderRetentionMs > 0 ? await readTime(check.redis) : 0;
  const sorted: Sorted = { whole: new Map(), heads: new Map() };
  for (const each of ofOrders) {
    const { entry } = each;
    const place = { itemId: null, orderId: entry.orderId, ledgerId: entry.id };
    const stored = byOrder.get(entry.orderId);
    if (stored?.order) checkRecord(check, sorted, each, { ...stored, order: stored.order });
    else if (stored) expectSame(check.drift, place, 'order', 'no record', 'a record');
    else if (!hasExpired(check, entry, nowMs)) {
      expectSame(check.drift, place, 'order', null, 'a record');
    }
  }
  await checkHeads(check, sorted.heads);
  const known = new Map(ofOrders.map(({ entry }) => [entry.id, entry]));
  await Promise.all([...sorted.whole].map((order) => checkWhole(check, ...order, known)));
}

/** Whether an order's record was gone by some time when this was its last movement. */
function hasExpired({ orderRetentionMs }: OrderCheck, { timeMs }: LedgerEntry, byMs: number) {
  return orderRetentionMs > 0 && timeMs + orderRetentionMs <= byMs;
}

function checkRecord(
  check: OrderCheck,
  { whole, heads }: Sorted,
  { read, entry }: OrderEntry,
  { packed, order: record }: { packed: Buffer; order: OrderRecord },
): void {
  const { id, orderId } = entry;
  const first = record.movementIds[0] ?? '';
  if (record.movementIds.length >= MOVEMENTS_KEPT) {
    if (!check.long.has(orderId)) check.long.set(orderId, record);
    if (isBefore(id, first)) return;
  } else if (keptIds(check, record)[0] === id) {
    whole.set(orderId, record);
  } else if (isBefore(id, first) && hasExpired(check, entry, ledgerIdParts(first).timeMs)) {
    // The record of that time is gone, and another one was begun.
    return;
  } else if (first !== '' && !isTrimmed(check, first)) {
    heads.set(orderId, first);
  }
  const place = { itemId: null, orderId, ledgerId: id };
  const at = record.movementIds.indexOf(id);
  if (at < 0) {
    expectSame(check.drift, place, 'movementIds', null, id);
    return;
  }
  const { direction, digests } = orderMovementAt(packed, at);
  expectSame(check.drift, place, 'direction', direction, directionOf(entry));
  const [stored, expected] = [digests.toString('hex'), read.digests.toString('hex')];
  expectSame(check.drift, place, 'digests', stored, expected);
}

function isTrimmed({ checkpointId }: OrderCheck, ledgerId: string): boolean {
  return checkpointId !== '' && !isBefore(checkpointId, ledgerId);
}

/** The movements of a record that the ledger still has to have. */
function keptIds(check: OrderCheck, { movementIds }: OrderRecord): string[] {
  return movementIds.filter((id) => !isTrimmed(check, id));
}

/** An order is compared at its first entry: so that entry has to be there. */
async function checkHeads(check: OrderCheck, heads: Map<string, string>) {
  const ids = [...heads.values()];
  const entries = await readCheckedEntries(check.redis, check.tenantId, ids);
  for (const [i, [orderId, named]] of [...heads].entries()) {
    if (entries[i]?.entry?.orderId !== orderId) await noteMissing(check, orderId, named);
  }
}

/** A movement that a record names is not in the ledger: lost, unless it was trimmed just now. */
async function noteMissing(check: OrderCheck, orderId: string, ledgerId: string) {
  const { redis, tenantId, checkpointId, drift } = check;
  const present = await readCheckpointId(redis, tenantId);
  if (present !== checkpointId && !isBefore(present, ledgerId)) {
    throw new InventoryError('CHECKPOINT_CHANGED');
  }
  expectSame(drift, { itemId: null, orderId }, 'movementIds', ledgerId, null);
}

async function checkWhole(
  check: OrderCheck,
  orderId: string,
  record: OrderRecord,
  known: ReadonlyMap<string, LedgerEntry>,
): Promise<void> {
  const ids = keptIds(check, record);
  const unread = ids.filter((id) => !known.has(id));
  const read = await readCheckedEntries(check.redis, check.tenantId, unread);
  const byId = new Map(unread.map((id, i) => [id, read[i]?.entry]));
  const items: OrderItems = new Map();
  for (const id of ids) {
    const entry = known.get(id) ?? byId.get(id);
    if (entry?.orderId === orderId) addToOrder(items, entry);
    else await noteMissing(check, orderId, id);
  }
  const partly = ids.length < record.movementIds.length;
  compareItems(check.drift, orderId, { record, expected: items, partly });
}

/**
 * Compares the orders whose records no longer name all of their movements: one more reading of the
 * ledger for all of them.
 *
 * @throws InventoryError CHECKPOINT_CHANGED, REDIS_UNAVAILABLE
 */
export async function checkLongOrders(check: OrderCheck): Promise<void> {
  const { redis, tenantId, drift, long, checkpointId } = check;
  if (long.size === 0) return;
  const sums = new Map([...long.keys()].map((orderId) => [orderId, new Map() as OrderItems]));
  const newest = new Map([...long.keys()].map((orderId) => [orderId, [] as string[]]));
  const ends = [...long.values()].map(({ movementIds }) => movementIds.at(-1)!);
  const end = ends.reduce((latest, id) => (isBefore(latest, id) ? id : latest));
  for await (const entries of readCheckedLedger(redis, tenantId, checkpointId)) {
    for (const { entry } of entries) {
      const record = entry?.orderId === undefined ? undefined : long.get(entry.orderId);
      if (!entry || !record || isBefore(record.movementIds.at(-1)!, entry.id)) continue;
      addToOrder(sums.get(entry.orderId!)!, entry);
      const ids = newest.get(entry.orderId!)!;
      ids.push(entry.id);
      if (ids.length > MOVEMENTS_KEPT) ids.shift();
    }
    if (!isBefore(entries.at(-1)!.id, end)) break;
  }
  if ((await readCheckpointId(redis, tenantId)) !== checkpointId) {
    throw new InventoryError('CHECKPOINT_CHANGED');
  }
  for (const [orderId, record] of long) {
    const place = { itemId: null, orderId };
    const [stored, expected] = [keptIds(check, record), newest.get(orderId)!];
    expectSame(drift, place, 'movementIds', stored.join(' '), expected.join(' '));
    // Which of its movements were trimmed can't be told any more.
    const partly = checkpointId !== '' || check.orderRetentionMs > 0;
    compareItems(drift, orderId, { record, expected: sums.get(orderId)!, partly });
  }
}

/** What an order took and gave back, by item id. */
export type OrderItems = Map<string, OrderItem>;

/** Adds one of its movements to what an order took and gave back. */
export function addToOrder(items: OrderItems, entry: LedgerEntry): void {
  for (const { itemId, units, preorderDelta, ignored } of entry.lines) {
    if (ignored) continue;
    const item = items.get(itemId) ?? { itemId, taken: 0, returned: 0, preordered: 0 };
    if (units < 0) item.taken -= units;
    else item.returned += units;
    // Below zero only when the movement that took them was trimmed.
    item.preordered = Math.max(0, item.preordered + preorderDelta);
    items.set(itemId, item);
  }
}

/** `partly`: movements that were trimmed may have added to what is expected. */
function compareItems(
  drift: DriftList,
  orderId: string,
  { record, expected, partly }: { record: OrderRecord; expected: OrderItems; partly: boolean },
): void {
  const stored = new Map(record.items.map((item) => [item.itemId, item]));
  const place = { itemId: null, orderId };
  expectSame(drift, place, 'items', record.items.length, stored.size);
  const fields = partly
    ? (['taken', 'returned'] as const)
    : (['taken', 'returned', 'preordered'] as const);
  for (const itemId of new Set([...stored.keys(), ...expected.keys()])) {
    for (const field of fields) {
      const place = { itemId, orderId };
      const [is, must] = [stored.get(itemId)?.[field], expected.get(itemId)?.[field]];
      if (partly && (is ?? 0) >= (must ?? 0)) continue;
      expectSame(drift, place, field, is ?? null, must ?? null);
    }
  }
}

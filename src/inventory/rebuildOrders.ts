import { InventoryError } from '../core/errors';
import { isBefore, ledgerIdParts } from '../core/ledgerId';
import { readCheckpointId } from '../redis/checkpoint';
import type { CheckedEntry } from '../redis/ledgerEntry';
import { lastLedgerId, readCheckedLedger } from '../redis/reads';
import { restoreOrder } from '../redis/restore';
import { readOrderSnapshots, readTime } from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import type { DriftList } from './drift';
import { whileUntrimmed } from './ledgerReading';
import { addToOrder, checkLongOrders, checkOrders, directionOf } from './orderCheck';
import { MOVEMENTS_KEPT, startOrderCheck, type OrderItems } from './orderCheck';

/** What one reading of the ledger puts together; more are left for the next. */
const ORDERS_AT_ONCE = 50_000;
const ORDERS_PER_STEP = 200;
/** Rounds in which orders moved while they were restored, before it is left at that. */
const MAX_INCOMPLETE_ROUNDS = 5;

type Deps = Pick<InventoryDeps, 'redis' | 'orderRetentionMs'>;

/** An order as the ledger has it. */
interface LedgerOrder {
  movements: { ledgerId: string; direction: '-' | '+' }[];
  items: OrderItems;
}

/**
 * Restores the order records that are missing or contradict the ledger, with the digests that
 * repeats are known by. Records that are right, and those of orders the ledger no longer has, are
 * left alone. Of an order whose first movements were trimmed, what is left is restored.
 *
 * @returns how many were restored
 * @throws InventoryError CHECKPOINT_CHANGED, REDIS_UNAVAILABLE
 */
export async function rebuildOrders(
  deps: Deps,
  tenantId: string,
  signal?: AbortSignal,
): Promise<number> {
  let restored = 0;
  for (let incomplete = 0; incomplete < MAX_INCOMPLETE_ROUNDS && !signal?.aborted;) {
    const wrong = await whileUntrimmed(deps.redis, tenantId, () => wrongOrders(deps, tenantId));
    const done = await whileUntrimmed(deps.redis, tenantId, () =>
      restoreOrders(deps, tenantId, wrong, signal),
    );
    restored += done;
    // Those that moved meanwhile were left alone, and are looked at again.
    if (done < wrong.size) incomplete += 1;
    else if (wrong.size < ORDERS_AT_ONCE) break;
  }
  return restored;
}

/** Ids of orders whose records are not as the ledger says, the first 50,000. */
async function wrongOrders(
  { redis, orderRetentionMs }: Deps,
  tenantId: string,
): Promise<Set<string>> {
  const wrong = new Set<string>();
  const drift: DriftList = {
    count: 0,
    named: [],
    onDrift: ({ orderId }) => {
      if (orderId !== undefined && wrong.size < ORDERS_AT_ONCE) wrong.add(orderId);
    },
  };
  const checkpointId = await readCheckpointId(redis, tenantId);
  const check = startOrderCheck(redis, tenantId, { drift, checkpointId, orderRetentionMs });
  for await (const entries of readCheckedLedger(redis, tenantId, checkpointId)) {
    await checkOrders(check, entries);
    if (wrong.size >= ORDERS_AT_ONCE) return wrong;
  }
  await checkLongOrders(check);
  return wrong;
}

async function restoreOrders(
  deps: Deps,
  tenantId: string,
  wrong: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { redis } = deps;
  const orders = new Map<string, LedgerOrder>();
  const checkpointId = await readCheckpointId(redis, tenantId);
  let lastId = checkpointId;
  const readOn = async (end?: string) => {
    for await (const entries of readCheckedLedger(redis, tenantId, lastId)) {
      for (const entry of entries) {
        if (end !== undefined && isBefore(end, entry.id)) return;
        addEntry(orders, wrong, entry);
        lastId = entry.id;
      }
    }
  };
  await readOn();
  if ((await readCheckpointId(redis, tenantId)) !== checkpointId) {
    throw new InventoryError('CHECKPOINT_CHANGED');
  }
  let restored = 0;
  const orderIds = [...orders.keys()];
  for (let at = 0; at < orderIds.length && !signal?.aborted; at += ORDERS_PER_STEP) {
    const step = orderIds.slice(at, at + ORDERS_PER_STEP);
    // A movement that comes after this reading changes the record, which is then left alone.
    const records = await readOrderSnapshots(redis, tenantId, step);
    await readOn(await lastLedgerId(redis, tenantId));
    const nowMs = await readTime(redis);
    const done = await Promise.all(
      step.map((orderId, i) =>
        putBack(deps, tenantId, { orderId, was: records[i]?.packed ?? null, nowMs }, orders),
      ),
    );
    restored += done.filter(Boolean).length;
    for (const orderId of step) orders.delete(orderId);
  }
  return restored;
}

function addEntry(
  orders: Map<string, LedgerOrder>,
  wrong: ReadonlySet<string>,
  { id: ledgerId, entry }: CheckedEntry,
): void {
  const { orderId } = entry ?? {};
  if (!entry || orderId === undefined || !wrong.has(orderId)) return;
  const empty: LedgerOrder = { movements: [], items: new Map() };
  const order = orders.get(orderId) ?? empty;
  orders.set(orderId, order);
  order.movements.push({ ledgerId, direction: directionOf(entry) });
  if (order.movements.length > MOVEMENTS_KEPT) order.movements.shift();
  addToOrder(order.items, entry);
}

async function putBack(
  { redis, orderRetentionMs }: Deps,
  tenantId: string,
  { orderId, was, nowMs }: { orderId: string; was: Buffer | null; nowMs: number },
  orders: ReadonlyMap<string, LedgerOrder>,
): Promise<boolean> {
  const { movements, items } = orders.get(orderId)!;
  const last = ledgerIdParts(movements.at(-1)!.ledgerId).timeMs;
  const expiresInMs = orderRetentionMs === 0 ? 0 : Math.max(1, last + orderRetentionMs - nowMs);
  const content = { orderId, was, movements, items: items.values(), expiresInMs };
  return restoreOrder(redis, tenantId, content);
}

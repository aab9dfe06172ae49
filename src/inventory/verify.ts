import { InventoryError } from '../core/errors';
import { isGuid } from '../core/identity';
import { readSnapshot, scanItemIds, type ItemPlace } from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import { expectSame, type Drift, type DriftList } from './drift';
import { checkHead, checkItem } from './itemCheck';
import { checkKeys } from './keyCheck';
import type { LedgerFold } from './ledgerFold';
import { readOn, startReading, whileUntrimmed, type LedgerReading } from './ledgerReading';
import { checkLongOrders, checkOrders, startOrderCheck, type OrderCheck } from './orderCheck';

/** What a verification found. */
export interface VerifyReport {
  tenantId: string;
  /** Ledger entries read. */
  entries: number;
  /** Items compared. */
  items: number;
  /** How many things are not as the ledger says; 0: all is well. */
  driftCount: number;
  /** The first 1,000 of them. */
  drift: Drift[];
}

/** What a verification works with. `orderRetentionMs`: 0 or absent: orders are kept for ever. */
export type VerifyDeps = Pick<InventoryDeps, 'redis'> &
  Partial<Pick<InventoryDeps, 'orderRetentionMs'>>;

const ITEMS_PER_READ = 500;
const PLACES: readonly ItemPlace[] = ['levels', 'documents', 'statusIndex', 'lowStockIndex'];

interface Verification {
  reading: LedgerReading;
  drift: DriftList;
  orders: OrderCheck;
}

/** Tenants that this process verifies now. */
const running = new Set<string>();

/**
 * Rebuilds all levels, documents and order records of a tenant from its checkpoint and ledger and
 * compares them with what is stored; also the two indexes, and that nothing is stored that the
 * ledger does not know. Order records that no ledger entry names are not looked for; of an order
 * whose first movements were trimmed it is checked what can be. Entries and rows of the checkpoint
 * that can't be read are named. Nothing more than the keys is when keys are of another type.
 *
 * Exact while stock moves: some items are read at one moment together with the end of the ledger,
 * and compared when the ledger has been read on to just that end. Keeps something per item, nothing
 * per entry or order (but the orders of over 1,000 movements).
 *
 * @throws InventoryError CHECKPOINT_CHANGED when the ledger is trimmed under it again and again,
 *   REDIS_UNAVAILABLE
 */
export async function verifyTenant(deps: VerifyDeps, tenantId: string): Promise<VerifyReport> {
  return whileUntrimmed(deps.redis, tenantId, () => verifyOnce(deps, tenantId));
}

/**
 * `verifyTenant` for callers that can't be trusted to ask once: one at a time per tenant and
 * process.
 *
 * @throws InventoryError ALREADY_RUNNING, CHECKPOINT_CHANGED, REDIS_UNAVAILABLE
 */
export async function verifyTenantAlone(deps: VerifyDeps, tenantId: string): Promise<VerifyReport> {
  if (running.has(tenantId)) throw new InventoryError('ALREADY_RUNNING');
  running.add(tenantId);
  try {
    return await verifyTenant(deps, tenantId);
  } finally {
    running.delete(tenantId);
  }
}

async function verifyOnce(
  { redis, orderRetentionMs = 0 }: VerifyDeps,
  tenantId: string,
): Promise<VerifyReport> {
  const drift: DriftList = { count: 0, named: [] };
  if (!(await checkKeys(redis, tenantId, drift))) return reportOf(tenantId, drift, 0, 0);
  const reading = await startReading(redis, tenantId, drift);
  const { fold, checkpointId } = reading;
  const orders = startOrderCheck(redis, tenantId, { drift, checkpointId, orderRetentionMs });
  const verification: Verification = { reading, drift, orders };

  const start = await readSnapshot(redis, tenantId, []);
  await readOn(reading, start, (entries) => checkOrders(orders, entries));
  checkHead(drift, fold, start);
  const strangers = await findStrangers(reading, (itemId, place) => {
    expectSame(drift, { itemId }, place, 'present', null);
  });
  const itemIds = [...fold.items.keys(), ...strangers];
  for (let at = 0; at < itemIds.length; at += ITEMS_PER_READ) {
    await checkItems(verification, itemIds.slice(at, at + ITEMS_PER_READ));
  }
  await checkLongOrders(orders);
  return reportOf(tenantId, drift, fold.entries, itemIds.length);
}

function reportOf(
  tenantId: string,
  { count, named }: DriftList,
  entries: number,
  items: number,
): VerifyReport {
  return { tenantId, entries, items, driftCount: count, drift: named };
}

/** Compares some items with the ledger, as of the moment they are read. */
async function checkItems({ reading, drift, orders }: Verification, itemIds: string[]) {
  const { redis, tenantId, fold } = reading;
  const snapshot = await readSnapshot(redis, tenantId, itemIds);
  await readOn(reading, snapshot, (entries) => checkOrders(orders, entries));
  for (const item of snapshot.items) checkItem(drift, fold, snapshot, item);
}

/**
 * Ids that stand somewhere although the ledger read so far does not know them.
 *
 * @param onNoItem told of what is no item id, as `scanItemIds` gives it
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function findStrangers(
  { redis, tenantId, fold }: { fold: LedgerFold } & Pick<LedgerReading, 'redis' | 'tenantId'>,
  onNoItem: (member: string, place: ItemPlace) => void,
): Promise<Set<string>> {
  const strangers = new Set<string>();
  for (const place of PLACES) {
    for await (const ids of scanItemIds(redis, tenantId, place)) {
      for (const id of ids) {
        if (!isGuid(id)) onNoItem(id, place);
        else if (!fold.items.has(id)) strangers.add(id);
      }
    }
  }
  return strangers;
}

import { isGuid } from '../core/identity';
import { availabilityStatus, availableOf, type Level } from '../core/item';
import { readLedger } from '../redis/reads';
import { readSnapshot, scanItemIds } from '../redis/snapshots';
import type { ItemPlace, TenantSnapshot } from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import { expectSame, expectSameLevel, expectSameTrail } from './drift';
import type { Drift, DriftList } from './drift';
import { documentDigest, foldedDocument, foldedLevel, foldedTrail } from './ledgerFold';
import { foldEntry, startFold } from './ledgerFold';
import type { LedgerFold } from './ledgerFold';
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

const ITEMS_PER_READ = 500;
const PLACES: readonly ItemPlace[] = ['levels', 'documents', 'statusIndex', 'lowStockIndex'];

interface Verification extends Pick<InventoryDeps, 'redis'> {
  tenantId: string;
  drift: DriftList;
  fold: LedgerFold;
  orders: OrderCheck;
}

/**
 * Rebuilds all levels, documents and order records of a tenant from its ledger and compares them
 * with what is stored; also the two indexes, and that nothing is stored that the ledger does not
 * know. Order records that no ledger entry names are not looked for.
 *
 * Exact while stock moves: some items are read at one moment together with the end of the ledger,
 * and compared when the ledger has been read on to just that end. Keeps something per item, nothing
 * per entry or order (but the orders of over 1,000 movements).
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function verifyTenant(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
): Promise<VerifyReport> {
  const drift: DriftList = { count: 0, named: [] };
  const fold = startFold(drift);
  const orders = startOrderCheck(redis, tenantId, drift);
  const verification: Verification = { redis, tenantId, drift, fold, orders };

  const start = await readSnapshot(redis, tenantId, []);
  await readOn(verification, start);
  checkHead(drift, start);
  const strangers = await findStrangers(verification, start);
  const itemIds = [...fold.items.keys(), ...strangers];
  for (let at = 0; at < itemIds.length; at += ITEMS_PER_READ) {
    await checkItems(verification, itemIds.slice(at, at + ITEMS_PER_READ));
  }
  await checkLongOrders(orders);

  return {
    tenantId,
    entries: fold.entries,
    items: itemIds.length,
    driftCount: drift.count,
    drift: drift.named,
  };
}

/** Reads the ledger on to where it ended in a snapshot, and no further. */
async function readOn(
  { redis, tenantId, fold, orders }: Verification,
  { lastLedgerId }: TenantSnapshot,
): Promise<void> {
  if (fold.lastId === lastLedgerId) return;
  for await (const batch of readLedger(redis, tenantId, fold.lastId)) {
    const end = batch.findIndex(({ id }) => id === lastLedgerId);
    const entries = end < 0 ? batch : batch.slice(0, end + 1);
    for (const entry of entries) foldEntry(fold, entry);
    await checkOrders(orders, entries);
    if (end >= 0) return;
  }
}

function checkHead(drift: DriftList, { head, lastLedgerId }: TenantSnapshot): void {
  const place = { itemId: null };
  const [timeMs = 0, sequence = 0] = lastLedgerId ? lastLedgerId.split('-').map(Number) : [];
  expectSame(drift, place, 'headSequence', head.sequence, sequence);
  // Settings move the time without an entry.
  if (head.timeMs < timeMs) expectSame(drift, place, 'headTimeMs', head.timeMs, timeMs);
}

/** Compares some items with the ledger, as of the moment they are read. */
async function checkItems(verification: Verification, itemIds: string[]): Promise<void> {
  const { redis, tenantId, drift, fold } = verification;
  const snapshot = await readSnapshot(redis, tenantId, itemIds);
  await readOn(verification, snapshot);
  for (const { id: itemId, level, trail, document, statuses, low } of snapshot.items) {
    const expected = foldedLevel(fold, itemId);
    expectSameLevel(drift, { itemId }, level, expected);
    expectSameTrail(drift, { itemId }, trail, foldedTrail(fold, itemId));
    const stored = document && documentDigest(document);
    expectSame(drift, { itemId }, 'document', stored, foldedDocument(fold, itemId));
    const listed = statuses.join(' ') || null;
    expectSame(drift, { itemId }, 'statusIndex', listed, expected && availabilityStatus(expected));
    expectSame(drift, { itemId }, 'lowStockIndex', low, expected !== null && isLow(expected));
  }
}

function isLow(level: Level): boolean {
  const { tracked, lowStockThreshold } = level;
  return tracked && lowStockThreshold !== null && availableOf(level) <= lowStockThreshold;
}

/** Ids that stand somewhere although the ledger read so far does not know them. */
async function findStrangers(
  { redis, tenantId, drift, fold }: Verification,
  { counts }: TenantSnapshot,
): Promise<Set<string>> {
  const strangers = new Set<string>();
  for (const place of PLACES) {
    // Every item is looked at for its document; scanning would read them all once more.
    if (place === 'documents' && counts.documents === counts.levels) continue;
    for await (const ids of scanItemIds(redis, tenantId, place)) {
      for (const id of ids) {
        if (!isGuid(id)) expectSame(drift, { itemId: id }, place, 'present', null);
        else if (!fold.items.has(id)) strangers.add(id);
      }
    }
  }
  return strangers;
}

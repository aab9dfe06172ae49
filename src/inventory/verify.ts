import { availabilityStatus, availableOf, type Level } from '../core/item';
import { readLedger } from '../redis/reads';
import {
  readSnapshot,
  scanItemIds,
  type ItemPlace,
  type ItemSnapshot,
  type TenantSnapshot,
} from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import { expectSame, expectSameLevel, type Drift, type DriftList } from './drift';
import { documentDigest, foldedDocument, foldedLevel, foldEntry, startFold } from './ledgerFold';
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
 * then the ledger is read on to that end and each item compared at the revision it was read with.
 * Keeps something per item, nothing per entry or order (but the orders of over 1,000 movements).
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
  await readOn(verification, start, new Map());
  const strangers = await findStrangers(verification, start);
  const whole = await readSnapshot(redis, tenantId, []);
  await readOn(verification, whole, new Map());
  nameStrangers(verification, strangers);
  checkWhole(verification, whole);
  const itemIds = [...fold.items.keys()];
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

type Expectation = Pick<ItemSnapshot, 'level' | 'document'>;

/**
 * Reads the ledger on to where it ended in a snapshot. An awaited item is compared when it reaches
 * the revision it was read with, and is awaited no more.
 */
async function readOn(
  { redis, tenantId, fold, orders, drift }: Verification,
  { lastLedgerId }: TenantSnapshot,
  awaited: Map<string, Expectation>,
): Promise<void> {
  const end = sequenceOf(lastLedgerId);
  if (fold.sequence >= end) return;
  for await (const entries of readLedger(redis, tenantId, fold.lastId)) {
    for (const entry of entries) {
      foldEntry(fold, entry);
      for (const { itemId, ignored } of entry.lines) {
        const item = awaited.get(itemId);
        if (!item || ignored || !isReached(fold, itemId, item)) continue;
        compareItem(drift, fold, itemId, item);
        awaited.delete(itemId);
      }
    }
    await checkOrders(orders, entries);
    if (fold.sequence >= end) return;
  }
}

function sequenceOf(ledgerId: string): number {
  return Number(ledgerId.split('-')[1] ?? 0);
}

function isReached(fold: LedgerFold, itemId: string, { level }: Expectation): boolean {
  return foldedLevel(fold, itemId)?.revision === level?.revision;
}

function compareItem(
  drift: DriftList,
  fold: LedgerFold,
  itemId: string,
  { level, document }: Expectation,
): void {
  expectSameLevel(drift, { itemId }, level, foldedLevel(fold, itemId));
  const stored = document && documentDigest(document);
  expectSame(drift, { itemId }, 'document', stored, foldedDocument(fold, itemId));
}

/** Checks some items: index entries as of one moment, levels and documents at their revision. */
async function checkItems(verification: Verification, itemIds: string[]): Promise<void> {
  const { redis, tenantId, drift, fold } = verification;
  const snapshot = await readSnapshot(redis, tenantId, itemIds);
  const awaited = new Map<string, Expectation>();
  for (const item of snapshot.items) {
    checkIndexes(drift, item);
    if (isReached(fold, item.id, item)) compareItem(drift, fold, item.id, item);
    else awaited.set(item.id, item);
  }
  await readOn(verification, snapshot, awaited);
  // The ledger never says what is stored of these.
  for (const [itemId, item] of awaited) compareItem(drift, fold, itemId, item);
}

function checkIndexes(drift: DriftList, { id, level, statuses, low }: ItemSnapshot): void {
  const place = { itemId: id };
  const listed = statuses.join(' ') || null;
  expectSame(drift, place, 'statusIndex', listed, level && availabilityStatus(level));
  expectSame(drift, place, 'lowStockIndex', low, level !== null && isLow(level));
}

function isLow(level: Level): boolean {
  const { tracked, lowStockThreshold } = level;
  return tracked && lowStockThreshold !== null && availableOf(level) <= lowStockThreshold;
}

/** Where ids stand that the ledger read so far does not know. */
async function findStrangers(
  { redis, tenantId, fold }: Verification,
  { counts }: TenantSnapshot,
): Promise<Map<string, ItemPlace[]>> {
  const strangers = new Map<string, ItemPlace[]>();
  for (const place of PLACES) {
    // Every item is looked at for its document; scanning would read them all once more.
    if (place === 'documents' && counts.documents === counts.levels) continue;
    for await (const ids of scanItemIds(redis, tenantId, place)) {
      for (const id of ids) {
        const places = strangers.get(id) ?? [];
        if (!fold.items.has(id) && !places.includes(place)) strangers.set(id, [...places, place]);
      }
    }
  }
  return strangers;
}

function nameStrangers({ drift, fold }: Verification, strangers: Map<string, ItemPlace[]>): void {
  for (const [itemId, places] of strangers) {
    // An item made while ids were collected is none.
    if (fold.items.has(itemId)) continue;
    for (const place of places) expectSame(drift, { itemId }, place, 'present', null);
  }
}

function checkWhole({ drift }: Verification, { head, lastLedgerId }: TenantSnapshot): void {
  const place = { itemId: null };
  expectSame(drift, place, 'headSequence', head.sequence, sequenceOf(lastLedgerId));
  const timeMs = Number(lastLedgerId.split('-')[0]);
  // Settings move the time without an entry.
  if (head.timeMs < timeMs) expectSame(drift, place, 'headTimeMs', head.timeMs, timeMs);
}

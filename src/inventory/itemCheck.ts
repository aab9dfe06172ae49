import { availabilityStatus } from '../core/item';
import { isLowOnStock } from '../core/itemFilter';
import type { ItemSnapshot, TenantSnapshot } from '../redis/snapshots';
import { expectSame, expectSameLevel, expectSameTrail, type DriftList } from './drift';
import { documentDigest, foldedDocument, foldedLevel, foldedTrail } from './ledgerFold';
import type { LedgerFold } from './ledgerFold';
import { storedSettings } from './storedSettings';

/** A time that is further ahead of the clock than this is wrong, whatever the clock did; ms. */
export const MOST_AHEAD_MS = 86_400_000;

/** Compares an item of a snapshot with a ledger that was read to the end the snapshot has. */
export function checkItem(
  drift: DriftList,
  fold: LedgerFold,
  snapshot: TenantSnapshot,
  { id: itemId, packed, level, trail, document, statuses, low, scores }: ItemSnapshot,
): void {
  const expected = foldedLevel(fold, itemId);
  if (packed && !level) {
    expectSame(drift, { itemId }, 'level', `${packed.length} bytes`, expected?.revision ?? null);
  } else {
    expectSameLevel(drift, { itemId }, level, expected);
    expectSameTrail(drift, { itemId }, trail, foldedTrail(fold, itemId));
  }
  const stored = document && documentDigest(document.toString());
  expectSame(drift, { itemId }, 'document', stored, foldedDocument(fold, itemId));
  const listed = statuses.join(' ') || null;
  expectSame(drift, { itemId }, 'statusIndex', listed, expected && availabilityStatus(expected));
  for (const index of ['statusIndex', 'lowStockIndex'] as const) {
    expectSame(drift, { itemId }, `${index}Score`, scores[index], 0);
  }
  // Behind a new default threshold the index is not wrong yet.
  if (snapshot.reindexing !== null && expected) return;
  const threshold = storedSettings(snapshot.settings).lowStockThreshold;
  const isLow = expected !== null && isLowOnStock(expected, threshold);
  expectSame(drift, { itemId }, 'lowStockIndex', low, isLow);
}

/** Compares the head of a snapshot with the end of the ledger, and with the settings. */
export function checkHead(
  drift: DriftList,
  { sequence, timeMs }: LedgerFold,
  { packedHead, head, settings, nowMs }: TenantSnapshot,
): void {
  const place = { itemId: null };
  if (!head) {
    const stored = packedHead ? `${packedHead.length} bytes` : 0;
    expectSame(drift, place, 'headSequence', stored, sequence);
    return;
  }
  expectSame(drift, place, 'headSequence', head.sequence, sequence);
  // Settings move the time without an entry.
  const earliest = head.timeMs < timeMs;
  const latest = head.timeMs > Math.max(timeMs, nowMs) + MOST_AHEAD_MS;
  if (earliest || latest) expectSame(drift, place, 'headTimeMs', head.timeMs, timeMs);
  const { revision, lowStockThreshold } = storedSettings(settings);
  expectSame(drift, place, 'settingsRevision', head.settingsRevision, revision);
  expectSame(drift, place, 'lowStockDefault', head.lowStockThreshold, lowStockThreshold);
}

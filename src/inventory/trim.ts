import { InventoryError } from '../core/errors';
import { isBefore, ledgerIdParts } from '../core/ledgerId';
import type { LedgerEntry } from '../core/movement';
import { isTrimHeld, readCheckpointId } from '../redis/checkpoint';
import { readCheckpointItems, trimLedger } from '../redis/checkpoint';
import type { CheckpointChange } from '../redis/checkpoint';
import type { HubRedis } from '../redis/commands';
import { lastLedgerId, readLedger } from '../redis/reads';
import { readTime } from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import type { DriftList } from './drift';
import { documentText, foldCheckpointItem, foldedLevel, foldedTrail } from './ledgerFold';
import { foldEntry, startFold } from './ledgerFold';
import type { TrimLimit } from './trimLimit';

/** What a trimming did. */
export interface TrimReport {
  tenantId: string;
  /** Entries that went. */
  entries: number;
  /** The entry the checkpoint holds up to now; empty when there is none. */
  checkpointId: string;
  /** Contradictions within what went; 0 when all is well. */
  contradictions: number;
}

/** Which entries may go. */
export interface TrimOptions {
  /** Entries must be older than this, ms; default: the retention of the settings. */
  ageMs?: number;
  /** Who still needs entries: none goes that one of them has not passed. */
  limits: readonly TrimLimit[];
  /** Stops between two steps. */
  signal?: AbortSignal;
}

const ENTRIES_PER_STEP = 200;
/** A step's script is one step for everybody who waits. */
const ITEMS_PER_STEP = 1000;
const NO_TRIM = 0;

/**
 * Takes entries out of a tenant's ledger that are older than its retention, into the checkpoint.
 * Some stay: the newest one; those that answer repeats of keyed calls; those that somebody still
 * needs. Keeps nothing per entry; may be stopped, killed and run by several processes at once.
 *
 * @throws InventoryError LEDGER_INCOMPLETE when the ledger does not begin where the checkpoint
 *   ends, REDIS_UNAVAILABLE
 */
export async function trimTenant(
  deps: Pick<InventoryDeps, 'redis' | 'retentionMs' | 'ledgerRetentionMs'>,
  tenantId: string,
  { ageMs = deps.ledgerRetentionMs, limits, signal }: TrimOptions,
): Promise<TrimReport> {
  const { redis } = deps;
  const drift: DriftList = { count: 0, named: [] };
  let entries = 0;
  if (ageMs !== NO_TRIM) {
    const before = (await readTime(redis)) - Math.max(ageMs, deps.retentionMs);
    const end = await endOf(redis, tenantId, limits);
    while (!signal?.aborted) {
      const trimmed = await trimStep({ redis, tenantId, before, end, drift });
      if (trimmed === 0) break;
      entries += trimmed;
    }
  }
  const checkpointId = await readCheckpointId(redis, tenantId);
  return { tenantId, entries, checkpointId, contradictions: drift.count };
}

interface TrimStep {
  redis: HubRedis;
  tenantId: string;
  /** Entries from this time on stay, ms. */
  before: number;
  /** The last entry that may go, or null when only the newest has to stay. */
  end: string;
  drift: DriftList;
}

/** The last entry that may go: all have passed it, and it is not the newest. */
async function endOf(
  redis: HubRedis,
  tenantId: string,
  limits: readonly TrimLimit[],
): Promise<string> {
  const passed = await Promise.all(limits.map((limit) => limit(tenantId)));
  const newest = await lastLedgerId(redis, tenantId);
  const { timeMs, sequence } = ledgerIdParts(newest);
  const beforeNewest = sequence === 0 ? '' : `${timeMs}-${sequence - 1}`;
  return passed.reduce<string>(
    (end, id) => (id !== null && isBefore(id, end) ? id : end),
    beforeNewest,
  );
}

/** Trims up to 200 entries; returns how many, 0 when there is nothing more to do. */
async function trimStep(step: TrimStep): Promise<number> {
  const { redis, tenantId } = step;
  if (await isTrimHeld(redis, tenantId)) return 0;
  const from = await readCheckpointId(redis, tenantId);
  const entries = await oldestEntries(step, from);
  const through = entries.at(-1);
  if (!through) return 0;
  const items = await changesOf(step, from, entries);
  try {
    return await trimLedger(redis, { tenantId, from, through: through.id, items });
  } catch (error) {
    const changed = error instanceof InventoryError && error.code === 'CHECKPOINT_CHANGED';
    if (!changed) throw error;
    // Another process trims too, and goes on with it.
    return 0;
  }
}

async function oldestEntries(
  { redis, tenantId, before, end }: TrimStep,
  from: string,
): Promise<LedgerEntry[]> {
  const { sequence } = ledgerIdParts(from);
  for await (const batch of readLedger(redis, tenantId, from, ENTRIES_PER_STEP)) {
    if (batch[0]!.sequence !== sequence + 1) {
      const present = await readCheckpointId(redis, tenantId);
      if (present !== from) return [];
      throw new InventoryError('LEDGER_INCOMPLETE');
    }
    const stays = batch.findIndex(({ id, timeMs }) => timeMs >= before || isBefore(end, id));
    const old = stays < 0 ? batch : batch.slice(0, stays);
    let lines = 0;
    const tooMany = old.findIndex((entry, i) => {
      lines += entry.lines.length;
      return i > 0 && lines > ITEMS_PER_STEP;
    });
    return tooMany < 0 ? old : old.slice(0, tooMany);
  }
  return [];
}

/** What the items are after some entries that follow the checkpoint. */
async function changesOf(
  { redis, tenantId, drift }: TrimStep,
  from: string,
  entries: readonly LedgerEntry[],
): Promise<CheckpointChange[]> {
  const lines = entries.flatMap((entry) => entry.lines);
  const moved = lines.filter(({ ignored }) => !ignored);
  const itemIds = [...new Set(lines.map(({ itemId }) => itemId))];
  const before = await readCheckpointItems(redis, tenantId, itemIds);
  const documents = new Map<string, string>();
  const fold = startFold(drift, from);
  for (const item of before) {
    if (!item) continue;
    foldCheckpointItem(fold, item);
    documents.set(item.itemId, item.document);
  }
  for (const entry of entries) foldEntry(fold, entry);
  for (const { itemId, document } of moved) {
    if (document) documents.set(itemId, documentText(document));
  }
  return [...new Set(moved.map(({ itemId }) => itemId))].map((itemId) => {
    const [level, trail] = [foldedLevel(fold, itemId), foldedTrail(fold, itemId)];
    if (!level || !trail) return { itemId, level: null };
    return { itemId, level, trail, document: documents.get(itemId) ?? '{}' };
  });
}

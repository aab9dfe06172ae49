import { InventoryError } from '../core/errors';
import { isBefore, ledgerIdParts } from '../core/ledgerId';
import { isTrimHeld, readCheckpointHead, readCheckpointId } from '../redis/checkpoint';
import { readCheckpointRows, trimLedger } from '../redis/checkpoint';
import type { CheckpointChange, CheckpointHead, CheckpointRow } from '../redis/checkpoint';
import type { HubRedis } from '../redis/commands';
import { keys } from '../redis/keys';
import type { CheckedEntry } from '../redis/ledgerEntry';
import { lastLedgerId, readCheckedLedger } from '../redis/reads';
import { readTime } from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import { expectSame, type DriftList } from './drift';
import { ledgerFault } from './ledgerFault';
import { documentText, foldCheckpointItem, foldedLevel, foldedTrail } from './ledgerFold';
import { foldEntry, startFold, type LedgerFold } from './ledgerFold';
import type { TrimLimit } from './trimLimit';

/** What a trimming did. */
export interface TrimReport {
  tenantId: string;
  /** Entries that went. */
  entries: number;
  /** The entry the checkpoint holds up to now; empty when there is none. */
  checkpointId: string;
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
 * It stops before the first entry that does not follow from those before it: what came before is
 * trimmed, and the proof stays.
 *
 * @throws InventoryError LEDGER_INCOMPLETE when entries are missing right before the oldest that is
 *   left, LEDGER_CONTRADICTS when that one contradicts the checkpoint or can't be read;
 *   REDIS_UNAVAILABLE
 */
export async function trimTenant(
  deps: Pick<InventoryDeps, 'redis' | 'retentionMs' | 'ledgerRetentionMs'>,
  tenantId: string,
  { ageMs = deps.ledgerRetentionMs, limits, signal }: TrimOptions,
): Promise<TrimReport> {
  const { redis } = deps;
  let entries = 0;
  if (ageMs !== NO_TRIM) {
    const before = (await readTime(redis)) - Math.max(ageMs, deps.retentionMs);
    while (!signal?.aborted) {
      const trimmed = await trimStep({ redis, tenantId, before, limits });
      if (trimmed === 0) break;
      entries += trimmed;
    }
  }
  return { tenantId, entries, checkpointId: await readCheckpointId(redis, tenantId) };
}

interface TrimStep {
  redis: HubRedis;
  tenantId: string;
  /** Entries from this time on stay, ms. */
  before: number;
  limits: readonly TrimLimit[];
}

/** Trims up to 200 entries; returns how many, 0 when there is nothing more to do. */
async function trimStep(step: TrimStep): Promise<number> {
  const { redis, tenantId } = step;
  if (await isTrimHeld(redis, tenantId)) return 0;
  const from = await readCheckpointHead(redis, tenantId);
  // Of every step anew: who needs entries may have come since the last one.
  const entries = await oldestEntries(step, from, await endOf(step));
  if (entries.length === 0) return 0;
  const itemIds = [...new Set(entries.flatMap(linesOf).map(({ itemId }) => itemId))];
  const rows = await readCheckpointRows(redis, tenantId, itemIds);
  const known = rows.filter((row) => row !== null);
  const read = foldWhile(step, from, entries, known);
  const { sound } = read;
  const isSound = sound.length === entries.length;
  // Another process trims too, and goes on with it: what was read did not belong together.
  if (!isSound && (await readCheckpointId(redis, tenantId)) !== (from?.id ?? '')) return 0;
  const through = sound.at(-1)?.id;
  if (through === undefined) throw ledgerFault(read.fold)!;
  const { fold } = isSound ? read : foldWhile(step, from, sound, known);
  const items = changesOf(fold, sound, known);
  const changed = new Set(items.map(({ itemId }) => itemId));
  const replaced = known.filter(({ name }) => changed.has(name));
  try {
    return await trimLedger(redis, { tenantId, from, through, items, rows: replaced });
  } catch (error) {
    if (!(error instanceof InventoryError) || error.code !== 'CHECKPOINT_CHANGED') throw error;
    return 0;
  }
}

/** The last entry that may go: all have passed it, and it is not the newest. */
async function endOf({ redis, tenantId, limits }: TrimStep): Promise<string> {
  const passed = await Promise.all(limits.map((limit) => limit(tenantId)));
  const newest = await lastLedgerId(redis, tenantId);
  const { timeMs, sequence } = ledgerIdParts(newest);
  const beforeNewest = sequence === 0 ? '' : `${timeMs}-${sequence - 1}`;
  return passed.reduce<string>(
    (end, id) => (id !== null && isBefore(id, end) ? id : end),
    beforeNewest,
  );
}

async function oldestEntries(
  { redis, tenantId, before }: TrimStep,
  from: CheckpointHead | null,
  end: string,
): Promise<CheckedEntry[]> {
  for await (const batch of readCheckedLedger(redis, tenantId, from?.id, ENTRIES_PER_STEP)) {
    const stays = batch.findIndex(({ id, timeMs }) => timeMs >= before || isBefore(end, id));
    const old = stays < 0 ? batch : batch.slice(0, stays);
    let lines = 0;
    const tooMany = old.findIndex((entry, i) => {
      lines += linesOf(entry).length;
      return i > 0 && lines > ITEMS_PER_STEP;
    });
    return tooMany < 0 ? old : old.slice(0, tooMany);
  }
  return [];
}

function linesOf({ entry }: CheckedEntry) {
  return entry?.lines ?? [];
}

/** The entries that follow from the checkpoint and one another, up to the first that does not. */
function foldWhile(
  { tenantId }: Pick<TrimStep, 'tenantId'>,
  from: CheckpointHead | null,
  entries: readonly CheckedEntry[],
  rows: readonly CheckpointRow[],
): { sound: CheckedEntry[]; fold: LedgerFold } {
  const drift: DriftList = { count: 0, named: [] };
  const fold = startFold(drift, from?.id);
  const damaged = new Map<string, number>();
  for (const { name, item, bytes } of rows) {
    if (item) foldCheckpointItem(fold, item);
    else damaged.set(name, bytes);
  }
  const sound: CheckedEntry[] = [];
  for (const entry of entries) {
    for (const { itemId } of linesOf(entry)) {
      const bytes = damaged.get(itemId);
      if (bytes === undefined) continue;
      const place = { itemId, ledgerId: entry.id, key: keys.checkpoint(tenantId) };
      expectSame(drift, place, 'row', `${bytes} bytes`, 'a level and a document');
    }
    foldEntry(fold, entry);
    if (drift.count > 0) break;
    sound.push(entry);
  }
  return { sound, fold };
}

/** What the items are after the entries that were folded. */
function changesOf(
  fold: LedgerFold,
  entries: readonly CheckedEntry[],
  rows: readonly CheckpointRow[],
): CheckpointChange[] {
  const moved = entries.flatMap(linesOf).filter(({ ignored }) => !ignored);
  const documents = new Map(
    rows.flatMap(({ name, item }) => (item ? [[name, item.document]] : [])),
  );
  for (const { itemId, document } of moved) {
    if (document) documents.set(itemId, documentText(document));
  }
  return [...new Set(moved.map(({ itemId }) => itemId))].map((itemId) => {
    const [level, trail] = [foldedLevel(fold, itemId), foldedTrail(fold, itemId)];
    if (!level || !trail) return { itemId, level: null };
    return { itemId, level, trail, document: documents.get(itemId)! };
  });
}

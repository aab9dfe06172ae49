import { InventoryError } from '../core/errors';
import { guidOfKey, itemKey, type ItemIdentity } from '../core/identity';
import type { MovementCause } from '../core/movement';
import { saveItems } from '../redis/commands';
import { clearImportProgress, readDocuments, readLevels } from '../redis/reads';
import type { InventoryDeps } from './deps';
import {
  addCounts,
  findImportProgress,
  NO_COUNTS,
  PROGRESS_TTL_MS,
  type ImportCounts,
  type ImportProgress,
} from './importProgress';
import { checkRow, type CheckedRow, type RawRow } from './importRow';
import { planSave, type PlannedSave, type StoredItem } from './planSave';

/** A file of items to store. */
export interface ImportRequest {
  tenantId: string;
  /** All rows of the file in order, also when an earlier run stored some of them. */
  rows: AsyncIterable<RawRow>;
  /** Equal for equal content: the import's progress is kept under it. */
  contentDigest: string;
  /** Who imports, `<kind>:<id>`. */
  actor: string;
  /** URI of the file, for the ledger. */
  reference?: string;
  /** Only tell what would happen. Default false. */
  dryRun?: boolean;
  /** Stops between two batches when it is aborted. */
  signal?: AbortSignal;
  /** Told of every problem of a row that is not stored, in file order. */
  onProblem?: (row: number, problem: InventoryError) => void;
  /** Told after each batch up to which row the file is done. */
  onProgress?: (row: number) => void;
}

/** What an import did; the counts cover all runs of the same import. */
export interface ImportResult extends ImportCounts {
  /** Rows up to this number had been done by an earlier run; 0: none. */
  resumedAfter: number;
  /** Rows up to this number are done. */
  lastRow: number;
  /** Aborted before the end: the next run goes on after `lastRow`. */
  stopped: boolean;
}

const BATCH_ROWS = 100;
/** Most text of a batch, in characters; a script call blocks the store as long as it is large. */
const BATCH_LENGTH = 1_000_000;
const MAX_ATTEMPTS = 10;
/** How many items of earlier rows a dry run remembers. */
const DRY_RUN_ITEMS = 10_000;

interface Entry {
  number: number;
  problems: readonly InventoryError[];
  save?: { key: Buffer; id: string; identity: ItemIdentity; values: CheckedRow['values'] };
}

interface Run extends Omit<ImportRequest, 'rows'> {
  progress: ImportProgress;
  /** What is stored of the progress; empty: nothing. */
  storedProgress: string;
  /** Of a dry run: items as its earlier rows would have left them, by id. */
  wouldBe: Map<string, StoredItem>;
}

/**
 * Creates and updates items from rows, in batches of up to 100, each stored all or nothing together
 * with how far the import has come. Rows that break a limit are skipped and told of. A run after an
 * interrupted one (killed, aborted, store away) goes on after the last stored batch, so that no row
 * is ever stored twice; when an import is complete its progress is forgotten.
 *
 * @throws InventoryError IMPORT_CHANGED when another run of the same import went on meanwhile,
 *   ITEM_CHANGED when others kept changing the same items, REDIS_UNAVAILABLE (run it again)
 */
export async function importItems(
  deps: InventoryDeps,
  { rows, ...request }: ImportRequest,
): Promise<ImportResult> {
  const found = await findImportProgress(deps, request.tenantId, request.contentDigest);
  const run: Run = { ...request, ...found, wouldBe: new Map() };
  const resumedAfter = run.progress.lastRow;
  let batch: Entry[] = [];
  let batchLength = 0;
  const batchIds = new Set<string>();
  const flush = async () => {
    if (batch.length > 0) await storeBatch(deps, run, batch);
    batch = [];
    batchLength = 0;
    batchIds.clear();
    run.onProgress?.(run.progress.lastRow);
  };
  for await (const row of rows) {
    if (run.signal?.aborted) break;
    if (row.number <= resumedAfter) continue;
    const entry = checkEntry(run, row);
    const full = batch.length === BATCH_ROWS || batchLength + row.length > BATCH_LENGTH;
    // Rows of one item are applied in file order: each in a batch of its own.
    if (full || (entry.save && batchIds.has(entry.save.id))) await flush();
    batch.push(entry);
    if (entry.save) batchIds.add(entry.save.id);
    batchLength += row.length;
  }
  const stopped = run.signal?.aborted ?? false;
  if (!stopped) {
    await flush();
    if (!run.dryRun) await clearImportProgress(deps.redis, run.tenantId, run.contentDigest);
  }
  const { lastRow, counts } = run.progress;
  return { ...counts, resumedAfter, lastRow, stopped };
}

function checkEntry({ tenantId, progress }: Run, row: RawRow): Entry {
  const { number } = row;
  const checked = checkRow(row);
  if (!('identity' in checked)) return { number, problems: checked };
  const locationId = checked.identity.locationId ?? progress.defaultLocationId;
  const identity = { ...checked.identity, locationId };
  const key = itemKey(tenantId, identity);
  const id = guidOfKey(key);
  return { number, problems: [], save: { key, id, identity, values: checked.values } };
}

async function storeBatch(deps: InventoryDeps, run: Run, batch: readonly Entry[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const stored = await readStored(deps, run, batch);
    const { plans, problems } = planBatch(batch, stored);
    try {
      const counts = run.dryRun ? predict(run, plans) : await saveBatch(deps, run, batch, plans);
      const lastRow = batch.at(-1)!.number;
      const failed = new Set(problems.map(({ number }) => number)).size;
      const total = addCounts(run.progress.counts, { ...counts, failed });
      run.progress = { ...run.progress, lastRow, counts: total };
      for (const { number, problem } of problems) run.onProblem?.(number, problem);
      return;
    } catch (error) {
      const changed = error instanceof InventoryError && error.code === 'ITEM_CHANGED';
      if (!changed || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function readStored(
  { redis }: InventoryDeps,
  { tenantId, wouldBe }: Run,
  batch: readonly Entry[],
): Promise<Map<string, StoredItem>> {
  const saves = batch.flatMap(({ save }) => (save ? [save] : []));
  const ids = saves.map(({ id }) => id);
  const stored = new Map<string, StoredItem>();
  if (saves.length === 0) return stored;
  const itemKeys = saves.map(({ key }) => key);
  const [documents, levels] = await Promise.all([
    readDocuments(redis, tenantId, itemKeys),
    readLevels(redis, tenantId, ids),
  ]);
  ids.forEach((id, i) => {
    const level = levels[i];
    const item = wouldBe.get(id) ?? (level && documents[i] && { document: documents[i], level });
    if (item) stored.set(id, item);
  });
  return stored;
}

function planBatch(batch: readonly Entry[], stored: ReadonlyMap<string, StoredItem>) {
  const plans: PlannedSave[] = [];
  const problems: { number: number; problem: InventoryError }[] = [];
  for (const { number, problems: found, save } of batch) {
    for (const problem of found) problems.push({ number, problem });
    if (!save) continue;
    try {
      const before = stored.get(save.id) ?? null;
      plans.push(planSave(save.key, save.identity, save.values, before));
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error;
      problems.push({ number, problem: error });
    }
  }
  return { plans, problems };
}

/** Stores the good rows of a batch and how far the import is then, in one step. */
async function saveBatch(
  { redis }: InventoryDeps,
  run: Run,
  batch: readonly Entry[],
  plans: readonly PlannedSave[],
): Promise<ImportCounts> {
  // With nothing to store, the next batch that stores tells of this one too.
  if (plans.length === 0) return NO_COUNTS;
  const { tenantId, contentDigest: digest, actor, reference, progress } = run;
  const cause: MovementCause = { operation: 'IMPORT', actor, ...(reference && { reference }) };
  const expected = countPlans(plans);
  const failed = batch.length - plans.length;
  const counts = addCounts(progress.counts, { ...expected, failed });
  const text = JSON.stringify({ ...progress, lastRow: batch.at(-1)!.number, counts });
  const { lines } = await saveItems(redis, {
    tenantId,
    items: plans.map(({ item }) => item),
    cause,
    progress: { digest, before: run.storedProgress, text, ttlMs: PROGRESS_TTL_MS },
  });
  run.storedProgress = text;
  // A sale between reading and storing makes a row change what it seemed to leave as it was.
  const created = lines.filter((line) => line.created).length;
  const updated = lines.length - created;
  return { ...NO_COUNTS, created, updated, unchanged: plans.length - lines.length };
}

function predict({ wouldBe }: Run, plans: readonly PlannedSave[]): ImportCounts {
  for (const { item, after } of plans) {
    const id = guidOfKey(item.key);
    wouldBe.delete(id);
    wouldBe.set(id, after);
    if (wouldBe.size > DRY_RUN_ITEMS) wouldBe.delete(wouldBe.keys().next().value!);
  }
  return countPlans(plans);
}

function countPlans(plans: readonly PlannedSave[]): ImportCounts {
  const counts = { ...NO_COUNTS };
  for (const { outcome } of plans) counts[outcome] += 1;
  return counts;
}

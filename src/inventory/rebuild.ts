import { InventoryError } from '../core/errors';
import { ledgerIdParts } from '../core/ledgerId';
import { readCheckpointItems } from '../redis/checkpoint';
import { noteRebuild, removeMembers, restoreHead, restoreItems } from '../redis/restore';
import type { ItemRestoration } from '../redis/restore';
import { readCheckedEntries, readSnapshot, scanTrails } from '../redis/snapshots';
import type { ItemPlace, TenantSnapshot } from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import type { Drift, DriftList } from './drift';
import { checkHead, checkItem, MOST_AHEAD_MS } from './itemCheck';
import { checkKeys } from './keyCheck';
import { keyFault, ledgerFault } from './ledgerFault';
import { documentText, foldedDocument, foldedLevel, foldedTrail } from './ledgerFold';
import { readOn, startReading, whileUntrimmed, type LedgerReading } from './ledgerReading';
import { finishReindex } from './lowStockReindex';
import { rebuildOrders } from './rebuildOrders';
import { storedSettings } from './storedSettings';
import { findStrangers } from './verify';

/** What a rebuild put right. */
export interface RebuildReport {
  tenantId: string;
  /** Ledger entries read. */
  entries: number;
  /** Items that are there now. */
  items: number;
  /** Items that were restored: level, document or places in the indexes. */
  restoredItems: number;
  /** What stood among the items and the ledger does not know. */
  removedItems: number;
  /** Order records that were restored. */
  restoredOrders: number;
  /** Whether the head was restored. */
  restoredHead: boolean;
  /** How often the ledger contradicted itself: 0 unless it was rebuilt despite that. */
  contradictionCount: number;
  /** The first 1,000 of them. */
  contradictions: Drift[];
}

/** How to rebuild. */
export interface RebuildOptions {
  /**
   * Goes on with a ledger that contradicts itself: quantities are then the sums of the changes that
   * it has, and items that it does not know stay. Default: it is refused. One that misses entries
   * always is.
   */
  despiteContradictions?: boolean;
  /** Stops between two steps; the report tells what was done until then. */
  signal?: AbortSignal;
}

type Deps = Pick<InventoryDeps, 'redis' | 'orderRetentionMs'>;

/** A rebuild under way. */
interface Rebuild {
  reading: LedgerReading;
  options: RebuildOptions;
  report: RebuildReport;
}

const ITEMS_PER_STEP = 200;
/** How often an item may change between being read and being restored. */
const MAX_ATTEMPTS = 100;

/**
 * Restores a tenant from its checkpoint and ledger: head, levels, documents, both indexes and order
 * records. What is right stays as it is. May be killed and run again. It is safe while stock moves:
 * what changed since it was read is read again.
 *
 * Keeps something per item, and of up to 50,000 orders at a time.
 *
 * @throws InventoryError LEDGER_INCOMPLETE when entries are missing anywhere after the checkpoint,
 *   or items know of later ones than there are; LEDGER_CONTRADICTS when checkpoint and ledger
 *   contradict themselves, can't be read, or a key is of another type: nothing was written then
 *   that did not come before the contradiction; CHECKPOINT_CHANGED, REDIS_UNAVAILABLE
 */
export async function rebuildTenant(
  deps: Deps,
  tenantId: string,
  options: RebuildOptions = {},
): Promise<RebuildReport> {
  const report: RebuildReport = {
    tenantId,
    entries: 0,
    items: 0,
    restoredItems: 0,
    removedItems: 0,
    restoredOrders: 0,
    restoredHead: false,
    contradictionCount: 0,
    contradictions: [],
  };
  await whileUntrimmed(deps.redis, tenantId, () => rebuildItems(deps, tenantId, report, options));
  report.restoredOrders = await rebuildOrders(deps, tenantId, options.signal);
  return report;
}

async function rebuildItems(
  { redis }: Deps,
  tenantId: string,
  report: RebuildReport,
  options: RebuildOptions,
): Promise<void> {
  const drift: DriftList = { count: 0, named: [] };
  if (!(await checkKeys(redis, tenantId, drift))) throw keyFault(drift);
  const reading = await startReading(redis, tenantId, drift);
  const { fold } = reading;
  const rebuild: Rebuild = { reading, options, report };
  const start = await readSnapshot(redis, tenantId, []);
  await readTrusted(rebuild, start);
  await expectWholeEnd(reading, start);
  report.restoredHead = (await rebuildHead(rebuild)) || report.restoredHead;

  const strays = new Map<ItemPlace, Buffer[]>();
  const strangers = await findStrangers(reading, (member, place) => {
    const bytes = Buffer.from(member.slice('bytes:'.length), 'hex');
    strays.set(place, [...(strays.get(place) ?? []), bytes]);
  });
  for (const [place, members] of strays) {
    await removeMembers(redis, tenantId, place, members);
    report.removedItems += members.length;
  }
  // What contradicts itself may have lost items that are there.
  const itemIds = [...fold.items.keys(), ...(drift.count === 0 ? strangers : [])];
  const { signal } = options;
  for (let at = 0; at < itemIds.length && !signal?.aborted; at += ITEMS_PER_STEP) {
    await rebuildStep(rebuild, itemIds.slice(at, at + ITEMS_PER_STEP));
  }
  if (!signal?.aborted) await finishReindex({ redis }, tenantId);
  await noteRebuild(redis, tenantId);
  report.entries = fold.entries;
  report.items = fold.items.size;
  report.contradictionCount = drift.count;
  report.contradictions = drift.named;
}

/** Reads on, as long as what is read can be trusted. */
async function readTrusted({ reading, options }: Rebuild, snapshot: TenantSnapshot) {
  await readOn(reading, snapshot);
  const fault = ledgerFault(reading.fold);
  const goesOn = options.despiteContradictions && fault?.code === 'LEDGER_CONTRADICTS';
  if (fault && !goesOn) throw fault;
}

/**
 * A ledger that lost its end must not take items back with it: levels that name later entries than
 * it has tell.
 */
async function expectWholeEnd(
  { redis, tenantId, fold }: LedgerReading,
  { head, nowMs }: TenantSnapshot,
): Promise<void> {
  const missing = fold.sequence === 0 || (head !== null && head.sequence > fold.sequence);
  if (!missing) return;
  for await (const trails of scanTrails(redis, tenantId)) {
    for (const { lastEntryId } of trails) {
      const { timeMs, sequence } = ledgerIdParts(lastEntryId);
      // What is in no time at all is damage.
      const real = timeMs >= fold.timeMs && timeMs <= nowMs + MOST_AHEAD_MS;
      if (real && sequence > fold.sequence) throw new InventoryError('LEDGER_INCOMPLETE');
    }
  }
}

/** Whether the head had to be restored. */
async function rebuildHead(rebuild: Rebuild): Promise<boolean> {
  const { redis, tenantId, fold } = rebuild.reading;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const snapshot = await readSnapshot(redis, tenantId, []);
    await readTrusted(rebuild, snapshot);
    const drift: DriftList = { count: 0, named: [] };
    checkHead(drift, fold, snapshot);
    if (drift.count === 0) return false;
    const { revision, lowStockThreshold } = storedSettings(snapshot.settings);
    const { sequence, timeMs } = fold;
    const head = { sequence, timeMs, settingsRevision: revision, lowStockThreshold };
    if (await restoreHead(redis, tenantId, snapshot.packedHead, head)) return true;
  }
  throw tooBusy();
}

async function rebuildStep(rebuild: Rebuild, itemIds: readonly string[]): Promise<void> {
  const { reading, report } = rebuild;
  const { redis, tenantId, fold } = reading;
  let left = itemIds;
  for (let attempt = 1; left.length > 0; attempt += 1) {
    if (attempt > MAX_ATTEMPTS) throw tooBusy();
    const snapshot = await readSnapshot(redis, tenantId, left);
    await readTrusted(rebuild, snapshot);
    const wrong = snapshot.items.filter((item) => {
      // Without a document nobody knows what the item is of: it is left as it is.
      if (foldedDocument(fold, item.id) === '') return false;
      const drift: DriftList = { count: 0, named: [] };
      checkItem(drift, fold, snapshot, item);
      return drift.count > 0;
    });
    if (wrong.length === 0) return;
    const documents = await documentsOf(
      reading,
      wrong.map(({ id }) => id),
    );
    const restorations = wrong.map(({ id: itemId, packed, document }): ItemRestoration => {
      const [level, trail] = [foldedLevel(fold, itemId), foldedTrail(fold, itemId)];
      const is = level && trail && { level, trail, document: documents.get(itemId)! };
      return { itemId, was: { packed, document }, is };
    });
    left = await restoreItems(redis, tenantId, restorations);
    const changed = new Set(left);
    for (const { itemId, is } of restorations) {
      if (changed.has(itemId)) continue;
      if (is) report.restoredItems += 1;
      else report.removedItems += 1;
    }
  }
}

/** The documents the ledger says items have, by item id: JSON. */
async function documentsOf(
  { redis, tenantId, fold }: LedgerReading,
  itemIds: readonly string[],
): Promise<Map<string, string>> {
  const documents = new Map<string, string>();
  const entryIds = new Map<string, string>();
  for (const itemId of itemIds) {
    const item = fold.items.get(itemId);
    if (item) entryIds.set(itemId, item.documentEntryId);
  }
  const inCheckpoint = [...entryIds].filter(([, id]) => id === '').map(([itemId]) => itemId);
  for (const item of await readCheckpointItems(redis, tenantId, inCheckpoint)) {
    if (item) documents.set(item.itemId, item.document);
  }
  const inLedger = [...new Set([...entryIds.values()].filter((id) => id !== ''))];
  for (const read of await readCheckedEntries(redis, tenantId, inLedger)) {
    for (const { itemId, document } of read?.entry?.lines ?? []) {
      if (!document || entryIds.get(itemId) !== read!.id) continue;
      documents.set(itemId, documentText(document));
    }
  }
  // Trimmed since it was read.
  if (documents.size < entryIds.size) throw new InventoryError('CHECKPOINT_CHANGED');
  return documents;
}

function tooBusy(): InventoryError {
  const message = 'It keeps changing while it is restored. Try again.';
  return new InventoryError('REDIS_UNAVAILABLE', message);
}

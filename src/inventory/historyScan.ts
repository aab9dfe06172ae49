import { keyOfGuid } from '../core/identity';
import type { ItemDocument } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import { comparePlacesInLedger, idOfPlace, type LedgerPlace } from '../core/ledgerPlace';
import { scanLedger, type ClosedEntry, type HistoryStep } from '../redis/history';
import { readDocuments } from '../redis/reads';
import type { InventoryDeps } from './deps';
import type { HistoryRequest, ItemHistory, OnLooked } from './historyPage';

/** Ledger entries that one request may look at in search of movements. */
export const MAX_ENTRIES_SEARCHED = 20_000;

/** One request's search. */
interface Search {
  request: HistoryRequest;
  /** Item id, 16 bytes as latin1. */
  key: string;
  createdMs: number;
  /** The first place that is looked at. */
  from: LedgerPlace;
  /** Whether the item's creation was passed: what is before it was another life of it. */
  isBorn: boolean;
  looked: number;
  steps: HistoryStep[];
  endCursor: string | null;
}

/**
 * Pages oldest first of items whose way back is too long: from each cursor on, but not from before
 * the item was created. What several of them look at is read once.
 *
 * @throws InventoryError LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function scanForth(
  deps: InventoryDeps,
  tenantId: string,
  requests: readonly HistoryRequest[],
  onLooked: OnLooked,
): Promise<Map<HistoryRequest, ItemHistory>> {
  if (requests.length === 0) return new Map();
  const createdMs = await creationTimes(deps, tenantId, requests);
  const searches = requests.map((request, i) => searchOf(request, createdMs[i]!));
  let open = [...searches].sort((one, other) => comparePlacesInLedger(one.from, other.from));
  while (open.length > 0) open = await scanFrom(deps, tenantId, open, onLooked);
  return new Map(searches.map((search) => [search.request, pageOf(search)]));
}

function searchOf(request: HistoryRequest, createdMs: number): Search {
  const { itemId, after } = request;
  const cursor = after === undefined ? undefined : ledgerIdParts(after);
  const isBorn = cursor !== undefined && cursor.timeMs >= createdMs;
  return {
    request,
    key: keyOfGuid(itemId).toString('latin1'),
    createdMs,
    from: isBorn
      ? { ...cursor, sequence: cursor.sequence + 1 }
      : { timeMs: createdMs, sequence: 0 },
    isBorn,
    looked: 0,
    steps: [],
    endCursor: after ?? null,
  };
}

/**
 * Scans from where the first search begins, for as long as one is under way.
 *
 * @returns those that begin later
 */
async function scanFrom(
  { redis }: InventoryDeps,
  tenantId: string,
  searches: readonly Search[],
  onLooked: OnLooked,
): Promise<Search[]> {
  const stretch = { oldest: idOfPlace(searches[0]!.from), newest: '+', newestFirst: false };
  let open = searches;
  for await (const batch of scanLedger(redis, tenantId, stretch)) {
    onLooked(batch.length);
    const end = ledgerIdParts(batch.at(-1)!.id);
    const begun = open.filter(({ from }) => comparePlacesInLedger(from, end) <= 0);
    lookThrough(batch, begun);
    open = open.filter((search) => !isDone(search));
    if (begun.every(isDone)) return [...open];
  }
  return [];
}

function lookThrough(batch: readonly ClosedEntry[], searches: readonly Search[]): void {
  const byItem = new Map<string, Search[]>();
  for (const search of searches) {
    const same = byItem.get(search.key);
    if (same) same.push(search);
    else byItem.set(search.key, [search]);
  }
  for (const entry of batch) {
    if (!entry.someItem((key) => byItem.has(key.toString('latin1')))) continue;
    const { lines, ...cause } = entry.open();
    for (const line of lines) {
      if (line.ignored) continue;
      const step = { ...cause, line };
      const key = keyOfGuid(line.itemId).toString('latin1');
      for (const search of byItem.get(key) ?? []) takeStep(search, step);
    }
  }
  for (const search of searches) {
    const isAhead = ({ id }: ClosedEntry) =>
      comparePlacesInLedger(ledgerIdParts(id), search.from) >= 0;
    search.looked += batch.length - batch.findIndex(isAhead);
    search.endCursor = batch.at(-1)!.id;
  }
}

function takeStep(search: Search, step: HistoryStep): void {
  if (comparePlacesInLedger(step, search.from) < 0) return;
  // It may have been deleted in the very millisecond in which it was created again, and again.
  if (step.line.created) search.steps = [];
  search.isBorn ||= step.line.created || step.timeMs > search.createdMs;
  if (search.isBorn) search.steps.push(step);
}

function isDone({ request: { first }, steps, looked }: Search): boolean {
  return steps.length >= first || looked >= MAX_ENTRIES_SEARCHED;
}

function pageOf({ request: { first }, steps, endCursor }: Search): ItemHistory {
  const page = steps.slice(0, first);
  // There is more: the way back did not come to its end.
  return { steps: page, hasMore: true, endCursor: page[first - 1]?.id ?? endCursor };
}

/**
 * When items were created, ms since 1970: an item's document has the time of the entry that did it.
 * 0: there is no such item.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function creationTimes(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  items: readonly { itemId: string }[],
): Promise<number[]> {
  const keys = items.map(({ itemId }) => keyOfGuid(itemId));
  const texts = await readDocuments(redis, tenantId, keys);
  return texts.map((text) => (text ? (JSON.parse(text) as ItemDocument).createdDate : 0));
}

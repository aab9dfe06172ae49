import { invalidInput } from '../core/errors';
import { keyOfGuid } from '../core/identity';
import type { ItemDocument } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import { compareLedgerIds, parseLedgerId } from '../core/ledgerPlace';
import { isWholeNumber } from '../core/quantity';
import { readHistory, scanLedger, STEPS_PER_CALL } from '../redis/history';
import type { ClosedEntry, HistoryStep } from '../redis/history';
import { readDocuments } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { MAX_STEPS, walkItems } from './historyWalk';
import { expectKept } from './keptCursor';

/** Longest page of movements. */
export const MAX_HISTORY_PAGE = 250;
/** Steps back to the cursor of a page oldest first; beyond, the ledger is searched from it on. */
export const MAX_STEPS_BACK = 2000;
/** Ledger entries that one request may look at in search of movements. */
export const MAX_ENTRIES_SEARCHED = 20_000;

/** A page of an item's history to read. */
export interface HistoryRequest {
  itemId: string;
  /** 1..250. */
  first: number;
  /** Ledger id that the page starts after, in its order. */
  after?: string | undefined;
  oldestFirst: boolean;
}

/** A page of an item's history. */
export interface ItemHistory {
  steps: HistoryStep[];
  /** Whether there is more, in the page's order. */
  hasMore: boolean;
  /** Where the next page starts; null: nothing was looked at. */
  endCursor: string | null;
}

/**
 * Pages of items' histories since they were created, in the order asked for: up to 250 requests.
 * Lines that the settings ignore are no part of them. The number of script calls grows with the
 * steps read, not with the items.
 *
 * @throws InventoryError INVALID_INPUT, CURSOR_GONE, LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function itemHistories(
  deps: InventoryDeps,
  tenantId: string,
  requests: readonly HistoryRequest[],
): Promise<ItemHistory[]> {
  const pages = await historiesFrom(deps, tenantId, requests);
  await expectKept(
    deps,
    tenantId,
    requests.map(({ after }) => after),
  );
  return pages;
}

/**
 * The same pages from places that are no cursors: what is no longer kept there is left out.
 *
 * @throws InventoryError INVALID_INPUT, LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function historiesFrom(
  deps: InventoryDeps,
  tenantId: string,
  requests: readonly HistoryRequest[],
): Promise<ItemHistory[]> {
  for (const { first, after } of requests) checkPage(first, after);
  const histories = new Map<HistoryRequest, ItemHistory>();
  const back = requests.filter(({ oldestFirst }) => !oldestFirst);
  for (let at = 0; at < back.length; at += STEPS_PER_CALL) {
    await readBack(deps, tenantId, back.slice(at, at + STEPS_PER_CALL), histories);
  }
  for (const request of requests) {
    if (request.oldestFirst) histories.set(request, await readForth(deps, tenantId, request));
  }
  return requests.map((request) => histories.get(request)!);
}

/** @throws InventoryError INVALID_INPUT */
export function checkPage(first: number, after: string | undefined): void {
  if (!isWholeNumber(first, 1, MAX_HISTORY_PAGE)) {
    throw invalidInput('first', first, `1..${MAX_HISTORY_PAGE}`);
  }
  if (after !== undefined) parseLedgerId(after, 'after');
}

/** Newest first. */
async function readBack(
  deps: InventoryDeps,
  tenantId: string,
  requests: readonly HistoryRequest[],
  histories: Map<HistoryRequest, ItemHistory>,
): Promise<void> {
  if (requests.length === 0) return;
  // A walk begins at the cursor's own entry, which is no part of the page.
  const most = Math.max(...requests.map(({ first, after }) => first + (after ? 2 : 1)));
  const walks = requests.map(({ itemId, after = null }) => ({ itemId, from: after }));
  const { items } = await walkItems(deps, tenantId, walks, { stepsPerItem: most });
  for (const [i, request] of requests.entries()) {
    const { after } = request;
    const { steps, ended } = items[i]!;
    // The cursor is none of the item's own entries.
    const strange = after !== undefined && steps.length === 0 && ended === 'gone';
    const own = strange ? await walkPast(deps, tenantId, request) : steps;
    const page = after === undefined || strange ? own : own.slice(1);
    histories.set(request, pageOf(page, request));
  }
}

/** What is older than a cursor, looked for from the item's newest entry. */
async function walkPast(
  deps: InventoryDeps,
  tenantId: string,
  { itemId, first, after }: HistoryRequest,
): Promise<HistoryStep[]> {
  const older: HistoryStep[] = [];
  let from: string | null = null;
  for (let taken = 0; taken < MAX_STEPS; taken += STEPS_PER_CALL) {
    const bounds = { stepsPerItem: STEPS_PER_CALL };
    const { items } = await readHistory(deps.redis, tenantId, [{ itemId, from }], bounds);
    const { steps, ended, nextEntryId } = items[0]!;
    older.push(...steps.filter(({ id }) => compareLedgerIds(id, after!) < 0));
    if (ended !== 'more' || older.length > first) return older;
    from = nextEntryId;
  }
  throw invalidInput('after', after, "the id of one of the item's movements");
}

function pageOf(steps: HistoryStep[], { first, after }: HistoryRequest): ItemHistory {
  const page = steps.slice(0, first);
  return {
    steps: page,
    hasMore: steps.length > first,
    endCursor: page.at(-1)?.id ?? after ?? null,
  };
}

/** Oldest first: the whole way back to the cursor, or from the cursor on where that is too long. */
async function readForth(
  deps: InventoryDeps,
  tenantId: string,
  request: HistoryRequest,
): Promise<ItemHistory> {
  const { itemId, after } = request;
  const notAbove = after === undefined ? undefined : ledgerIdParts(after);
  const bounds = { stepsPerItem: MAX_STEPS_BACK, notAbove };
  const { items } = await walkItems(deps, tenantId, [{ itemId, from: null }], bounds);
  const { steps, ended } = items[0]!;
  if (ended === 'more') return scanForth(deps, tenantId, request);
  const page = steps.reverse();
  if (after !== undefined) {
    const start = page.findIndex(({ id }) => compareLedgerIds(id, after) > 0);
    page.splice(0, start < 0 ? page.length : start);
  }
  return pageOf(page, request);
}

/** From the cursor on, but not from before the item was created: that was another life of it. */
async function scanForth(
  deps: InventoryDeps,
  tenantId: string,
  { itemId, first, after }: HistoryRequest,
): Promise<ItemHistory> {
  const key = keyOfGuid(itemId);
  const createdMs = await creationTime(deps, tenantId, itemId);
  const steps: HistoryStep[] = [];
  const begins = after === undefined || ledgerIdParts(after).timeMs < createdMs;
  const oldest = begins ? `${createdMs}` : `(${after}`;
  const stretch = { oldest, newest: '+', newestFirst: false };
  let isBorn = !begins;
  let looked = 0;
  let endCursor = after ?? null;
  for await (const batch of scanLedger(deps.redis, tenantId, stretch)) {
    for (const entry of batch) {
      if (!entry.someItem((other) => key.equals(other))) continue;
      for (const step of stepsOf(entry, itemId)) {
        // It may have been deleted in the very millisecond in which it was created again.
        isBorn ||= step.line.created || step.timeMs > createdMs;
        if (isBorn) steps.push(step);
      }
    }
    looked += batch.length;
    endCursor = batch.at(-1)!.id;
    if (steps.length >= first || looked >= MAX_ENTRIES_SEARCHED) break;
  }
  const page = steps.slice(0, first);
  // There is more: the way back did not come to its end.
  return { steps: page, hasMore: true, endCursor: page[first - 1]?.id ?? endCursor };
}

/**
 * When an item was created, ms since 1970: its document has the time of the entry that did it. 0:
 * there is no such item.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function creationTime(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  itemId: string,
): Promise<number> {
  const [text] = await readDocuments(redis, tenantId, [keyOfGuid(itemId)]);
  return text ? (JSON.parse(text) as ItemDocument).createdDate : 0;
}

function stepsOf(entry: ClosedEntry, itemId: string): HistoryStep[] {
  const { lines, ...cause } = entry.open();
  return lines
    .filter((line) => line.itemId === itemId && !line.ignored)
    .map((line) => ({ ...cause, line }));
}

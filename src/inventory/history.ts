import { invalidInput } from '../core/errors';
import { ledgerIdParts } from '../core/ledgerId';
import { compareLedgerIds, parseLedgerId } from '../core/ledgerPlace';
import { isWholeNumber } from '../core/quantity';
import { STEPS_PER_CALL, type HistoryStep } from '../redis/history';
import type { InventoryDeps } from './deps';
import type { HistoryRequest, ItemHistory, OnLooked } from './historyPage';
import { scanForth } from './historyScan';
import { MAX_STEPS, walkItems } from './historyWalk';
import { expectKept } from './keptCursor';

/** Longest page of movements. */
export const MAX_HISTORY_PAGE = 250;
/** Steps back to the cursor of a page oldest first; beyond, the ledger is searched from it on. */
export const MAX_STEPS_BACK = 2000;

/**
 * Pages of items' histories since they were created, in the order asked for. Lines that the
 * settings ignore are no part of them. Histories are read together, up to 250 of them: the number
 * of script calls grows with the steps read, not with the items.
 *
 * @param onLooked what it throws ends the reading
 * @throws InventoryError INVALID_INPUT, CURSOR_GONE, LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function itemHistories(
  deps: InventoryDeps,
  tenantId: string,
  requests: readonly HistoryRequest[],
  onLooked?: OnLooked,
): Promise<ItemHistory[]> {
  const pages = await historiesFrom(deps, tenantId, requests, onLooked);
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
  onLooked: OnLooked = () => undefined,
): Promise<ItemHistory[]> {
  for (const { first, after } of requests) checkPage(first, after);
  const histories = new Map<HistoryRequest, ItemHistory>();
  for (const oldestFirst of [false, true]) {
    const alike = requests.filter((request) => request.oldestFirst === oldestFirst);
    const read = oldestFirst ? readForth : readBack;
    for (let at = 0; at < alike.length; at += STEPS_PER_CALL) {
      const some = alike.slice(at, at + STEPS_PER_CALL);
      const pages = await read(deps, tenantId, some, onLooked);
      some.forEach((request, i) => histories.set(request, pages[i]!));
    }
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
  onLooked: OnLooked,
): Promise<ItemHistory[]> {
  // A walk begins at the cursor's own entry, which is no part of the page.
  const walks = requests.map(({ itemId, first, after = null }) => {
    return { itemId, from: after, steps: first + (after === null ? 1 : 2) };
  });
  const { items } = await walkItems(deps, tenantId, walks, { stepsPerItem: MAX_HISTORY_PAGE });
  const strange = requests.filter(({ after }, i) => {
    const { taken, ended } = items[i]!;
    return after !== undefined && taken === 0 && ended === 'gone';
  });
  const past = await walkPast(deps, tenantId, strange, onLooked);
  return requests.map((request, i) => {
    const { steps } = items[i]!;
    const page = past.get(request) ?? (request.after === undefined ? steps : steps.slice(1));
    return pageOf(page, request);
  });
}

/** What is older than cursors that are none of the items' own entries, from their newest on. */
async function walkPast(
  deps: InventoryDeps,
  tenantId: string,
  requests: readonly HistoryRequest[],
  onLooked: OnLooked,
): Promise<Map<HistoryRequest, HistoryStep[]>> {
  const past = new Map<HistoryRequest, HistoryStep[]>();
  if (requests.length === 0) return past;
  const ways = requests.map(({ itemId, after }) => {
    return { itemId, from: null, notAbove: ledgerIdParts(after!) };
  });
  const far = { stepsPerItem: MAX_STEPS, keepLast: 1, onSteps: onLooked };
  const walked = (await walkItems(deps, tenantId, ways, far)).items;
  const reached = requests.flatMap((request, i) => {
    const { ended, steps } = walked[i]!;
    if (ended === 'more') {
      throw invalidInput('after', request.after, "the id of one of the item's movements");
    }
    past.set(request, []);
    return ended === 'reached' ? [{ request, from: steps[0]!.id }] : [];
  });
  if (reached.length === 0) return past;
  const walks = reached.map(({ request: { itemId, first }, from }) => {
    return { itemId, from, steps: first + 1 };
  });
  const { items } = await walkItems(deps, tenantId, walks, { stepsPerItem: MAX_HISTORY_PAGE });
  reached.forEach(({ request }, i) => past.set(request, items[i]!.steps));
  return past;
}

/** A page of steps in its order, and whether there are more of them. */
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
  requests: readonly HistoryRequest[],
  onLooked: OnLooked,
): Promise<ItemHistory[]> {
  const walks = requests.map(({ itemId, after }) => {
    return { itemId, from: null, notAbove: after === undefined ? undefined : ledgerIdParts(after) };
  });
  // A page, whether there is more, and the entry that is not above the cursor.
  const keepLast = Math.max(0, ...requests.map(({ first }) => first)) + 2;
  const bounds = { stepsPerItem: MAX_STEPS_BACK, keepLast, onSteps: onLooked };
  const items = walks.length > 0 ? (await walkItems(deps, tenantId, walks, bounds)).items : [];
  const far = requests.filter((_, i) => items[i]!.ended === 'more');
  const scanned = await scanForth(deps, tenantId, far, onLooked);
  return requests.map((request, i) => {
    const { after } = request;
    const ahead = (id: string) => after === undefined || compareLedgerIds(id, after) > 0;
    const page = items[i]!.steps.filter(({ id }) => ahead(id)).reverse();
    return scanned.get(request) ?? pageOf(page, request);
  });
}

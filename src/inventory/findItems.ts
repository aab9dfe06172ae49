import type { InventoryItem } from '../core/item';
import { checksOf, itemTest, type ItemFilter, type ItemTest } from '../core/itemFilter';
import { comparePlaces, placeOf, type ItemPlace, type ItemSort } from '../core/itemOrder';
import type { ItemFeeds } from './itemFeed';
import type { ItemIndex } from './itemIndex';
import { MOST } from './itemScan';
import { Turn } from './turn';

/** Longest page, in items. */
export const MAX_PAGE_SIZE = 250;

/** So few candidates are looked at one by one rather than searched for in an order. */
const FEW_CANDIDATES = 250;
/** A walk is given up after so many times the steps it should take, and so many steps at least. */
const PATIENCE = 8;
const LEAST_STEPS = 1000;

/** A page to find: so many items before or after a place in an order. */
export interface ItemPage {
  filter: ItemFilter;
  sort: ItemSort;
  /** 1..250. */
  size: number;
  /** Default: from the start of the order. */
  after?: ItemPlace | undefined;
  /** Default: to the end of the order. */
  before?: ItemPlace | undefined;
  /** Take the last items of the range instead of the first. */
  fromEnd: boolean;
}

/**
 * Pays for conditions checked on items, before or while they are: one check is one condition on one
 * item, a text is twenty. What it throws ends the search.
 */
export type SpendChecks = (checks: number) => Promise<void>;

/** Items found, in order. */
export interface FoundItems {
  items: InventoryItem[];
  /** Whether there are items of the range beyond the page, at the end it was not taken from. */
  hasMore: boolean;
  /** How many items the filter finds in all. */
  countAll: () => Promise<number>;
}

/**
 * Finds a page of items. All that was acknowledged before the call is seen. The work grows with the
 * page where the filter finds much, else with the items of the smallest index that serves it
 * (docs/concepts/lists.md).
 *
 * @throws InventoryError REDIS_UNAVAILABLE, and what `spend` throws
 */
export async function findItems(
  feeds: ItemFeeds,
  tenantId: string,
  page: ItemPage,
  spend: SpendChecks = () => Promise.resolve(),
): Promise<FoundItems> {
  const index = await feeds.current(tenantId);
  await index.makeRangesOf(page.filter);
  const turn = new Turn();
  // Without a filter there is no index to ask, and a page is short work.
  if (Object.keys(page.filter).length > 0 && turn.isUsedUp()) await turn.pass();
  const matches = itemTest(page.filter, index.tenantThreshold);
  const test: PaidTest = { matches, checks: checksOf(page.filter), spend };
  const candidates = index.candidates(page.filter).size;
  const found =
    (await walkOrder(index, candidates, page, test)) ?? (await searchAll(index, page, test));
  return { ...found, countAll: () => countItems(index, page.filter, test) };
}

/** A test of items, what one takes, and who pays for it. */
interface PaidTest {
  matches: ItemTest;
  checks: number;
  spend: SpendChecks;
}

type Found = Pick<FoundItems, 'items' | 'hasMore'>;

/**
 * Takes a page's items out of the order, one after another. Undefined when that would be, or turns
 * out to be, more work than a look at all candidates.
 */
async function walkOrder(
  index: ItemIndex,
  candidates: number,
  { size, sort, fromEnd, after, before }: ItemPage,
  { matches, checks, spend }: PaidTest,
): Promise<Found | undefined> {
  // As many as there are between two candidates, if those are spread evenly.
  const expected = (size * index.items.size) / Math.max(candidates, 1);
  if (candidates <= FEW_CANDIDATES || expected > candidates) return undefined;
  // Where no index serves the filter there is nothing better than to walk on.
  const steps = Math.min(candidates, Math.max(PATIENCE * expected, LEAST_STEPS));
  const mostSteps = candidates < index.items.size ? steps : Infinity;
  const order = await index.inOrder(sort.field);
  const backwards = fromEnd !== sort.descending;
  const end = fromEnd ? after : before;
  const isPastEnd = (item: InventoryItem) => {
    const compared = end ? comparePlaces(placeOf(item, sort), end, sort) : 0;
    return end !== undefined && (fromEnd ? compared <= 0 : compared >= 0);
  };
  const turn = new Turn(checks);
  let paid = 0;
  const pay = async () => {
    const due = turn.steps - paid;
    paid = turn.steps;
    await spend(due);
  };
  // By id: an item that moves ahead while others have their turn comes once all the same.
  const found = new Map<string, InventoryItem>();
  const finish = async (hasMore: boolean) => {
    await pay();
    const items = [...found.values()];
    return { items: fromEnd ? items.reverse() : items, hasMore };
  };
  let place = fromEnd ? before : after;
  let looked = 0;
  for (;;) {
    let last: InventoryItem | undefined;
    for (const item of order.walk(place, backwards)) {
      if (isPastEnd(item)) return finish(false);
      looked += 1;
      if (looked > mostSteps) {
        await pay();
        return undefined;
      }
      if (matches(item) && !found.has(item.id)) {
        if (found.size === size) return finish(true);
        // A copy: an item that moves on must still be shown, and have a cursor, where it was found.
        found.set(item.id, { ...item });
      }
      if (!turn.isOver()) continue;
      last = item;
      break;
    }
    if (!last) return finish(false);
    place = placeOf(last, sort);
    await pay();
    await turn.pass();
  }
}

/** Looks at all candidates and keeps the best. */
async function searchAll(
  index: ItemIndex,
  { filter, size, sort, fromEnd, after, before }: ItemPage,
  { matches, checks, spend }: PaidTest,
): Promise<Found> {
  const turn = new Turn(checks);
  if (turn.isUsedUp()) await turn.pass();
  const items = atOneMoment(index, filter);
  await spend(items.length * checks);
  // Best first: the order of the page, seen from the end it is taken from.
  const order = fromEnd ? { ...sort, descending: !sort.descending } : sort;
  const best: { item: InventoryItem; place: ItemPlace }[] = [];
  let inRange = 0;
  for (const item of items) {
    if (turn.isOver()) await turn.pass();
    if (!matches(item)) continue;
    const place = placeOf(item, sort);
    if (after && comparePlaces(place, after, sort) <= 0) continue;
    if (before && comparePlaces(place, before, sort) >= 0) continue;
    inRange += 1;
    const last = best[size - 1];
    if (last && comparePlaces(place, last.place, order) >= 0) continue;
    // A copy, for the reason above.
    insert(best, { item: { ...item }, place }, order);
    if (best.length > size) best.pop();
  }
  const found = best.map(({ item }) => item);
  if (fromEnd) found.reverse();
  return { items: found, hasMore: inRange > found.length };
}

async function countItems(
  index: ItemIndex,
  filter: ItemFilter,
  { matches, checks, spend }: PaidTest,
): Promise<number> {
  const known = index.countOf(filter);
  if (known !== undefined) return known;
  const turn = new Turn(checks);
  if (turn.isUsedUp()) await turn.pass();
  const items = atOneMoment(index, filter);
  await spend(items.length * checks);
  let count = 0;
  for (const item of items) {
    if (turn.isOver()) await turn.pass();
    if (matches(item)) count += 1;
  }
  return count;
}

/** An index that moves on while others get their turn would give an item twice. */
function atOneMoment(index: ItemIndex, filter: ItemFilter): readonly InventoryItem[] {
  const { size, each } = index.candidates(filter);
  return [...(size > index.items.size * MOST ? index.items.values() : each())];
}

function insert<T extends { place: ItemPlace }>(best: T[], entry: T, order: ItemSort): void {
  let [low, high] = [0, best.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces(best[middle]!.place, entry.place, order) < 0) low = middle + 1;
    else high = middle;
  }
  best.splice(low, 0, entry);
}

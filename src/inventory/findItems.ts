import { setImmediate as nextTurn } from 'node:timers/promises';
import { itemTest, type ItemFilter } from '../core/itemFilter';
import { comparePlaces, placeOf, type ItemPlace, type ItemSort } from '../core/itemOrder';
import type { InventoryItem } from '../core/item';
import type { ItemFeeds } from './itemFeed';
import type { Candidates } from './itemGroups';

/** Longest page, in items. */
export const MAX_PAGE_SIZE = 250;

/** How long a search may hold the process before others get their turn, ms. */
const TURN_MS = 4;
/** How many items are looked at between two looks at the clock. */
const ITEMS_PER_LOOK = 500;

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

/** Items found, in order. */
export interface FoundItems {
  items: InventoryItem[];
  /** How many items the filter finds in all. */
  totalCount: number;
  /** Whether there are items of the range beyond the page, at the end it was not taken from. */
  hasMore: boolean;
}

/**
 * Finds a page of items. All that was acknowledged before the call is seen. The work grows with the
 * items of the smallest index that serves the filter (docs/reference/graphql/README.md).
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function findItems(
  feeds: ItemFeeds,
  tenantId: string,
  page: ItemPage,
): Promise<FoundItems> {
  const index = await feeds.current(tenantId);
  const matches = itemTest(page.filter);
  const { sort, after, before, size } = page;
  // Best first: the order of the page, seen from the end it is taken from.
  const order = page.fromEnd ? { ...sort, descending: !sort.descending } : sort;
  const best: { item: InventoryItem; place: ItemPlace }[] = [];
  let totalCount = 0;
  let inRange = 0;
  let looked = 0;
  let turnEnds = performance.now() + TURN_MS;
  for (const item of atOneMoment(index.candidates(page.filter))) {
    looked += 1;
    if (looked % ITEMS_PER_LOOK === 0 && performance.now() > turnEnds) {
      await nextTurn();
      turnEnds = performance.now() + TURN_MS;
    }
    if (!matches(item)) continue;
    totalCount += 1;
    const place = placeOf(item, sort);
    if (after && comparePlaces(place, after, sort) <= 0) continue;
    if (before && comparePlaces(place, before, sort) >= 0) continue;
    inRange += 1;
    const last = best[size - 1];
    if (last && comparePlaces(place, last.place, order) >= 0) continue;
    // A copy: an item that moves on must still be shown, and have a cursor, where it was found.
    insert(best, { item: { ...item }, place }, order);
    if (best.length > size) best.pop();
  }
  const items = best.map(({ item }) => item);
  if (page.fromEnd) items.reverse();
  return { items, totalCount, hasMore: inRange > items.length };
}

/** An index that moves on while others get their turn would give an item twice. */
function atOneMoment({ size, each }: Candidates<InventoryItem>): Iterable<InventoryItem> {
  return size <= ITEMS_PER_LOOK ? each() : [...each()];
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

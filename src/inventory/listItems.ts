import { isDeepStrictEqual } from 'node:util';
import { InventoryError, invalidInput } from '../core/errors';
import type { ItemFilter } from '../core/itemFilter';
import { placeOf, type ItemSort } from '../core/itemOrder';
import type { InventoryItem } from '../core/item';
import { isWholeNumber } from '../core/quantity';
import { cursorKeyOf } from './cursorKey';
import type { InventoryDeps } from './deps';
import { findItems, MAX_PAGE_SIZE, type SpendChecks } from './findItems';
import {
  carriedFilter,
  MAX_CARRIED_LENGTH,
  readCursor,
  writeCursor,
  type ItemCursor,
} from './itemCursor';

/** A page of a list, as a Relay client asks for it. */
export interface ListItems {
  /** Up to 60,000 characters of JSON. Default: the cursor's, else all items. */
  filter?: ItemFilter | undefined;
  /** Default: the cursor's, else oldest first. */
  sort?: ItemSort | undefined;
  /** 1..250; default 50 when `last` is absent too. */
  first?: number | undefined;
  after?: string | undefined;
  /** 1..250. */
  last?: number | undefined;
  before?: string | undefined;
}

/** A page of a list. */
export interface ItemList {
  items: InventoryItem[];
  /** How many items the filter finds now, in all. May take longer than the page. */
  countAll: () => Promise<number>;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** The cursor of an item of the page. */
  cursorOf: (item: InventoryItem) => string;
}

/** Length of a page when nobody says, in items. */
export const DEFAULT_PAGE_SIZE = 50;
const MAX_FILTER_LENGTH = 60_000;
const DEFAULT_SORT: ItemSort = { field: 'CREATED', descending: false };

/**
 * Lists items page by page. A cursor carries its list's filter and sort; giving others beside it is
 * an error. Of a filter over 4,000 characters it carries a digest: the filter must be given again.
 * A page is right at its moment: an item that moves in the order meanwhile is where it then
 * belongs.
 *
 * @param spend pays for the conditions that are checked; default: nobody does
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE, and what `spend` throws
 */
export async function listItems(
  deps: InventoryDeps,
  tenantId: string,
  list: ListItems,
  spend?: SpendChecks,
): Promise<ItemList> {
  const { first, last } = list;
  if (first !== undefined && last !== undefined) {
    throw invalidInput('last', last, 'absent: first is given');
  }
  const fromEnd = last !== undefined;
  const size = (fromEnd ? last : first) ?? DEFAULT_PAGE_SIZE;
  if (!isWholeNumber(size, 1, MAX_PAGE_SIZE)) {
    throw invalidInput(fromEnd ? 'last' : 'first', size, `1..${MAX_PAGE_SIZE}`);
  }
  const key = await cursorKeyOf(deps, tenantId);
  const after = list.after === undefined ? undefined : readCursor(key, list.after, 'after');
  const before = list.before === undefined ? undefined : readCursor(key, list.before, 'before');
  const sort = list.sort ?? (after ?? before)?.sort ?? DEFAULT_SORT;
  const filter = filterOf(list, { after, before });
  const carried = carriedFilter(filter);
  for (const [field, known] of [['after', after] as const, ['before', before] as const]) {
    if (!known || isDeepStrictEqual([known.filter, known.sort], [carried, sort])) continue;
    const message = `${field} must be a cursor of a list with the same filter and sort`;
    throw new InventoryError('INVALID_INPUT', message, { field });
  }
  const places = { after: after?.place, before: before?.place };
  const page = { filter, sort, size, fromEnd, ...places };
  const found = await findItems(deps.feeds, tenantId, page, spend);
  return {
    items: found.items,
    countAll: found.countAll,
    hasNextPage: fromEnd ? before !== undefined : found.hasMore,
    hasPreviousPage: fromEnd ? found.hasMore : after !== undefined,
    cursorOf: (item) => writeCursor(key, { filter: carried, sort, place: placeOf(item, sort) }),
  };
}

/** @throws InventoryError INVALID_INPUT */
function filterOf(
  { filter }: ListItems,
  { after, before }: Record<'after' | 'before', ItemCursor | undefined>,
): ItemFilter {
  if (!filter) {
    const carried = (after ?? before)?.filter ?? {};
    if (typeof carried !== 'string') return carried;
    const field = after ? 'after' : 'before';
    const message =
      `${field} must come with the filter of its list: ` +
      `a cursor does not carry one over ${MAX_CARRIED_LENGTH} characters of JSON`;
    throw new InventoryError('INVALID_INPUT', message, { field });
  }
  const { length } = JSON.stringify(filter);
  if (length <= MAX_FILTER_LENGTH) return filter;
  throw invalidInput('filter', length, `up to ${MAX_FILTER_LENGTH} characters of JSON`);
}

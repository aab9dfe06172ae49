import { InventoryError, invalidInput } from '../core/errors';
import type { InventoryItem } from '../core/item';
import type { Aggregated, ItemAggregation } from '../core/itemAggregation';
import { itemAggregator, type ItemAggregator } from '../core/itemAggregator';
import { valueOf, type ItemCondition, type ItemQuerySort } from '../core/itemQuery';
import { hintOf } from '../core/itemQueryHint';
import { isWholeNumber } from '../core/quantity';
import { queryOrder } from '../core/queryOrder';
import { BestItems } from './bestItems';
import type { InventoryDeps } from './deps';
import type { ItemIndex } from './itemIndex';
import { scanItems } from './itemScan';
import { resumeQuery, writeQueryCursor, type QueryCursor } from './queryCursor';
import { walkQuery, type QueryWalk } from './queryItemsWalk';

/** Longest page, in items (Wix Inventory Items V3). */
export const MAX_QUERY_PAGE = 1000;
/** How many items may be skipped by number. */
export const MAX_QUERY_OFFSET = 10_000;
/** Groups that all aggregations of a call may make together. */
export const MAX_GROUPS = 200_000;

/** Newest first (Wix Inventory Items V3, Search Inventory Items). */
const DEFAULT_SORT: readonly ItemQuerySort[] = [{ field: 'created', descending: true }];

/** A page to find. */
export interface QueryItems {
  /** Default: the cursor's, else all items. */
  where?: ItemCondition | undefined;
  /** Default: the cursor's, else newest first. Up to 10 steps. */
  sort?: readonly ItemQuerySort[] | undefined;
  /** 0..1000. */
  size: number;
  /** Of an earlier page. */
  cursor?: string | undefined;
  /** 0..10,000: how many items to skip. Not with a cursor. */
  offset?: number | undefined;
  /** What to make of all items the condition holds for, whatever the page. */
  aggregations?: readonly ItemAggregation[] | undefined;
}

/** A page of items. */
export interface QueriedItems {
  /** In order. */
  items: InventoryItem[];
  /** How many items the condition holds for; undefined unless `offset` is given. */
  totalCount: number | undefined;
  /** The cursor of the page after; undefined on the last one, and with an `offset`. */
  next: string | undefined;
  /** The cursor of the page before; undefined on the first one, and with an `offset`. */
  previous: string | undefined;
  /** In the order asked for. */
  aggregated: Aggregated[];
}

/**
 * Finds a page of items by a query. All that was acknowledged before the call is seen. A cursor
 * carries its query; giving another beside it is an error. A page is right at its moment: an item
 * that moves in the order meanwhile is where it then belongs.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function queryItems(
  deps: InventoryDeps,
  tenantId: string,
  query: QueryItems,
): Promise<QueriedItems> {
  const { size, offset = 0 } = query;
  if (!isWholeNumber(size, 0, MAX_QUERY_PAGE)) {
    throw invalidInput('limit', size, `0..${MAX_QUERY_PAGE}`);
  }
  if (!isWholeNumber(offset, 0, MAX_QUERY_OFFSET)) {
    throw invalidInput('offset', offset, `0..${MAX_QUERY_OFFSET}: page on with cursors`);
  }
  const resumed = await resumeQuery(deps, tenantId, 'items', {
    ...query,
    defaultSort: DEFAULT_SORT,
  });
  const { where, sort, cursor } = resumed;
  const asked = { where, sort, size, cursor };
  const index = await deps.feeds.current(tenantId);
  const walked =
    query.offset === undefined && !query.aggregations?.length
      ? await walkQuery(index, asked)
      : undefined;
  const found = walked
    ? { ...walked, totalCount: undefined, aggregated: [] }
    : await scanQuery(index, { ...asked, offset }, query.aggregations ?? []);
  const { items, more, totalCount, aggregated } = found;
  // Who pages by number gets no cursors.
  if (query.offset !== undefined) {
    return { items, totalCount, next: undefined, previous: undefined, aggregated };
  }
  const backwards = cursor?.side === 'before';
  const order = queryOrder(sort, valueOf);
  const cursorAt = async (item: InventoryItem | undefined, side: QueryCursor['side']) => {
    const place = item && order.placeOf(item);
    return place && writeQueryCursor(deps, tenantId, 'items', { where, sort, place, side });
  };
  return {
    items,
    totalCount: undefined,
    next: more || backwards ? await cursorAt(items.at(-1), 'after') : undefined,
    previous: (backwards ? more : cursor) ? await cursorAt(items[0], 'before') : undefined,
    aggregated,
  };
}

/**
 * How many items a condition holds for; undefined: all items.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function countItems(
  deps: InventoryDeps,
  tenantId: string,
  where: ItemCondition | undefined,
): Promise<number> {
  const index = await deps.feeds.current(tenantId);
  if (!where) return index.items.size;
  // One list of values is all that its index is asked for.
  const hint = 'in' in where ? hintOf(where) : undefined;
  const known = hint && index.countOf(hint);
  if (known !== undefined) return known;
  let count = 0;
  const take = () => {
    count += 1;
  };
  await scanItems(index, where, { take, beforeTurnEnds: () => undefined });
  return count;
}

/** Looks at all items the condition holds for, keeps the best and aggregates all. */
async function scanQuery(
  index: ItemIndex,
  { where, sort, size, offset, cursor }: QueryWalk & { offset: number },
  aggregations: readonly ItemAggregation[],
) {
  const order = queryOrder(sort, valueOf);
  const fromEnd = cursor?.side === 'before';
  const best = new BestItems(order, offset + size, fromEnd);
  const aggregators = aggregations.map(itemAggregator);
  let [totalCount, inRange] = [0, 0];
  await scanItems(index, where ?? undefined, {
    take: (item) => {
      totalCount += 1;
      for (const aggregator of aggregators) aggregator.take(item);
      const compared = cursor ? order.compareThing(item, cursor.place) : 0;
      if (cursor && (fromEnd ? compared >= 0 : compared <= 0)) return;
      inRange += 1;
      best.offer(item);
    },
    beforeTurnEnds: () => {
      best.fix();
      boundGroups(aggregators);
    },
  });
  return {
    items: best.inOrder().slice(offset),
    more: inRange > offset + size,
    totalCount,
    aggregated: aggregators.map((aggregator) => aggregator.result()),
  };
}

function boundGroups(aggregators: readonly ItemAggregator[]): void {
  const groups = aggregators.reduce((sum, aggregator) => sum + aggregator.groupCount(), 0);
  if (groups <= MAX_GROUPS) return;
  const bound = `of fields with fewer values: up to ${MAX_GROUPS.toLocaleString('en-US')} groups`;
  throw new InventoryError('INVALID_INPUT', `aggregations must be ${bound}`, {
    field: 'aggregations',
  });
}

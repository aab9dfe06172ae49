import { timeZone, UTC, type TimeZone } from '../core/timeZone';
import { countItems, queryItems, type QueriedItems } from '../inventory/queryItems';
import { errorInQuery } from './errorAt';
import { invalidField } from './fieldViolation';
import type { Handler, RestCall, Route } from './route';
import { wireAggregated } from './wireAggregated';
import { parseAggregations } from './wireAggregations';
import { itemFields } from './wireFields';
import { parseFilter } from './wireFilter';
import { wixItem } from '../core/wixItem';
import { parsePaging, type WirePage } from './wirePaging';
import { asObject, asText, readPayload, refuseOthers, type Payload } from './wirePayload';
import { bothOf, parseSearch } from './wireSearch';
import { parseSort } from './wireSort';

/** Length of a page when the caller names none, in items; Wix's own for a search. */
const QUERY_PAGE = 50;
const SEARCH_PAGE = 100;
/** Steps of an order, at the most (Wix Inventory Items V3). */
const MAX_SORT_STEPS = 10;
const MAX_ZONE_LENGTH = 50;
/** What else a client may send, that asks for parts of items only: whole ones are given. */
const PROJECTION = ['fields', 'fieldsets'];

/** The reads by query (Wix Inventory Items V3), each by GET with `.r` and by POST. */
export const queryRoutes: readonly Route[] = [
  ...bothWays('query', queryInventoryItems),
  ...bothWays('search', searchInventoryItems),
  ...bothWays('count', countInventoryItems),
];

function bothWays(name: string, handler: Handler): Route[] {
  const route = { path: `/inventory-items/${name}`, scope: 'inventory:read', handler } as const;
  return [
    { ...route, verb: 'get' },
    { ...route, verb: 'post' },
  ];
}

/** Wix: Query Inventory Items. */
async function queryInventoryItems(call: RestCall): Promise<object> {
  const query = asObject(readPayload(call, ['query'])['query'], 'query');
  refuseOthers(query, 'query', ['filter', 'sort', 'cursorPaging', 'paging', ...PROJECTION]);
  const page = parsePaging(query, 'query', QUERY_PAGE);
  const found = await findPage(call, query, 'query', page, {
    where: parseFilter(query['filter'], 'query.filter'),
  });
  return { inventoryItems: found.items.map(wixItem), pagingMetadata: metadata(found, page) };
}

/** Wix: Search Inventory Items. */
async function searchInventoryItems(call: RestCall): Promise<object> {
  const search = asObject(readPayload(call, ['search'])['search'], 'search');
  refuseOthers(search, 'search', [
    ...['filter', 'sort', 'cursorPaging', 'paging', 'search', 'aggregations', 'timeZone'],
    ...PROJECTION,
  ]);
  const page = parsePaging(search, 'search', SEARCH_PAGE);
  const zone = readZone(search);
  const aggregations = parseAggregations(search['aggregations'], 'search.aggregations', zone);
  const found = await findPage(call, search, 'search', page, {
    where: bothOf(
      parseFilter(search['filter'], 'search.filter', zone),
      parseSearch(search['search'], 'search.search'),
    ),
    aggregations: aggregations.map(({ asked }) => asked),
  });
  const results = aggregations.map((asked, i) => wireAggregated(asked, found.aggregated[i]!));
  return {
    inventoryItems: found.items.map(wixItem),
    pagingMetadata: { ...metadata(found, page), hasNext: hasNext(found, page) },
    ...(aggregations.length > 0 && { aggregationData: { results } }),
  };
}

/** Wix: Count Inventory Items. */
async function countInventoryItems(call: RestCall): Promise<object> {
  const payload = readPayload(call, ['filter', 'search']);
  const where = bothOf(
    parseFilter(payload['filter'], 'filter'),
    parseSearch(payload['search'], 'search'),
  );
  return { count: await countItems(call.deps, call.tenantId, where) };
}

/** A cursor may stand alone: what is absent beside it is what it carries. */
async function findPage(
  { deps, tenantId }: RestCall,
  query: Payload,
  path: string,
  page: WirePage,
  asked: Omit<Parameters<typeof queryItems>[2], 'size' | 'sort'>,
): Promise<QueriedItems> {
  const sort = parseSort(itemFields, query['sort'], `${path}.sort`, MAX_SORT_STEPS);
  try {
    return await queryItems(deps, tenantId, { ...asked, ...page, sort });
  } catch (error) {
    throw errorInQuery(error, path);
  }
}

/** Cursors for those who page by cursors, the total for those who page by number. */
function metadata({ items, totalCount, next, previous }: QueriedItems, { offset }: WirePage) {
  const count = items.length;
  if (offset !== undefined) return { count, offset, total: totalCount };
  const cursors = {
    ...(next !== undefined && { next }),
    ...(previous !== undefined && { prev: previous }),
  };
  return { count, cursors };
}

function hasNext({ items, totalCount, next }: QueriedItems, { offset }: WirePage): boolean {
  if (offset === undefined || totalCount === undefined) return next !== undefined;
  return offset + items.length < totalCount;
}

function readZone(search: Payload): TimeZone {
  const name = asText(search['timeZone'], 'search.timeZone', MAX_ZONE_LENGTH);
  if (!name) return UTC;
  const zone = timeZone(name);
  if (zone) return zone;
  const bound = 'a time zone, such as Europe/Berlin or +02:00';
  throw invalidField('search.timeZone', name, bound, { violatedRule: 'FORMAT' });
}

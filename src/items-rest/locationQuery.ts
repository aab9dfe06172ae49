import type { QuerySort } from '../core/queryOrder';
import { queryList } from '../inventory/queryList';
import { errorInQuery } from './errorAt';
import { locationFields, locationValueOf, type LocationField } from './locationFields';
import type { RestCall } from './route';
import { parseFilterOf } from './wireFilter';
import type { WireLocation } from './wireLocation';
import { parseCursorPaging } from './wirePaging';
import { asObject, refuseOthers } from './wirePayload';
import { parseSort } from './wireSort';

/** Bounds of a query (Wix Stores Locations V3). The longest page is the default. */
const MAX_SORT_STEPS = 8;
const MAX_PAGE = 100;
const DEFAULT_SORT: readonly QuerySort<LocationField>[] = [{ field: 'created', descending: true }];

/**
 * A page of locations, of all there are.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function queryLocations(
  { deps, tenantId }: RestCall,
  locations: readonly WireLocation[],
  asked: unknown,
) {
  const query = asObject(asked, 'query');
  refuseOthers(query, 'query', ['filter', 'sort', 'cursorPaging', 'fields', 'fieldsets']);
  const page = parseCursorPaging(query['cursorPaging'], 'query.cursorPaging', MAX_PAGE);
  const found = await queryList(deps, tenantId, 'locations', {
    things: locations,
    valueOf: locationValueOf,
    where: parseFilterOf(locationFields, query['filter'], 'query.filter'),
    sort: parseSort(locationFields, query['sort'], 'query.sort', MAX_SORT_STEPS),
    defaultSort: DEFAULT_SORT,
    size: page.limit ?? MAX_PAGE,
    cursor: page.cursor,
  }).catch((error: unknown) => {
    throw errorInQuery(error, 'query');
  });
  const { things, next, previous } = found;
  return {
    storesLocations: things,
    pagingMetadata: {
      count: things.length,
      cursors: {
        ...(next !== undefined && { next }),
        ...(previous !== undefined && { prev: previous }),
      },
      hasNext: next !== undefined,
    },
  };
}

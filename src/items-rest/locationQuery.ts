import { invalidField } from './fieldViolation';
import { locationField, locationFieldNames, type LocationValue } from './locationFields';
import { parseLocationFilter } from './locationFilter';
import {
  asList,
  asObject,
  asText,
  asWhole,
  asWord,
  refuseOthers,
  type Payload,
} from './wirePayload';
import type { WireLocation } from './wireLocation';

/** Bounds of a query (Wix Stores Locations V3). */
const MAX_SORT = 8;
const MAX_PAGE = 100;
const MAX_CURSOR = 16_000;
const MAX_NAME_LENGTH = 512;
const DEFAULT_SORT: readonly SortStep[] = [{ fieldName: 'createdDate', order: 'DESC' }];

interface SortStep {
  fieldName: string;
  order: 'ASC' | 'DESC';
}

/** A place in a list: what its location is sorted by, and its id. */
interface Place {
  values: readonly LocationValue[];
  id: string;
}

/** A query, and the place its page begins or ends at. */
interface Cursor {
  filter: unknown;
  sort: readonly SortStep[];
  place: Place;
  side: 'after' | 'before';
}

const SIDES: readonly string[] = ['after', 'before'];

/** What a caller asks for. */
interface Asked extends Omit<Cursor, 'place' | 'side'> {
  size: number;
  place?: Place | undefined;
  side?: Cursor['side'] | undefined;
}

/**
 * A page of locations, of all there are. A cursor carries its query; it says nothing that its
 * holder could not ask for, so it is not signed.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function queryLocations(locations: readonly WireLocation[], query: unknown) {
  const { filter, sort, size, place, side } = readQuery(asObject(query, 'query'));
  const test = parseLocationFilter(filter, 'query.filter');
  const placed = locations
    .filter(test)
    .map((location) => ({ location, place: placeOf(location, sort) }))
    .sort((a, b) => compare(a.place, b.place, sort));
  const [from, to] = bounds(placed, sort, { size, place, side });
  const page = placed.slice(from, to);
  const [first, last] = [page[0], page.at(-1)];
  const hasNext = to < placed.length;
  const write = (where: Place, way: Cursor['side']) => {
    return Buffer.from(JSON.stringify({ filter, sort, place: where, side: way })).toString(
      'base64url',
    );
  };
  return {
    storesLocations: page.map(({ location }) => location),
    pagingMetadata: {
      count: page.length,
      cursors: {
        ...(hasNext && last && { next: write(last.place, 'after') }),
        ...(from > 0 && first && { prev: write(first.place, 'before') }),
      },
      hasNext,
    },
  };
}

function bounds(
  placed: readonly { place: Place }[],
  sort: readonly SortStep[],
  { size, place, side }: Pick<Asked, 'size' | 'place' | 'side'>,
): readonly [number, number] {
  if (!place) return [0, Math.min(size, placed.length)];
  const before = placed.filter((one) => compare(one.place, place, sort) < 0).length;
  if (side === 'before') return [Math.max(before - size, 0), before];
  const at = placed[before];
  const from = at && compare(at.place, place, sort) === 0 ? before + 1 : before;
  return [from, Math.min(from + size, placed.length)];
}

function placeOf(location: WireLocation, sort: readonly SortStep[]): Place {
  const values = sort.map(({ fieldName }) => locationField(fieldName)!.of(location));
  return { values, id: location.id };
}

/** Nothing comes before any value; the id decides between equals. */
function compare(a: Place, b: Place, sort: readonly SortStep[]): number {
  for (const [i, { order }] of sort.entries()) {
    const [one, other] = [a.values[i] ?? null, b.values[i] ?? null];
    if (one === other) continue;
    const less = one === null || (other !== null && one < other);
    return less === (order === 'ASC') ? -1 : 1;
  }
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

/** With a cursor, filter and sort are the cursor's. */
function readQuery(query: Payload): Asked {
  refuseOthers(query, 'query', ['filter', 'sort', 'cursorPaging', 'fields', 'fieldsets']);
  const paging = asObject(query['cursorPaging'], 'query.cursorPaging');
  refuseOthers(paging, 'query.cursorPaging', ['limit', 'cursor']);
  const size = asWhole(paging['limit'], 'query.cursorPaging.limit', [0, MAX_PAGE]) ?? MAX_PAGE;
  const written = asText(paging['cursor'], 'query.cursorPaging.cursor', MAX_CURSOR);
  if (written) {
    for (const name of ['filter', 'sort']) {
      if (query[name] == null) continue;
      const bound = 'absent: the cursor carries it';
      throw invalidField(`query.${name}`, query[name], bound, { violatedRule: 'OTHER' });
    }
    return { ...readCursor(written), size };
  }
  return { filter: query['filter'], sort: readSort(query['sort'], 'query.sort'), size };
}

function readSort(value: unknown, path: string): readonly SortStep[] {
  const steps = asList(value, path, MAX_SORT).map((entry, i): SortStep => {
    const step = asObject(entry, `${path}[${i}]`);
    refuseOthers(step, `${path}[${i}]`, ['fieldName', 'order']);
    const place = `${path}[${i}].fieldName`;
    const fieldName = asText(step['fieldName'], place, MAX_NAME_LENGTH) ?? '';
    if (!locationField(fieldName)?.sortable) {
      const names = locationFieldNames.filter((name) => locationField(name)?.sortable);
      const bound = `one of ${names.join(', ')}`;
      throw invalidField(place, step['fieldName'], bound, { violatedRule: 'OTHER' });
    }
    const order = asWord(step['order'], `${path}[${i}].order`, ['ASC', 'DESC'] as const) ?? 'ASC';
    return { fieldName, order };
  });
  return steps.length > 0 ? steps : DEFAULT_SORT;
}

function readCursor(written: string): Cursor {
  try {
    const text = Buffer.from(written, 'base64url').toString();
    const { filter, sort, place, side } = JSON.parse(text) as Cursor;
    const { values, id } = place;
    const scalars = values.every((value) => value === null || typeof value !== 'object');
    if (typeof id === 'string' && SIDES.includes(side) && scalars) {
      return { filter, sort: readSort(sort, 'cursor'), place: { values, id }, side };
    }
  } catch {
    // Told below: whatever else is wrong with it, it is not one of ours.
  }
  throw invalidField('query.cursorPaging.cursor', written, 'a cursor of an earlier answer', {
    violatedRule: 'FORMAT',
  });
}

import { combinedTest, valueTest } from '../core/condition';
import type { Condition, FieldCondition, FieldValue } from '../core/condition';
import { queryOrder, type QuerySort } from '../core/queryOrder';
import type { InventoryDeps } from './deps';
import { resumeQuery, writeQueryCursor, type QueriedList, type QueryCursor } from './queryCursor';

/** A page to find in a list that is read whole. */
export interface QueryList<Thing, Field extends string> {
  things: readonly Thing[];
  /** How a field's value is read. */
  valueOf: (field: Field) => (thing: Thing) => FieldValue;
  /** Default: the cursor's, else all. */
  where?: Condition<FieldCondition<Field>> | undefined;
  /** Default: the cursor's, else `defaultSort`. */
  sort?: readonly QuerySort<Field>[] | undefined;
  defaultSort: readonly QuerySort<Field>[];
  /** 0 or more. */
  size: number;
  /** Of an earlier page. */
  cursor?: string | undefined;
}

/** A page of a list, in order. */
export interface ListPage<Thing> {
  things: Thing[];
  /** The cursor of the page after; undefined on the last one. */
  next: string | undefined;
  /** The cursor of the page before; undefined on the first one. */
  previous: string | undefined;
}

/**
 * Finds a page of a list by a query. A cursor carries its query; another one beside it is an error.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function queryList<Thing extends { id: string }, Field extends string>(
  deps: InventoryDeps,
  tenantId: string,
  list: QueriedList,
  { things, valueOf, size, ...asked }: QueryList<Thing, Field>,
): Promise<ListPage<Thing>> {
  const { where, sort, cursor } = await resumeQuery(deps, tenantId, list, asked);
  const test = where
    ? combinedTest(where, (leaf) => {
        const [read, holds] = [valueOf(leaf.field), valueTest(leaf)];
        return (thing: Thing) => holds(read(thing));
      })
    : () => true;
  const order = queryOrder(sort, valueOf);
  const placed = things
    .filter(test)
    .map((thing) => ({ thing, place: order.placeOf(thing) }))
    .sort((a, b) => order.comparePlaces(a.place, b.place));
  const before = (including: boolean) => {
    if (!cursor) return 0;
    const compared = placed.map(({ place }) => order.comparePlaces(place, cursor.place));
    return compared.filter((each) => each < 0 || (including && each === 0)).length;
  };
  const backwards = cursor?.side === 'before';
  const to = backwards ? before(false) : Math.min(before(true) + size, placed.length);
  const from = backwards ? Math.max(to - size, 0) : before(true);
  const page = placed.slice(from, to);
  const cursorAt = async (at: (typeof page)[number] | undefined, side: QueryCursor['side']) => {
    return at && writeQueryCursor(deps, tenantId, list, { where, sort, place: at.place, side });
  };
  return {
    things: page.map(({ thing }) => thing),
    next: to < placed.length ? await cursorAt(page.at(-1), 'after') : undefined,
    previous: from > 0 ? await cursorAt(page[0], 'before') : undefined,
  };
}

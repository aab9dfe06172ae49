import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InventoryItem } from '../core/item';
import { comparePlaces, orderValue, placeOf, type ItemPlace } from '../core/itemOrder';
import type { ItemSortField } from '../core/itemOrder';
import {
  conditionTest,
  type ItemCondition,
  type ItemField,
  type ItemQuerySort,
} from '../core/itemQuery';
import { hintOf } from '../core/itemQueryHint';
import { rangeOf } from '../core/itemQueryRange';
import type { ItemIndex } from './itemIndex';
import type { OrderedItems } from './orderedItems';
import type { QueryCursor } from './queryCursor';
import { Turn } from './turn';

/** Orders of the index that are those of a query by one field. */
const ORDERS: Partial<Record<ItemField, ItemSortField>> = {
  created: 'CREATED',
  updated: 'UPDATED',
  sku: 'SKU',
};
/** So few candidates are looked at one by one rather than searched for in an order. */
const FEW_CANDIDATES = 250;
/** A walk that went over so many items, and over a part of all, was the wrong way. */
const LONG_WALK = 20_000;
const LONG_PART = 0.25;

/** After every id. */
const LAST_ID = '~';
const ASCENDING = { field: 'ID', descending: false } as const;

/** A page to find in an order that the index keeps. */
export interface QueryWalk {
  where: ItemCondition | null;
  sort: readonly ItemQuerySort[];
  size: number;
  cursor: QueryCursor | undefined;
}

/** A page's items in order, and whether there are more beyond its far end. */
export interface WalkedPage {
  items: InventoryItem[];
  more: boolean;
}

/**
 * Takes a page's items out of an order of the index, one after another, so that the work grows with
 * the page and not with the tenant. Undefined when there is no such order yet, or it would be, or
 * turns out to be, more work than a look at all that may match.
 */
export async function walkQuery(
  index: ItemIndex,
  query: QueryWalk,
): Promise<WalkedPage | undefined> {
  const field = orderOf(query);
  const longest = field && longestWalk(index, query);
  if (!field || longest === undefined) return undefined;
  const { where, sort, size, cursor } = query;
  const matches = where ? conditionTest(where) : () => true;
  const fromEnd = cursor?.side === 'before';
  const backwards = fromEnd !== sort[0]!.descending;
  const { min, max } = where ? rangeOf(where, sort[0]!.field) : {};
  const last = backwards ? min : max;
  const isPast = (value: ItemPlace['value']) =>
    last !== undefined && (backwards ? value < last : value > last);
  const order = await orderIfMade(index, field);
  if (!order) return undefined;
  const turn = new Turn();
  // By id: an item that moves ahead while others have their turn comes once all the same.
  const found = new Map<string, InventoryItem>();
  const finish = (more: boolean) => {
    const items = [...found.values()];
    return { items: fromEnd ? items.reverse() : items, more };
  };
  let place = startOf(cursor, backwards ? max : min, backwards);
  let looked = 0;
  for (;;) {
    let paused: InventoryItem | undefined;
    for (const item of order.walk(place, backwards)) {
      if (isPast(orderValue(item, field))) return finish(false);
      looked += 1;
      if (looked > longest) return undefined;
      if (matches(item) && !found.has(item.id)) {
        if (found.size === size) return finish(true);
        // A copy: an item that moves on must still be shown, and have a cursor, where it was found.
        found.set(item.id, { ...item });
      }
      if (!turn.isOver()) continue;
      paused = item;
      break;
    }
    if (!paused) return finish(false);
    place = placeOf(paused, { field, descending: false });
    await turn.pass();
  }
}

function orderOf({ where, sort }: QueryWalk): ItemSortField | undefined {
  const [step, ...others] = sort;
  if (!step || others.length > 0) return undefined;
  // Items without a quantity have a place in the index's order, but none in the query's.
  const { min, max } = where && step.field === 'quantity' ? rangeOf(where, 'quantity') : {};
  if (min !== undefined || max !== undefined) return 'QUANTITY';
  return ORDERS[step.field];
}

/** An order that is yet to be made is made meanwhile: nobody waits for it. */
async function orderIfMade(
  index: ItemIndex,
  field: ItemSortField,
): Promise<OrderedItems | undefined> {
  return Promise.race([index.inOrder(field), nextTurn(undefined)]);
}

/** How many items a walk may look at before looking at all candidates is better; or none. */
function longestWalk(index: ItemIndex, { where, size }: QueryWalk): number | undefined {
  const all = index.items.size;
  const longest = Math.max(LONG_WALK, all * LONG_PART);
  const hint = where ? hintOf(where) : undefined;
  if (!hint) return longest;
  const candidates = index.candidates(hint).size;
  // As many as there are between two candidates, if those are spread evenly.
  const expected = (size * all) / Math.max(candidates, 1);
  if (candidates <= FEW_CANDIDATES || expected > candidates) return undefined;
  return Math.min(longest, candidates);
}

/** The later one, on the way, of a cursor's place and the beginning of the range. */
function startOf(
  cursor: QueryCursor | undefined,
  bound: ItemPlace['value'] | undefined,
  backwards: boolean,
): ItemPlace | undefined {
  const edge = bound === undefined ? undefined : { value: bound, id: backwards ? LAST_ID : '' };
  if (!cursor) return edge;
  const { values, id } = cursor.place;
  const place = { value: (values[0] ?? '') as ItemPlace['value'], id };
  if (!edge) return place;
  const ahead = comparePlaces(edge, place, ASCENDING) > 0;
  return ahead === backwards ? place : edge;
}

import { invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { MovementCause } from '../core/movement';
import type { ClosedEntry } from '../redis/history';
import type { Subject } from './subjects';

/** Which movements to find: all that is given must hold, a list when one of its entries does. */
export interface MovementFilter {
  /** A line is about one of these items. */
  itemIds?: readonly string[];
  /** The item of a line is of one of these products. */
  productIds?: readonly string[];
  /** The item of a line is at one of these locations. */
  locationIds?: readonly string[];
  orderId?: string;
  reasons?: readonly string[];
  operations?: readonly string[];
  actor?: string;
  /** Ms since 1970, inclusive. */
  time?: { min?: number; max?: number };
}

/** Entries of a filter's lists together, at the most. */
const MAX_LIST_ENTRIES = 1000;

/**
 * A filter with ids in the form the ledger has.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function checkMovementFilter(filter: MovementFilter): MovementFilter {
  const { itemIds, locationIds, orderId, productIds, reasons, operations, time } = filter;
  const lists = [itemIds, locationIds, productIds, reasons, operations];
  const entries = lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
  if (entries > MAX_LIST_ENTRIES) {
    throw invalidInput('filter', entries, `at most ${MAX_LIST_ENTRIES} list entries`);
  }
  return {
    ...filter,
    ...(itemIds && { itemIds: guids(itemIds, 'filter.itemIds') }),
    ...(locationIds && { locationIds: guids(locationIds, 'filter.locationIds') }),
    ...(time && { time: sinceEpoch(time) }),
    ...(orderId !== undefined && { orderId: guids([orderId], 'filter.orderId')[0]! }),
  };
}

/** The ids of the ledger know no time before 1970. */
function sinceEpoch({ min, max }: NonNullable<MovementFilter['time']>) {
  return {
    ...(min !== undefined && { min: Math.max(min, 0) }),
    ...(max !== undefined && { max: Math.max(max, 0) }),
  };
}

function guids(ids: readonly string[], field: string): string[] {
  return ids.map((id, i) => {
    if (!isGuid(id)) throw invalidInput(ids.length === 1 ? field : `${field}[${i}]`, id, 'a GUID');
    return id.toLowerCase();
  });
}

/** Whether a movement's cause fits a filter. */
export function fitsCause(filter: MovementFilter, cause: MovementCause): boolean {
  const { orderId, reasons, operations, actor } = filter;
  if (orderId !== undefined && cause.orderId !== orderId) return false;
  if (actor !== undefined && cause.actor !== actor) return false;
  if (reasons && !reasons.includes(cause.reason ?? '')) return false;
  return !operations || operations.includes(cause.operation);
}

/** Whether a time fits a filter; ms. */
export function fitsTime({ time }: MovementFilter, timeMs: number): boolean {
  return timeMs >= (time?.min ?? -Infinity) && timeMs <= (time?.max ?? Infinity);
}

/** Whether a filter asks what the lines are about. */
function asksForLines(filter: MovementFilter): boolean {
  return filter.itemIds !== undefined || asksForSubjects(filter);
}

/** Whether a filter asks what the items of the lines are. */
export function asksForSubjects({ productIds, locationIds }: MovementFilter): boolean {
  return productIds !== undefined || locationIds !== undefined;
}

/** A test of an entry's lines; what an item is of comes from the map, by the bytes of its id. */
export function lineTest(
  filter: MovementFilter,
  subjects: ReadonlyMap<string, Subject | null>,
): (entry: ClosedEntry) => boolean {
  if (!asksForLines(filter)) return () => true;
  const ids = filter.itemIds && new Set(filter.itemIds.map((id) => textOfKey(keyOfGuid(id))));
  const products = filter.productIds && new Set(filter.productIds);
  const locations = filter.locationIds && new Set(filter.locationIds);
  return (entry) =>
    entry.someItem((key, there) => {
      const text = textOfKey(key);
      if (ids && !ids.has(text)) return false;
      if (!products && !locations) return true;
      // Nothing says what an item was of that was gone by then.
      if (!there) return false;
      const subject = subjects.get(text);
      if (!subject) return false;
      if (products && !products.has(subject.productId)) return false;
      return !locations || locations.has(subject.locationId);
    });
}

/** An item id's bytes as a text that maps can hold. */
export function textOfKey(key: Buffer): string {
  return key.toString('latin1');
}

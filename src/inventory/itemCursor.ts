import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../core/canonicalJson';
import { InventoryError } from '../core/errors';
import type { ItemFilter } from '../core/itemFilter';
import type { ItemPlace, ItemSort } from '../core/itemOrder';

/** A place in a list of items, with the list it is a place of. */
export interface ItemCursor {
  filter: CarriedFilter;
  sort: ItemSort;
  place: ItemPlace;
}

/** A filter as a cursor carries it: the filter, or the digest of a long one. */
export type CarriedFilter = ItemFilter | string;

const SIGNATURE_BYTES = 12;

/** Longest filter that a cursor carries itself, in characters of JSON. */
export const MAX_CARRIED_LENGTH = 4000;

/** What a cursor carries of a filter. Equal filters have equal ones. */
export function carriedFilter(filter: ItemFilter): CarriedFilter {
  if (JSON.stringify(filter).length <= MAX_CARRIED_LENGTH) return filter;
  return createHash('sha256').update(canonicalJson(filter)).digest('base64url');
}

/** Writes a cursor as text that only the holder of the key can write. */
export function writeCursor(key: Buffer, { filter, sort, place }: ItemCursor): string {
  const fields = [filter, sort.field, sort.descending, place.value, place.id];
  const content = Buffer.from(JSON.stringify(fields));
  return Buffer.concat([signature(key, content), content]).toString('base64url');
}

/**
 * Reads a cursor.
 *
 * @throws InventoryError INVALID_INPUT when it was not written with this key
 */
export function readCursor(key: Buffer, text: string, field: string): ItemCursor {
  const bytes = Buffer.from(text, 'base64url');
  const [signed, content] = [bytes.subarray(0, SIGNATURE_BYTES), bytes.subarray(SIGNATURE_BYTES)];
  const genuine =
    signed.length === SIGNATURE_BYTES && timingSafeEqual(signed, signature(key, content));
  if (!genuine) {
    throw new InventoryError('INVALID_INPUT', `${field} must be a cursor of an earlier answer`, {
      field,
    });
  }
  const [filter, sortField, descending, value, id] = JSON.parse(content.toString()) as [
    CarriedFilter,
    ItemSort['field'],
    boolean,
    ItemPlace['value'],
    string,
  ];
  return { filter, sort: { field: sortField, descending }, place: { value, id } };
}

function signature(key: Buffer, content: Buffer): Buffer {
  return createHmac('sha256', key).update(content).digest().subarray(0, SIGNATURE_BYTES);
}

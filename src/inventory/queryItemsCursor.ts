import { createHmac, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { InventoryError, invalidInput } from '../core/errors';
import type { ItemCondition } from '../core/itemQuery';
import type { ItemQueryPlace, ItemQuerySort } from '../core/itemQueryOrder';

/** A place in the answer to a query, with the query. */
export interface QueryCursor {
  /** Null: all items. */
  where: ItemCondition | null;
  sort: readonly ItemQuerySort[];
  place: ItemQueryPlace;
  /** Whether the page lies after the place or before it. */
  side: 'after' | 'before';
}

/** Longest cursor, in characters (Wix: CursorPaging). */
export const MAX_CURSOR_LENGTH = 16_000;

/** Cursors of other lists, and of other versions of the query, are signed as something else. */
const SIGNED_AS = 'query of items, version 1\n';
const SIGNATURE_BYTES = 12;

/**
 * Writes a cursor as text that only the holder of the key can write: signature and compressed
 * JSON.
 *
 * @throws InventoryError INVALID_INPUT when its query is too long to be carried
 */
export function writeQueryCursor(key: Buffer, cursor: QueryCursor): string {
  const { where, sort, place, side } = cursor;
  const steps = sort.map(({ field, descending }) => [field, descending]);
  const text = JSON.stringify([where, steps, place.values, place.id, side]);
  const content = deflateRawSync(text);
  const written = Buffer.concat([signature(key, content), content]).toString('base64url');
  if (written.length <= MAX_CURSOR_LENGTH) return written;
  const bound = `short enough for a cursor of ${MAX_CURSOR_LENGTH} characters, or all in one page`;
  throw new InventoryError('INVALID_INPUT', `filter must be ${bound}`, { field: 'filter' });
}

/**
 * Reads a cursor.
 *
 * @throws InventoryError INVALID_INPUT when it was not written with this key
 */
export function readQueryCursor(key: Buffer, text: string, field: string): QueryCursor {
  if (text.length > MAX_CURSOR_LENGTH) {
    throw invalidInput(field, text, `up to ${MAX_CURSOR_LENGTH} characters`);
  }
  const bytes = Buffer.from(text, 'base64url');
  const [signed, content] = [bytes.subarray(0, SIGNATURE_BYTES), bytes.subarray(SIGNATURE_BYTES)];
  const genuine =
    signed.length === SIGNATURE_BYTES && timingSafeEqual(signed, signature(key, content));
  if (!genuine) throw invalidInput(field, text, 'a cursor of an earlier answer');
  const [where, steps, values, id, side] = JSON.parse(inflateRawSync(content).toString()) as [
    QueryCursor['where'],
    [ItemQuerySort['field'], boolean][],
    ItemQueryPlace['values'],
    string,
    QueryCursor['side'],
  ];
  const sort = steps.map(([step, descending]) => ({ field: step, descending }));
  return { where, sort, place: { values, id }, side };
}

function signature(key: Buffer, content: Buffer): Buffer {
  const digest = createHmac('sha256', key).update(SIGNED_AS).update(content).digest();
  return digest.subarray(0, SIGNATURE_BYTES);
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { InventoryError, invalidInput } from '../core/errors';
import type { ItemCondition, ItemField } from '../core/itemQuery';
import type { QueryPlace, QuerySort } from '../core/queryOrder';
import { keepQueryFilter, readQueryFilter } from '../redis/queryFilters';
import { cursorKeyOf } from './cursorKey';
import type { InventoryDeps } from './deps';

/** A query: which things, in which order. */
export interface AskedQuery<Where, Field extends string> {
  /** Null: all. */
  where: Where | null;
  sort: readonly QuerySort<Field>[];
}

/** A place in the answer to a query, with the query. */
export interface QueryCursor<
  Where = ItemCondition,
  Field extends string = ItemField,
> extends AskedQuery<Where, Field> {
  place: QueryPlace;
  /** Whether the page lies after the place or before it. */
  side: 'after' | 'before';
}

/** Longest cursor, in characters (Wix: CursorPaging). */
export const MAX_CURSOR_LENGTH = 16_000;

/** Cursors of one list, and of another version of its query, are none of another. */
const SIGNED_AS = {
  items: 'query of items, version 1\n',
  locations: 'query of locations, version 1\n',
} as const;
export type QueriedList = keyof typeof SIGNED_AS;

const SIGNATURE_BYTES = 12;

/**
 * Finds out which query a call asks for: what it does not say is what its cursor carries.
 *
 * @throws InventoryError INVALID_INPUT when the cursor is none of this list, is one of another
 *   query than the call says, or the filter it stands for is no longer kept; REDIS_UNAVAILABLE
 */
export async function resumeQuery<Where, Field extends string>(
  deps: InventoryDeps,
  tenantId: string,
  list: QueriedList,
  asked: {
    where?: Where | undefined;
    sort?: readonly QuerySort<Field>[] | undefined;
    defaultSort: readonly QuerySort<Field>[];
    cursor?: string | undefined;
  },
): Promise<AskedQuery<Where, Field> & { cursor: QueryCursor<Where, Field> | undefined }> {
  const written = asked.cursor;
  const cursor =
    written === undefined
      ? undefined
      : ((await readQueryCursor(deps, tenantId, list, written)) as QueryCursor<Where, Field>);
  const where = asked.where ?? cursor?.where ?? null;
  const sort = asked.sort ?? cursor?.sort ?? asked.defaultSort;
  if (cursor && !isDeepStrictEqual([cursor.where, cursor.sort], [where, sort])) {
    const message = 'cursor must be one of an answer to the same filter, sort and search';
    throw new InventoryError('INVALID_INPUT', message, { field: 'cursor' });
  }
  return { where, sort, cursor };
}

/**
 * Writes a cursor as text that only the holder of the tenant's key can write: signature and
 * compressed JSON. A filter that is too long to be carried is kept for a day, and the cursor
 * carries its digest.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function writeQueryCursor<Where, Field extends string>(
  deps: InventoryDeps,
  tenantId: string,
  list: QueriedList,
  cursor: QueryCursor<Where, Field>,
): Promise<string> {
  const { where, sort, place, side } = cursor;
  const key = await cursorKeyOf(deps, tenantId);
  const steps = sort.map(({ field, descending }) => [field, descending]);
  const write = (carried: unknown) => {
    const content = deflateRawSync(JSON.stringify([carried, steps, place.values, place.id, side]));
    return Buffer.concat([signature(key, list, content), content]).toString('base64url');
  };
  const whole = write(where);
  if (whole.length <= MAX_CURSOR_LENGTH) return whole;
  const kept = await keepQueryFilter(deps.redis, tenantId, JSON.stringify(where));
  return write({ kept } satisfies KeptWhere);
}

/** Stands in a cursor for a filter that is kept. */
interface KeptWhere {
  /** Digest. */
  kept: string;
}

async function readQueryCursor(
  deps: InventoryDeps,
  tenantId: string,
  list: QueriedList,
  text: string,
): Promise<QueryCursor<unknown, string>> {
  if (text.length > MAX_CURSOR_LENGTH) {
    throw invalidInput('cursor', text, `up to ${MAX_CURSOR_LENGTH} characters`);
  }
  const key = await cursorKeyOf(deps, tenantId);
  const bytes = Buffer.from(text, 'base64url');
  const [signed, content] = [bytes.subarray(0, SIGNATURE_BYTES), bytes.subarray(SIGNATURE_BYTES)];
  const genuine =
    signed.length === SIGNATURE_BYTES && timingSafeEqual(signed, signature(key, list, content));
  if (!genuine) throw invalidInput('cursor', text, 'a cursor of an earlier answer');
  const [carried, steps, values, id, side] = JSON.parse(inflateRawSync(content).toString()) as [
    object | null,
    [string, boolean][],
    QueryPlace['values'],
    string,
    QueryCursor['side'],
  ];
  const sort = steps.map(([step, descending]) => ({ field: step, descending }));
  const where = carried && 'kept' in carried ? await keptWhere(deps, tenantId, carried) : carried;
  return { where, sort, place: { values, id }, side };
}

async function keptWhere(deps: InventoryDeps, tenantId: string, carried: object): Promise<unknown> {
  const json = await readQueryFilter(deps.redis, tenantId, (carried as KeptWhere).kept);
  if (json !== null) return JSON.parse(json);
  const message =
    'cursor must be one of the last 24 hours: its filter is too long to be carried and is no ' +
    'longer kept. Ask for the first page again';
  throw new InventoryError('INVALID_INPUT', message, { field: 'cursor' });
}

function signature(key: Buffer, list: QueriedList, content: Buffer): Buffer {
  const digest = createHmac('sha256', key).update(SIGNED_AS[list]).update(content).digest();
  return digest.subarray(0, SIGNATURE_BYTES);
}

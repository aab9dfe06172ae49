import { InventoryError, invalidInput } from '../core/errors';
import type { HubRedis } from '../redis/commands';
import { lastLedgerId, readLedger } from '../redis/reads';
import { readEntries } from '../redis/snapshots';

/** A place in a tenant's ledger: right after one entry. */
export interface LedgerPlace {
  /** Id of that entry; `0-0`: the beginning. */
  id: string;
  sequence: number;
}

/** The place before all entries. */
export const LEDGER_START = '0-0';

const LARGEST_PART = 2 ** 48 - 1;

/** The place that a ledger id means. */
export function placeOf(id: string): LedgerPlace {
  return { id, sequence: Number(id.split('-')[1]) };
}

/**
 * Where a tenant's ledger ends now.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function endOfLedger(redis: HubRedis, tenantId: string): Promise<LedgerPlace> {
  return placeOf((await lastLedgerId(redis, tenantId)) || LEDGER_START);
}

/**
 * The place that a cursor means: a ledger id of the tenant, or `0-0` for the beginning.
 *
 * @param named which field gave it, and what it gave
 * @throws InventoryError INVALID_INPUT when it is no such id, CURSOR_GONE when the ledger no longer
 *   holds all that came after it, REDIS_UNAVAILABLE
 */
export async function openCursor(
  redis: HubRedis,
  tenantId: string,
  cursor: string,
  { field = 'after', given = cursor } = {},
): Promise<LedgerPlace> {
  const refused = () => invalidInput(field, given, 'a cursor of this tenant');
  const parts = /^(0|[1-9]\d{0,14})-(0|[1-9]\d{0,14})$/.exec(cursor)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > LARGEST_PART)) throw refused();
  const place = placeOf(cursor);
  const [entry] = await readEntries(redis, tenantId, [cursor]);
  if (entry) return place;
  if (place.sequence === 0 && cursor !== LEDGER_START) throw refused();
  const first = await firstEntry(redis, tenantId);
  if (cursor === LEDGER_START && !first) return place;
  if (!first || place.sequence >= first.sequence || parts[0]! > first.timeMs) throw refused();
  // What came right before the first entry has been trimmed; nothing after it is missing.
  if (place.sequence === first.sequence - 1) return place;
  throw cursorGone(given, field);
}

/** A CURSOR_GONE that names the cursor. */
export function cursorGone(cursor: string, field = 'after'): InventoryError {
  const message = `The ledger no longer holds all that came after ${cursor}.`;
  return new InventoryError('CURSOR_GONE', message, { field });
}

async function firstEntry(redis: HubRedis, tenantId: string) {
  for await (const [first] of readLedger(redis, tenantId, '', 1)) return first;
  return undefined;
}

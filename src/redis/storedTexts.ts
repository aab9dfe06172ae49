import type { RefusalWord } from '../core/errors';
import { keptText, openKept, type KeyedCall } from './callRecord';
import { keys } from './keys';
import { refusal } from './refusal';
import { run, type HubRedis } from './scripts';

/** What became of a call that stores a text. */
export interface StoreOutcome {
  stored: string;
  /** An earlier call with the same key stored it. */
  replayed: boolean;
}

/**
 * Stores settings, whose JSON carries the revision after the given one.
 *
 * @param lowStockThreshold the default one in them, units; null: none
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH, SETTINGS_CHANGED when the given revision is not
 *   the present one, REDIS_UNAVAILABLE
 */
export async function saveSettings(
  redis: HubRedis,
  tenantId: string,
  revision: number,
  json: string,
  lowStockThreshold: number | null = null,
  call?: KeyedCall,
): Promise<StoreOutcome> {
  const [word, rest] = await run(redis, 'saveSettings', [
    keys.levels(tenantId),
    keys.settings(tenantId),
    keys.reindexLowStock(tenantId),
    keys.call(tenantId, call?.keyDigest ?? ''),
    keys.ledger(tenantId),
    revision,
    json,
    lowStockThreshold ?? -1,
    call?.inputDigest ?? '',
    call?.retentionMs ?? 0,
    keptText(call),
  ]);
  const answer = word!.toString() as 'OK' | 'REPLAYED' | RefusalWord;
  if (answer === 'OK') return { stored: json, replayed: false };
  if (answer === 'REPLAYED') return { stored: openKept(rest!.toString()).kept, replayed: true };
  throw refusal(answer, rest);
}

/** A location to store. */
export interface SaveLocation {
  id: string;
  /** JSON as read; empty: none. */
  before: string;
  /** JSON to store, without the dates the store gives it. */
  after: string;
  /** For a call made with an idempotency key; `kept` is without line feeds. */
  call?: KeyedCall;
}

/**
 * Creates or updates a location.
 *
 * @returns the JSON stored; of a replay what was kept, a line feed and the JSON stored
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH, LOCATION_CHANGED when what is stored is not what
 *   was read, REDIS_UNAVAILABLE
 */
export async function saveLocation(
  redis: HubRedis,
  tenantId: string,
  { id, before, after, call }: SaveLocation,
): Promise<StoreOutcome> {
  const [word, rest] = await run(redis, 'saveLocation', [
    keys.locations(tenantId),
    keys.call(tenantId, call?.keyDigest ?? ''),
    id,
    before,
    after,
    call?.inputDigest ?? '',
    call?.retentionMs ?? 0,
    keptText(call),
  ]);
  const answer = word!.toString() as 'OK' | 'REPLAYED' | RefusalWord;
  if (answer === 'OK') return { stored: rest!.toString(), replayed: false };
  if (answer === 'REPLAYED') return { stored: openKept(rest!.toString()).kept, replayed: true };
  throw refusal(answer, rest);
}

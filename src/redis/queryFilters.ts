import { createHash } from 'node:crypto';
import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/** How long a filter is kept after a cursor was last given out for it, ms. */
export const QUERY_FILTER_KEPT_MS = 24 * 3600 * 1000;

/**
 * Keeps the filter of a query, JSON text, for a day from now.
 *
 * @returns its digest
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function keepQueryFilter(
  redis: HubRedis,
  tenantId: string,
  json: string,
): Promise<string> {
  const digest = createHash('sha256').update(json).digest('base64url');
  const key = keys.queryFilter(tenantId, digest);
  await whileStoreAnswers(async () => {
    // It is long, and most pages are not the first one.
    const known = await redis.pexpire(key, QUERY_FILTER_KEPT_MS);
    if (known === 0) await redis.set(key, json, 'PX', QUERY_FILTER_KEPT_MS);
  });
  return digest;
}

/** The filter of a query; null: it is no longer kept. @throws InventoryError REDIS_UNAVAILABLE */
export async function readQueryFilter(
  redis: HubRedis,
  tenantId: string,
  digest: string,
): Promise<string | null> {
  return whileStoreAnswers(() => redis.get(keys.queryFilter(tenantId, digest)));
}

import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/**
 * Forgets refused calls from before a time, ms since 1970.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function trimRefusals(
  redis: HubRedis,
  tenantId: string,
  beforeMs: number,
): Promise<number> {
  return whileStoreAnswers(() => redis.xtrim(keys.refusals(tenantId), 'MINID', beforeMs));
}

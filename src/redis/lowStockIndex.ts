import { isGuid, keyOfGuid } from '../core/identity';
import { keys } from './keys';
import { run, whileStoreAnswers, type HubRedis } from './scripts';

/**
 * The revision of the settings since which the low stock index is behind the default threshold;
 * null: it is not.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readReindex(redis: HubRedis, tenantId: string): Promise<string | null> {
  return whileStoreAnswers(() => redis.get(keys.reindexLowStock(tenantId)));
}

/**
 * Lists up to 1,000 items as low on stock, or no longer, by the present default threshold.
 *
 * @param done the revision `readReindex` gave, when all items have been gone over
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function reindexLowStock(
  redis: HubRedis,
  tenantId: string,
  itemIds: readonly string[],
  done = '',
): Promise<void> {
  await run(redis, 'reindexLowStock', [
    keys.levels(tenantId),
    keys.lowStockIndex(tenantId),
    keys.reindexLowStock(tenantId),
    Buffer.concat(itemIds.filter(isGuid).map(keyOfGuid)),
    done,
  ]);
}

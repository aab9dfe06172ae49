import { readReindex, reindexLowStock } from '../redis/lowStockIndex';
import { scanItemIds } from '../redis/snapshots';
import type { InventoryDeps } from './deps';

/** A step's script is one step for everybody who waits. */
const ITEMS_PER_STEP = 1000;

/**
 * Brings the index of items low on stock behind the tenant's default threshold, when that changed:
 * goes over all items. May be broken off, run again and run twice at once; it is right while stock
 * moves, since movements follow the new default from the moment it is stored.
 *
 * @returns whether there was something to do
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function finishReindex(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
): Promise<boolean> {
  const revision = await readReindex(redis, tenantId);
  if (revision === null) return false;
  for await (const itemIds of scanItemIds(redis, tenantId, 'levels')) {
    for (let at = 0; at < itemIds.length; at += ITEMS_PER_STEP) {
      await reindexLowStock(redis, tenantId, itemIds.slice(at, at + ITEMS_PER_STEP));
    }
  }
  await reindexLowStock(redis, tenantId, [], revision);
  return true;
}

import type { KeyedCall } from './commands';
import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/**
 * Records that a keyed call changed nothing, in the layout of `lua/include/keepCall.lua`, unless
 * something is recorded for its key.
 *
 * @returns false: something was recorded before
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function keepIdleCall(
  redis: HubRedis,
  tenantId: string,
  { keyDigest, inputDigest, retentionMs, kept }: KeyedCall & { kept: string },
): Promise<boolean> {
  const record = `- ${inputDigest.length} ${inputDigest}${kept}`;
  const set = await whileStoreAnswers(() =>
    redis.set(keys.call(tenantId, keyDigest), record, 'PX', retentionMs, 'NX'),
  );
  return set !== null;
}

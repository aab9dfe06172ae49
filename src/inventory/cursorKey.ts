import { randomBytes } from 'node:crypto';
import { keepCursorKey } from '../redis/reads';
import type { InventoryDeps } from './deps';

/**
 * The key that signs a tenant's cursors, the same in all processes: 32 bytes.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function cursorKeyOf(
  { redis, cursorKeys }: Pick<InventoryDeps, 'redis' | 'cursorKeys'>,
  tenantId: string,
): Promise<Buffer> {
  const known = cursorKeys.get(tenantId);
  if (known) return known;
  const key = await keepCursorKey(redis, tenantId, randomBytes(32));
  cursorKeys.set(tenantId, key);
  return key;
}

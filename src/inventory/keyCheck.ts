import { InventoryError } from '../core/errors';
import { readCheckpointHead } from '../redis/checkpoint';
import type { HubRedis } from '../redis/commands';
import { keys } from '../redis/keys';
import { mistypedKeys } from '../redis/keyTypes';
import { expectSame, type DriftList } from './drift';

/**
 * Notes the keys of a tenant that nothing can be read from: those of another type, and a checkpoint
 * that does not say where the ledger begins.
 *
 * @returns whether all can be read
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function checkKeys(
  redis: HubRedis,
  tenantId: string,
  drift: DriftList,
): Promise<boolean> {
  const mistyped = await mistypedKeys(redis, tenantId);
  for (const { key, is, expected } of mistyped) {
    expectSame(drift, { itemId: null, key }, 'type', is, expected);
  }
  if (mistyped.length > 0) return false;
  try {
    await readCheckpointHead(redis, tenantId);
    return true;
  } catch (error) {
    if (!(error instanceof InventoryError) || error.kind === 'unavailable') throw error;
    const place = { itemId: null, key: keys.checkpoint(tenantId) };
    expectSame(drift, place, 'head', 'of another size', 'a ledger id and a sum');
    return false;
  }
}

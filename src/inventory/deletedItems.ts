import { guidOfKey } from '../core/identity';
import type { MovementLine } from '../core/movement';
import { readOrder } from '../redis/reads';
import type { InventoryDeps } from './deps';

/**
 * The lines of a call that gives an order's stock back, when items of the order were deleted since:
 * their lines are ignored, so that the others come back. Undefined when an unknown item is none of
 * the order's.
 *
 * @param unknown ids of the unknown items
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function ignoreDeletedItems(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  orderId: string,
  lines: readonly MovementLine[],
  unknown: readonly string[],
): Promise<MovementLine[] | undefined> {
  const record = await readOrder(redis, tenantId, orderId);
  const taken = new Set(record?.items.map(({ itemId }) => itemId));
  if (!unknown.every((itemId) => taken.has(itemId))) return undefined;
  const deleted = new Set(unknown);
  return lines.map((line) =>
    deleted.has(guidOfKey(line.key)) ? { ...line, guard: 'ignored' } : line,
  );
}

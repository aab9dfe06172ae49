import type { MovementCause } from '../core/movement';
import type { InventoryDeps } from './deps';
import { removeItems } from './removeItems';

/**
 * Deletes those of the items that are there, with the stock they have, in one step.
 *
 * @param ids GUIDs, 1..1,000, each once
 * @returns the ids of those that were there, lower-case
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function removePresentItems(
  deps: InventoryDeps,
  tenantId: string,
  ids: readonly string[],
  cause: MovementCause,
): Promise<ReadonlySet<string>> {
  const items = ids.map((id) => ({ id }));
  const errorPolicy = 'REJECT_FAILED_ROWS';
  const removed = await removeItems(deps, tenantId, { items, errorPolicy, cause });
  return new Set(removed.ids.filter((id) => id !== null));
}

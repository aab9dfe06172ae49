import { InventoryError } from '../core/errors';
import type { MovementCause } from '../core/movement';
import type { InventoryDeps } from './deps';
import { removeItems } from './editItems';

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
  const present = new Set(ids.map((id) => id.toLowerCase()));
  // Each turn leaves some out, so it ends.
  while (present.size > 0) {
    try {
      await removeItems(deps, tenantId, { items: [...present].map((id) => ({ id })), cause });
      return present;
    } catch (error) {
      if (!(error instanceof InventoryError) || error.code !== 'UNKNOWN_ITEM') throw error;
      for (const id of error.details.itemIds ?? [...present]) present.delete(id);
    }
  }
  return present;
}

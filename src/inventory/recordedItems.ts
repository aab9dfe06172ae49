import type { InventoryItem } from '../core/item';
import { readItems } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { itemsAsOf } from './itemsAsOf';
import { movementById } from './orders';

/**
 * Items as a ledger entry left them, whatever became of them since; those it has no line of,
 * because nothing of them changed, as they are now. Null where there is none.
 *
 * @param ledgerId empty: nothing changed
 * @param ids null stays null
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function recordedItems(
  deps: InventoryDeps,
  tenantId: string,
  ledgerId: string,
  ids: readonly (string | null)[],
): Promise<(InventoryItem | null)[]> {
  const { redis } = deps;
  const entry = await movementById(deps, tenantId, ledgerId);
  const [lines = []] = entry ? await itemsAsOf(redis, tenantId, [entry]) : [];
  const items = new Map(lines.flatMap((item) => (item ? [[item.id, item]] : [])));
  const others = ids.filter((id) => id !== null && !items.has(id)) as string[];
  for (const item of await readItems(redis, tenantId, others)) {
    if (item) items.set(item.id, item);
  }
  return ids.map((id) => (id === null ? null : (items.get(id) ?? null)));
}

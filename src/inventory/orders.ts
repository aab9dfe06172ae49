import { invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import type { LedgerEntry } from '../core/movement';
import type { OrderItem } from '../redis/packing';
import { readOrder } from '../redis/reads';
import { readEntries } from '../redis/snapshots';
import type { InventoryDeps } from './deps';

/** What an order did to stock. */
export interface OrderInventory {
  orderId: string;
  items: OrderItem[];
  /** Oldest first; those the ledger still holds. */
  movements: LedgerEntry[];
}

/**
 * An order's record with its movements; null when no movement named the order.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function orderInventory(
  { redis }: InventoryDeps,
  tenantId: string,
  orderId: string,
): Promise<OrderInventory | null> {
  if (!isGuid(orderId)) throw invalidInput('orderId', orderId, 'a GUID');
  const id = orderId.toLowerCase();
  const record = await readOrder(redis, tenantId, id);
  if (!record) return null;
  const entries = await readEntries(redis, tenantId, record.movementIds);
  return { orderId: id, items: record.items, movements: entries.filter((entry) => entry !== null) };
}

/**
 * A movement by its ledger id; null when the ledger does not hold it.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function movementById(
  { redis }: InventoryDeps,
  tenantId: string,
  ledgerId: string,
): Promise<LedgerEntry | null> {
  if (ledgerId === '') return null;
  const [entry] = await readEntries(redis, tenantId, [ledgerId]);
  return entry ?? null;
}

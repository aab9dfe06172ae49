import { randomUUID } from 'node:crypto';
import { InventoryError } from '../core/errors';
import { keyOfGuid } from '../core/identity';
import type { Level } from '../core/item';
import { keys, LEVELS } from './keys';
import { packHead, packOrder, packStoredLevel, type Head, type OrderMovement } from './packedState';
import { unpackIds, type OrderItem, type Trail } from './packing';
import { run, whileStoreAnswers, type HubRedis } from './scripts';
import type { ItemPlace } from './snapshots';

/*
 * Writes that put back what was lost. Each leaves alone what changed since it was read.
 */

const NOTHING = Buffer.alloc(0);

/** An item to put back. */
export interface ItemRestoration {
  itemId: string;
  /** As read; null: there was none. */
  was: { packed: Buffer | null; document: Buffer | null };
  /** As it has to be; null: not at all. */
  is: { level: Level; trail: Trail; document: string } | null;
}

/**
 * Puts up to 500 items back, with their places in both indexes.
 *
 * @returns ids of those that changed since they were read and were left alone
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function restoreItems(
  redis: HubRedis,
  tenantId: string,
  items: readonly ItemRestoration[],
): Promise<string[]> {
  const rows = items.flatMap(({ itemId, was, is }) => [
    keyOfGuid(itemId),
    was.packed ?? NOTHING,
    is ? packStoredLevel(is.level, is.trail) : NOTHING,
    was.document ?? NOTHING,
    is ? Buffer.from(is.document) : NOTHING,
  ]);
  const [, changed] = await run(redis, 'restoreItems', [...placesOf(tenantId), ...rows]);
  return unpackIds(changed!);
}

/**
 * Puts a tenant's head back.
 *
 * @param was as read; null: there was none
 * @returns false when it changed since and was left alone
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function restoreHead(
  redis: HubRedis,
  tenantId: string,
  was: Buffer | null,
  is: Head,
): Promise<boolean> {
  const row = [Buffer.from('head'), was ?? NOTHING, packHead(is), NOTHING, NOTHING];
  const [, changed] = await run(redis, 'restoreItems', [...placesOf(tenantId), ...row]);
  return changed!.length === 0;
}

/**
 * Has all who keep a tenant's items in memory read them anew.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function noteRebuild(redis: HubRedis, tenantId: string): Promise<void> {
  // Not a count: it would begin anew when the levels are lost.
  const mark = randomUUID();
  await whileStoreAnswers(() => redis.hset(keys.levels(tenantId), LEVELS.rebuilt, mark));
}

function placesOf(tenantId: string): string[] {
  return [
    keys.levels(tenantId),
    keys.documents(tenantId),
    keys.statusIndex(tenantId),
    keys.lowStockIndex(tenantId),
  ];
}

/**
 * Takes away what stands among a tenant's items and is no item. No script writes such things.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function removeMembers(
  redis: HubRedis,
  tenantId: string,
  place: ItemPlace,
  members: readonly Buffer[],
): Promise<void> {
  if (members.length === 0) return;
  const key = keys[place](tenantId);
  const isHash = place === 'levels' || place === 'documents';
  await whileStoreAnswers(() =>
    isHash ? redis.hdel(key, ...members) : redis.zrem(key, ...members),
  );
}

/** An order to put back. */
export interface OrderRestoration {
  orderId: string;
  /** As read; null: there was none. */
  was: Buffer | null;
  /** Oldest first, up to 1,000. */
  movements: readonly Omit<OrderMovement, 'digests'>[];
  items: Iterable<OrderItem>;
  /** How long it is kept, ms; 0: for ever. */
  expiresInMs: number;
}

/**
 * Puts an order's record back. The digests that repeats are known by come from the ledger.
 *
 * @returns false when it changed since it was read and was left alone
 * @throws InventoryError LEDGER_CONTRADICTS when the order's key is of another type,
 *   REDIS_UNAVAILABLE
 */
export async function restoreOrder(
  redis: HubRedis,
  tenantId: string,
  { orderId, was, movements, items, expiresInMs }: OrderRestoration,
): Promise<boolean> {
  const ids = movements.map(({ ledgerId }) => ledgerId);
  const digests = await readDigests(redis, tenantId, ids);
  const full = movements.map((movement, i) => ({ ...movement, digests: digests[i]! }));
  const key = keys.order(tenantId, orderId);
  const args = [key, was ?? NOTHING, packOrder(full, items), expiresInMs];
  const [, stored] = await run(redis, 'restoreOrder', args).catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.startsWith('WRONGTYPE')) throw error;
    throw new InventoryError('LEDGER_CONTRADICTS', `The key ${key} is no string: delete it.`);
  });
  return stored!.toString() === '1';
}

/** The digests of some ledger entries; zeros where an entry has none. */
async function readDigests(
  redis: HubRedis,
  tenantId: string,
  ledgerIds: readonly string[],
): Promise<Buffer[]> {
  const replies = await whileStoreAnswers(() =>
    Promise.all(ledgerIds.map((id) => redis.xrangeBuffer(keys.ledger(tenantId), id, id))),
  );
  return replies.map(([entry]) => {
    const fields = entry?.[1] ?? [];
    const at = fields.findIndex((name, i) => i % 2 === 0 && name.toString() === 'digests');
    return at < 0 ? Buffer.alloc(24) : fields[at + 1]!;
  });
}

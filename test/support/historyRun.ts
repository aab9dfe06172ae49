import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { guidOfKey, itemKey } from '../../src/core/identity';
import type { Level } from '../../src/core/item';
import type { LedgerEntry, MovementCause } from '../../src/core/movement';
import { deleteItems, saveItems } from '../../src/redis/commands';
import { readLedger, readLevels } from '../../src/redis/reads';
import { APP_ID, digests, openShop, RETENTION_MS, type Shop, type TestLine } from './shop';

/** Numbers below a bound, the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One thing an item is made of in a run. */
export interface RunItem {
  id: string;
  key: Buffer;
  productId: string;
  locationId: string;
}

/** A tenant with a random past, and what was true after each of its ledger entries. */
export interface HistoryRun {
  shop: Shop;
  items: RunItem[];
  orders: string[];
  entries: LedgerEntry[];
  /** By place in the entries: all levels right after it, by item id; null: no item. */
  levels: Map<string, Level | null>[];
}

const REASONS = ['ORDER_PLACED', 'RECEIVED', 'COUNT'] as const;

/** Makes a tenant's past of so many random steps. */
export async function runHistory(
  connection: Redis,
  seed: number,
  steps: number,
): Promise<HistoryRun> {
  const shop = openShop(connection);
  const random = randomNumbers(seed);
  const [here, there] = [randomUUID(), randomUUID()];
  const items = Array.from({ length: 6 }, (_, i): RunItem => {
    const [productId, locationId] = [`product-${i % 3}`, i < 3 ? here : there];
    const identity = { appId: APP_ID, productId, variantId: null, locationId };
    const key = itemKey(shop.tenantId, identity);
    return { id: guidOfKey(key), key, productId, locationId };
  });
  const orders = Array.from({ length: 5 }, () => randomUUID());
  const run: HistoryRun = { shop, items, orders, entries: [], levels: [] };
  for (let step = 0; step < steps; step += 1) {
    await takeStep(run, random, step);
    await record(run);
  }
  return run;
}

async function takeStep(run: HistoryRun, random: (below: number) => number, step: number) {
  const { shop, items, orders } = run;
  const item = items[random(items.length)]!;
  const [level] = await readLevels(shop.redis, shop.tenantId, [item.id]);
  if (!level) {
    await create(run, item, random(100));
    return;
  }
  const kind = random(12);
  if (kind === 0) await remove(run, item);
  else if (kind === 1) await shop.change(item.key, { quantity: random(100) });
  else if (kind === 2) await shop.change(item.key, { lowStockThreshold: random(50) });
  else await move(run, items, orders, random, step);
}

async function create({ shop }: HistoryRun, item: RunItem, quantity: number) {
  const { productId, locationId } = item;
  const document = JSON.stringify({ appId: APP_ID, productId, variantId: null, locationId });
  const level = { tracked: true, quantity, preorderEnabled: true, preorderLimit: 20 };
  const save = { key: item.key, level, before: '', after: document };
  const cause: MovementCause = { operation: 'CREATE', actor: 'user:a' };
  await saveItems(shop.redis, { tenantId: shop.tenantId, items: [save], cause });
}

async function remove({ shop }: HistoryRun, item: RunItem) {
  const cause: MovementCause = { operation: 'DELETE', actor: 'user:b' };
  const items = [{ key: item.key, revision: 0 }];
  await deleteItems(shop.redis, { tenantId: shop.tenantId, items, cause });
}

async function move(
  { shop }: HistoryRun,
  items: readonly RunItem[],
  orders: readonly string[],
  random: (below: number) => number,
  step: number,
) {
  const lines = Array.from({ length: 1 + random(4) }, (): TestLine => {
    const { key } = items[random(items.length)]!;
    if (random(6) === 0) return [key, -1 - random(5), 'ignored'];
    // Sometimes a hold, and sometimes the end of one.
    return [key, random(21) - 12, 'unrestricted', random(5) === 0 ? 1 : 0];
  });
  const orderId = random(2) === 0 ? orders[random(orders.length)]! : undefined;
  const reason = REASONS[random(REASONS.length)]!;
  const cause: MovementCause = {
    operation: orderId ? 'DECREMENT' : 'ADJUST',
    reason,
    actor: `user:${random(2) ? 'a' : 'b'}`,
    ...(orderId && { orderId }),
  };
  const order = orderId && { direction: '-' as const, digests: digests(`call ${step}`) };
  // Items that are gone are refused: the step then leaves nothing.
  await shop
    .post(lines, { cause, retentionMs: RETENTION_MS, ...(order && { order }) })
    .catch(() => undefined);
}

async function record(run: HistoryRun) {
  const { shop, entries, levels, items } = run;
  for await (const news of readLedger(shop.redis, shop.tenantId, entries.at(-1)?.id)) {
    entries.push(...news);
  }
  if (levels.length === entries.length) return;
  const ids = items.map(({ id }) => id);
  const present = await readLevels(shop.redis, shop.tenantId, ids);
  levels.push(new Map(ids.map((id, i) => [id, present[i]!])));
}

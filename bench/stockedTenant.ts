import { randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../src/core/catalog';
import { impliedLocationId, itemKey, type ItemIdentity } from '../src/core/identity';
import { saveItems, type HubRedis } from '../src/redis/commands';

/** The tenant of the benchmark. */
export const benchTenantId = '5c1de8d4-6a3e-4d0b-8a57-1f1f0d1f8a01';

/** An item to sell: who it is, and its key. */
export interface StockedItem extends ItemIdentity {
  key: Buffer;
}

/** Items of one tenant with nothing stored yet. */
export function makeItems(count: number): StockedItem[] {
  return Array.from({ length: count }, () => {
    const identity = {
      appId: WIX_STORES_APP_ID,
      productId: randomUUID(),
      variantId: randomUUID(),
      locationId: impliedLocationId(benchTenantId),
    };
    return { ...identity, key: itemKey(benchTenantId, identity) };
  });
}

const ITEMS_PER_CALL = 1000;

/** Stores items with a quantity each. */
export async function stockItems(
  redis: HubRedis,
  items: readonly StockedItem[],
  quantity: number,
): Promise<void> {
  for (let from = 0; from < items.length; from += ITEMS_PER_CALL) {
    const batch = items.slice(from, from + ITEMS_PER_CALL).map(({ key, ...identity }, i) => ({
      key,
      level: { tracked: true, quantity },
      before: '',
      after: JSON.stringify({ ...identity, name: `Product ${from + i}`, sku: `SKU-${from + i}` }),
    }));
    await saveItems(redis, {
      tenantId: benchTenantId,
      items: batch,
      cause: { operation: 'IMPORT' },
    });
  }
}

/** How the lines of calls meet the items: any of all, or a few over and over. */
export type KeyChoice = 'spread' | 'hot';

/** How many items hot calls are about. */
export const HOT_ITEMS = 10;

/**
 * The items of one call. Spread: different ones out of all. Hot: out of ten; a call of more lines
 * names each several times.
 */
export function chooseItems(
  items: readonly StockedItem[],
  lines: number,
  choice: KeyChoice,
): StockedItem[] {
  if (choice === 'hot') {
    const first = Math.floor(Math.random() * HOT_ITEMS);
    return Array.from({ length: lines }, (_, i) => items[(first + i) % HOT_ITEMS]!);
  }
  const chosen = new Set<StockedItem>();
  while (chosen.size < Math.min(lines, items.length)) {
    chosen.add(items[Math.floor(Math.random() * items.length)]!);
  }
  return [...chosen];
}

import { randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../src/core/catalog';
import { guidOfKey, impliedLocationId, itemKey } from '../src/core/identity';
import type { ItemFilter } from '../src/core/itemFilter';
import type { ItemSort } from '../src/core/itemOrder';
import { createInventoryDeps } from '../src/inventory/deps';
import { listItems } from '../src/inventory/listItems';
import { postMovement, saveItems, type HubRedis } from '../src/redis/commands';
import { openBenchStore } from './benchStore';
import { median } from './medians';
import { printTable, shown } from './printTable';

const BATCH = 1000;
const REPEATS = 7;
const LOCATIONS = 20;

/** Lists whose cost is measured; `first`: the page's length. */
const lists: Readonly<Record<string, { filter?: ItemFilter; sort?: ItemSort }>> = {
  'oldest first': {},
  'by quantity': { sort: { field: 'QUANTITY', descending: true } },
  'out of stock': { filter: { statuses: ['OUT_OF_STOCK'] } },
  'low stock': { filter: { lowStock: true } },
  'one sku': { filter: { skus: ['SKU-7'] } },
  'two words': { filter: { text: 'prod 77' } },
  'quantity range': { filter: { quantity: { min: 10, max: 20 } } },
};

/** Measures what a page of 50 items costs in tenants of several sizes. */
export async function benchLists(sizes: readonly number[]): Promise<void> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const store = await openBenchStore();
    try {
      rows.push(...(await measureTenant(await store.connect(0), size)));
    } finally {
      await store.close();
    }
  }
  console.log('\nA page of 50 items, milliseconds in the process, one caller\n');
  printTable(['items', ...Object.keys(lists), 'first load s', 'MiB kept', 'own write'], rows);
}

async function measureTenant(redis: HubRedis, size: number): Promise<string[][]> {
  const tenantId = randomUUID();
  const key = await stock(redis, tenantId, size);
  const deps = createInventoryDeps(redis, { retentionMs: 60_000, catalogIdentityOptions: {} });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const loading = performance.now();
  await listItems(deps, tenantId, { first: 50 });
  const loadSeconds = (performance.now() - loading) / 1000;
  globalThis.gc?.();
  const keptMib = (process.memoryUsage().rss - before) / 2 ** 20;
  const times: number[] = [];
  for (const list of Object.values(lists)) {
    times.push(await medianTime(() => listItems(deps, tenantId, { ...list, first: 50 })));
  }
  const ownWrite = await medianTime(async () => {
    await postMovement(redis, {
      tenantId,
      lines: [{ key, units: -1, guard: 'unrestricted' }],
      cause: { operation: 'ADJUST' },
      settingsRevision: 0,
      retentionMs: 60_000,
    });
    await listItems(deps, tenantId, { filter: { ids: [guidOfKey(key)] }, first: 1 });
  });
  const kept = [loadSeconds, keptMib, ownWrite];
  return [[size.toLocaleString('en-US'), ...[...times, ...kept].map(shown)]];
}

async function medianTime(action: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i += 1) {
    const started = performance.now();
    await action();
    times.push(performance.now() - started);
  }
  return median(times);
}

/** Stocks a tenant: a tenth of the items is out of stock, another tenth low. */
async function stock(redis: HubRedis, tenantId: string, size: number): Promise<Buffer> {
  const locations = [
    impliedLocationId(tenantId),
    ...Array.from({ length: LOCATIONS - 1 }, () => randomUUID()),
  ];
  let last: Buffer = Buffer.alloc(16);
  for (let from = 0; from < size; from += BATCH) {
    const items = Array.from({ length: Math.min(BATCH, size - from) }, (_, i) => {
      const n = from + i;
      const identity = {
        appId: WIX_STORES_APP_ID,
        productId: `product-${Math.floor(n / 10)}`,
        variantId: randomUUID(),
        locationId: locations[n % LOCATIONS]!,
      };
      last = itemKey(tenantId, identity);
      const quantity = n % 10 === 0 ? 0 : n % 10 === 1 ? 3 : (n * 7919) % 1000;
      const text = { name: `Product ${n % 1000} of a kind`, sku: `SKU-${n}` };
      return {
        key: last,
        level: { tracked: true, quantity, lowStockThreshold: n % 10 === 1 ? 5 : null },
        before: '',
        after: JSON.stringify({ ...identity, ...text }),
      };
    });
    await saveItems(redis, { tenantId, items, cause: { operation: 'IMPORT' } });
  }
  return last;
}

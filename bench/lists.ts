import { randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../src/core/catalog';
import { impliedLocationId, itemKey } from '../src/core/identity';
import { placeOf } from '../src/core/itemOrder';
import { cursorKeyOf } from '../src/inventory/cursorKey';
import { createInventoryDeps, type InventoryDeps } from '../src/inventory/deps';
import { writeCursor } from '../src/inventory/itemCursor';
import { listItems, type ListItems } from '../src/inventory/listItems';
import { postMovement, saveItems, type HubRedis } from '../src/redis/commands';
import { openBenchStore } from './benchStore';
import { median } from './medians';
import { printTable, shown } from './printTable';

const BATCH = 1000;
const REPEATS = 15;
const LOCATIONS = 20;
/** The location at which a twentieth of the items is. */
const NEARBY = 'b7d5c3a1-0f1e-4d2c-8b3a-495867768594';

type Ask = Omit<ListItems, 'first'>;

/** Lists whose cost is measured: pages of 50. */
const lists: Readonly<Record<string, Ask>> = {
  'oldest first': {},
  'by quantity': { sort: { field: 'QUANTITY', descending: true } },
  'by name': { sort: { field: 'PRODUCT_NAME', descending: false } },
  'out of stock (10 %)': { filter: { statuses: ['OUT_OF_STOCK'] } },
  'low stock (10 %), by available': {
    filter: { lowStock: true },
    sort: { field: 'AVAILABLE', descending: false },
  },
  'one sku': { filter: { skus: ['SKU-7'] } },
  'two words (0.1 %)': { filter: { text: 'prod 77' } },
  'quantity 10 to 20 (1 %)': { filter: { quantity: { min: 10, max: 20 } } },
  'not at a location (95 %)': { filter: { not: { locationIds: [NEARBY] } } },
};

/** Columns of one size: what each list and everything beside it took. */
type Figures = Map<string, number>;

/** Measures what a page of 50 items costs in tenants of several sizes. */
export async function benchLists(sizes: readonly number[]): Promise<void> {
  const columns: Figures[] = [];
  for (const size of sizes) {
    const store = await openBenchStore();
    try {
      if (columns.length === 0) console.log(`${store.description}, node ${process.version}`);
      columns.push(await measureTenant(await store.connect(0), size));
    } finally {
      await store.close();
    }
  }
  console.log('\nA page of 50 items in the process, one caller: milliseconds, medians\n');
  const rows = [...columns[0]!.keys()].map((name) => [
    name,
    ...columns.map((figures) => shown(figures.get(name)!)),
  ]);
  printTable(['items', ...sizes.map((size) => size.toLocaleString('en-US'))], rows);
}

async function measureTenant(redis: HubRedis, size: number): Promise<Figures> {
  const tenantId = randomUUID();
  const key = await stock(redis, tenantId, size);
  const deps = createInventoryDeps(redis, {
    retentionMs: 60_000,
    catalogIdentityOptions: {},
  });
  const figures: Figures = new Map();
  const page = (list: Ask) => listItems(deps, tenantId, { ...list, first: 50 });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  figures.set('first load of the tenant', await timeOf(() => deps.feeds.current(tenantId)));
  globalThis.gc?.();
  const keptMib = (process.memoryUsage().rss - before) / 2 ** 20;
  figures.set('first page in an order', await timeOf(() => page({})));
  for (const [name, list] of Object.entries(lists)) {
    // The first one makes the orders that it needs.
    await page(list);
    figures.set(name, await medianTime(() => page(list)));
  }
  const middle = await middleCursor(deps, tenantId);
  figures.set('oldest first, from the middle on', await medianTime(() => page({ after: middle })));
  const countOf = async (list: Ask) => (await page(list)).countAll();
  for (const name of ['oldest first', 'quantity 10 to 20 (1 %)', 'not at a location (95 %)']) {
    figures.set(`${name}, with its count`, await medianTime(() => countOf(lists[name]!)));
  }
  const ownWrite = await medianTime(async () => {
    await postMovement(redis, {
      tenantId,
      lines: [{ key, units: -1, guard: 'unrestricted' }],
      cause: { operation: 'ADJUST' },
      settingsRevision: 0,
      retentionMs: 60_000,
    });
    await page({});
  });
  figures.set('a change, then oldest first', ownWrite);
  figures.set('memory of the process, MiB', keptMib);
  return figures;
}

/** A cursor of about the middle of the oldest first, found by the times of creation. */
async function middleCursor(deps: InventoryDeps, tenantId: string): Promise<string> {
  const { items } = await deps.feeds.current(tenantId);
  const times = [...items.values()].map(({ createdDate }) => createdDate).sort((a, b) => a - b);
  const created = { min: times[Math.floor(times.length / 2)]! };
  const { items: found } = await listItems(deps, tenantId, { filter: { created }, first: 1 });
  const sort = { field: 'CREATED', descending: false } as const;
  const key = await cursorKeyOf(deps, tenantId);
  return writeCursor(key, { filter: {}, sort, place: placeOf(found[0]!, sort) });
}

async function timeOf(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

async function medianTime(action: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i += 1) times.push(await timeOf(action));
  return median(times);
}

/** Stocks a tenant: a tenth of the items is out of stock, another tenth low. */
async function stock(redis: HubRedis, tenantId: string, size: number): Promise<Buffer> {
  const locations = [
    impliedLocationId(tenantId),
    NEARBY,
    ...Array.from({ length: LOCATIONS - 2 }, () => randomUUID()),
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

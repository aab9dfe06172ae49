import { randomBytes, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { exportItems } from '../../src/inventory/exportItems';
import type { ItemRow } from '../../src/inventory/itemColumns';
import { SeenKeys } from '../../src/inventory/seenKeys';
import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { importRows, keyOfProduct } from './importRows';

const redis = testRedis();

async function exported(shop: Shop): Promise<ItemRow[]> {
  const rows: ItemRow[] = [];
  for await (const row of exportItems(shop.deps, shop.tenantId)) rows.push(row);
  return rows;
}

const text = (maxLength: number) => fc.string({ minLength: 1, maxLength, unit: 'binary' });
const guid = fc.uuid();

const randomRow = fc.record(
  {
    productId: fc.stringMatching(/^[a-zA-Z0-9._-]{1,36}$/),
    variantId: guid,
    locationId: guid,
    appId: guid,
    name: text(80),
    variantName: text(250),
    sku: text(40),
    barcode: text(40),
    brandId: guid,
    brandName: text(50),
    visible: fc.boolean(),
    categoryIds: fc.array(guid, { minLength: 1, maxLength: 5 }),
    stock: fc.oneof(fc.boolean(), fc.integer({ min: -1e9, max: 1e9 })),
    preorderEnabled: fc.boolean(),
    preorderMessage: text(250),
    preorderLimit: fc.integer({ min: 0, max: 100_000 }),
    lowStockThreshold: fc.integer({ min: 0, max: 1e7 }),
    extendedFields: fc.dictionary(text(20), fc.dictionary(text(20), fc.jsonValue()), {
      minKeys: 1,
    }),
  },
  { requiredKeys: ['productId', 'stock'] },
);

/** A row as NDJSON has it: quantity or inStock, and a preorder limit for a tracked item only. */
function toRow({
  stock,
  preorderLimit,
  ...row
}: {
  stock: number | boolean;
  preorderLimit?: number;
}) {
  if (typeof stock === 'boolean') return { ...row, inStock: stock };
  return { ...row, quantity: stock, ...(preorderLimit !== undefined && { preorderLimit }) };
}

test('importing an export changes nothing, here or in an empty tenant', async () => {
  const seed = randomInt(2 ** 31);
  console.log(`seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(fc.array(randomRow, { minLength: 1, maxLength: 120 }), async (random) => {
      const shop = openShop(redis());
      const rows = random.map(toRow);
      const { failed } = await importRows(shop, rows);
      const first = await exported(shop);
      const again = await importRows(shop, JSON.parse(JSON.stringify(first)) as unknown[]);
      expect(again).toMatchObject({ unchanged: first.length, updated: 0, created: 0, failed: 0 });
      // A variant of two products in the random rows is the only thing that can fail.
      expect(first.length + failed).toBeGreaterThan(0);

      const copy = openShop(redis());
      expect(await importRows(copy, first)).toMatchObject({ created: first.length, failed: 0 });
      const key = (row: ItemRow) =>
        JSON.stringify([row.appId, row.productId, row.variantId, row.locationId]);
      const sorted = (all: ItemRow[]) => [...all].sort((a, b) => (key(a) < key(b) ? -1 : 1));
      expect(sorted(await exported(copy))).toEqual(sorted(first));
    }),
    { seed, numRuns: 40 },
  );
});

test('every item comes once, also while the store is growing', async () => {
  const shop = openShop(redis());
  const rowsOf = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ productId: `p${from + i}`, quantity: 1 }));
  await importRows(shop, rowsOf(0, 5000));
  const growing = importRows(shop, rowsOf(5000, 25_000));
  const products = (await exported(shop)).map(({ productId }) => productId);
  await growing;
  expect(new Set(products).size).toBe(products.length);
  for (const { productId } of rowsOf(0, 5000)) expect(products).toContain(productId);
});

test('shows items as sales leave them, and nothing of an empty tenant', async () => {
  const shop = openShop(redis());
  expect(await exported(shop)).toEqual([]);
  await importRows(shop, [{ productId: 'a', quantity: 3 }]);
  await shop.move([[await keyOfProduct(shop, 'a'), -5, 'unrestricted']]);
  expect(await exported(shop)).toMatchObject([{ productId: 'a', quantity: -2 }]);
});

test('seen keys are remembered, however many', () => {
  const seen = new SeenKeys();
  const keys = Array.from({ length: 20_000 }, () => randomBytes(16));
  expect(keys.filter((key) => seen.add(key))).toHaveLength(keys.length);
  expect(keys.filter((key) => seen.add(key))).toHaveLength(0);
});

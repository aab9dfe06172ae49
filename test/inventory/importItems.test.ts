import { randomUUID } from 'node:crypto';
import { guidOfKey, NIL_GUID } from '../../src/core/identity';
import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { cellRows, importRows, itemOf, keyOfProduct } from './importRows';

const redis = testRedis();
let shop: Shop;
beforeEach(() => {
  shop = openShop(redis());
});

const VARIANT = '3f1e4a6c-1111-4000-8000-00000000aaaa';
const LOCATION = '3f1e4a6c-2222-4000-8000-00000000aaaa';
const CATEGORIES = [randomUUID(), randomUUID()];

const full = {
  productId: 'shirt',
  variantId: VARIANT.toUpperCase(),
  name: 'Shirt',
  variantName: 'Blue, large',
  sku: 'S-1',
  barcode: '4006381333931',
  brandId: VARIANT,
  brandName: 'Ours',
  visible: false,
  categoryIds: CATEGORIES,
  quantity: 12,
  preorderEnabled: true,
  preorderMessage: 'In May',
  preorderLimit: 50,
  lowStockThreshold: 3,
  extendedFields: { '@app/one': { id: 'x', deep: { a: [1, 2] } } },
};

const expected = {
  productId: 'shirt',
  variantId: VARIANT,
  appId: '215238eb-22a5-4c36-9e7b-e7c08025e04e',
  name: 'Shirt',
  variantName: 'Blue, large',
  sku: 'S-1',
  barcode: '4006381333931',
  brandId: VARIANT,
  brandName: 'Ours',
  visible: false,
  categoryIds: CATEGORIES,
  tracked: true,
  inStock: false,
  quantity: 12,
  revision: 1,
  preorderEnabled: true,
  preorderMessage: 'In May',
  preorderLimit: 50,
  lowStockThreshold: 3,
  extendedFields: { '@app/one': { id: 'x', deep: { a: [1, 2] } } },
};

test('every column is stored, from NDJSON values and from CSV cells alike', async () => {
  const { problems, ...result } = await importRows(shop, [full]);
  expect(problems).toEqual([]);
  expect(result).toMatchObject({ created: 1, updated: 0, unchanged: 0, failed: 0, lastRow: 1 });
  expect(await itemOf(shop, 'shirt', VARIANT)).toMatchObject(expected);

  const cells = Object.entries(full).map(([name, value]) => {
    if (name === 'categoryIds') return [name, ` ${CATEGORIES.join(' ; ')};`];
    if (name === 'extendedFields') return [name, JSON.stringify(value)];
    if (typeof value === 'boolean') return [name, String(value).toUpperCase()];
    return [name, typeof value === 'number' ? ` ${value} ` : (value as string)];
  });
  const row = Object.fromEntries(cells) as Record<string, string>;
  expect(await importRows(shop, cellRows([row]))).toMatchObject({ unchanged: 1, problems: [] });

  const other = openShop(redis());
  await importRows(other, cellRows([row]));
  expect(await itemOf(other, 'shirt', VARIANT)).toMatchObject(expected);
});

test('the nil variant is none; a location and a catalog app may be named', async () => {
  const app = randomUUID();
  await importRows(shop, [
    { productId: 'a', variantId: NIL_GUID, quantity: 1 },
    { productId: 'a', variantId: null, quantity: 2 },
    { productId: 'a', locationId: LOCATION, appId: app, quantity: 3 },
  ]);
  expect(await itemOf(shop, 'a')).toMatchObject({ variantId: null, quantity: 2, revision: 2 });
  const ledger = await shop.ledger();
  expect(ledger.flatMap(({ lines }) => lines.map(({ level }) => level?.quantity))).toEqual([
    1, 2, 3,
  ]);
  expect(ledger[1]?.lines[1]?.document).toMatchObject({ locationId: LOCATION, appId: app });
  expect(ledger[0]).toMatchObject({ operation: 'IMPORT', actor: 'cli' });
});

test('what is absent or an empty cell stays; null takes a value away', async () => {
  await importRows(shop, [full]);
  const bare = { productId: 'shirt', variantId: VARIANT };
  const empty = Object.fromEntries(Object.keys(full).map((name) => [name, '']));
  expect(await importRows(shop, cellRows([{ ...empty, ...bare }]))).toMatchObject({ unchanged: 1 });
  expect(await importRows(shop, [{ ...bare, quantity: null, inStock: null }])).toMatchObject({
    unchanged: 1,
  });
  const gone = ['sku', 'visible', 'categoryIds', 'lowStockThreshold', 'extendedFields'] as const;
  const nulls = Object.fromEntries(gone.map((name) => [name, null]));
  expect(await importRows(shop, [{ ...bare, ...nulls }])).toMatchObject({ updated: 1 });
  const item = await itemOf(shop, 'shirt', VARIANT);
  expect(item).toMatchObject({ name: 'Shirt', quantity: 12, lowStockThreshold: null, revision: 2 });
  for (const name of ['sku', 'visible', 'categoryIds', 'extendedFields']) {
    expect(item).not.toHaveProperty(name);
  }
  expect(await importRows(shop, [{ ...bare, ...nulls }])).toMatchObject({ unchanged: 1 });
  expect((await shop.verify()).driftCount).toBe(0);
});

test('quantity and inStock switch tracking', async () => {
  const set = async (values: object) => {
    await importRows(shop, [{ productId: 'a', ...values }]);
    return itemOf(shop, 'a');
  };
  await set({ quantity: 5, preorderEnabled: true, preorderLimit: 9, lowStockThreshold: 2 });
  const untracked = { tracked: false, inStock: true, quantity: 0, preorderLimit: 9 };
  expect(await set({ inStock: true })).toMatchObject({ ...untracked, lowStockThreshold: 2 });
  // Nobody counts an untracked item: it is never low.
  expect((await shop.indexes()).low).toEqual([]);
  expect(await set({ quantity: 1 })).toMatchObject({ tracked: true, inStock: false, quantity: 1 });
  expect((await shop.indexes()).low).toHaveLength(1);
  expect((await itemOf(shop, 'a')).preorderLimit).toBe(9);
  expect((await shop.verify()).driftCount).toBe(0);
});

test('a limit is the default one until one is given; untracked items take none', async () => {
  const limitAfter = async (values: object) => {
    await importRows(shop, [{ productId: 'a', ...values }]);
    return (await itemOf(shop, 'a')).preorderLimit;
  };
  expect(await limitAfter({ quantity: 1 })).toBe(100_000);
  expect(await limitAfter({ preorderEnabled: true })).toBe(100_000);
  expect(await limitAfter({ preorderLimit: 7 })).toBe(7);
  expect(await limitAfter({ preorderEnabled: false })).toBe(7);
  expect(await limitAfter({ preorderEnabled: true })).toBe(7);
  expect(await limitAfter({ preorderLimit: 0 })).toBe(0);
  expect(await limitAfter({ preorderEnabled: true, quantity: 3 })).toBe(0);
  const { problems } = await importRows(shop, [
    { productId: 'b', inStock: true, preorderEnabled: true },
    { productId: 'b', preorderLimit: 5 },
    { productId: 'c', inStock: false, preorderLimit: 5 },
  ]);
  const bound = 'preorderLimit must be absent: the item is not tracked, got 5';
  expect(problems).toEqual([`2: ${bound}`, `3: ${bound}`]);
});

test('a variant never changes its product', async () => {
  await importRows(shop, [{ productId: 'a', variantId: VARIANT, quantity: 1 }]);
  const { problems } = await importRows(shop, [{ productId: 'b', variantId: VARIANT, name: 'B' }]);
  expect(problems).toEqual([
    '1: productId must be "a": the item with this variant has it already, got "b"',
  ]);
});

test('rows of one item are applied in file order', async () => {
  const rows = [
    { productId: 'a', quantity: 1 },
    { productId: 'b', quantity: 1 },
    { productId: 'a', quantity: 2, name: 'A' },
    { productId: 'a', inStock: true },
  ];
  const would = await importRows(shop, rows, { dryRun: true });
  expect(await shop.ledger()).toEqual([]);
  const result = await importRows(shop, rows);
  expect(result).toMatchObject({ created: 2, updated: 2, unchanged: 0, failed: 0 });
  expect(would).toEqual(result);
  expect(await itemOf(shop, 'a')).toMatchObject({ name: 'A', tracked: false, revision: 3 });
});

test('a dry run tells what would be, and stores nothing', async () => {
  const rows = Array.from({ length: 120 }, (_, i) => ({ productId: `p${i}`, quantity: i }));
  await importRows(shop, rows.slice(0, 100));
  const before = await shop.dump();
  const next = rows.map((row, i) => (i < 10 ? { ...row, quantity: 999 } : row));
  const would = await importRows(shop, [...next, { productId: '' }], { dryRun: true });
  expect(would).toMatchObject({ created: 20, updated: 10, unchanged: 90, failed: 1 });
  expect(await shop.dump()).toEqual(before);
});

test("one tenant's rows reach no other tenant's items", async () => {
  await importRows(shop, [{ productId: 'a', quantity: 1 }]);
  const before = await shop.dump();
  const other = openShop(redis());
  await importRows(other, [{ productId: 'a', quantity: 2, name: 'Other' }]);
  expect(await shop.dump()).toEqual(before);
  expect(await itemOf(other, 'a')).toMatchObject({ quantity: 2, name: 'Other' });
});

test('imports of the same items at the same time lose nothing', async () => {
  const products = Array.from({ length: 300 }, (_, i) => `p${i}`);
  const columns = ['name', 'sku', 'barcode', 'brandName'];
  await Promise.all(
    columns.map((column) =>
      importRows(
        shop,
        products.map((productId) => ({ productId, quantity: 1, [column]: column })),
      ),
    ),
  );
  for (const productId of products) {
    expect(await itemOf(shop, productId)).toMatchObject({
      name: 'name',
      sku: 'sku',
      barcode: 'barcode',
      brandName: 'brandName',
      quantity: 1,
    });
  }
  expect((await shop.verify()).driftCount).toBe(0);
});

test('a quantity that was sold meanwhile is set all the same', async () => {
  await importRows(shop, [{ productId: 'a', quantity: 5 }]);
  const key = await keyOfProduct(shop, 'a');
  await shop.move([[key, -2]]);
  const result = await importRows(shop, [{ productId: 'a', quantity: 5 }]);
  expect(result).toMatchObject({ updated: 1 });
  const [, , entry] = await shop.ledger();
  expect(entry?.lines[0]).toMatchObject({ itemId: guidOfKey(key), delta: 2, units: 2 });
});

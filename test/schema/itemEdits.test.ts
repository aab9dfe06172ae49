import { randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import { impliedLocationId } from '../../src/core/identity';
import { graphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import {
  createItem,
  createItems,
  deleteItem,
  deleteItems,
  expectClean,
  placesOf,
  updateItem,
  updateItems,
} from './editing';

const hub = graphqlHub();
afterEach(() => expectClean(hub()));

const newItem = async (values: object = {}) => {
  const input = { productId: randomUUID(), quantity: 5, ...values };
  const { item, userErrors } = await createItem(hub(), input);
  expect(userErrors).toEqual([]);
  return item!;
};
const itemNow = async (id: string) => {
  const query = `query ($id: ID!) { inventoryItem(id: $id) { quantity name revision } }`;
  return (await hub().run(query, { id }))['inventoryItem'];
};

describe('a new item', () => {
  test('has all that was said of it, and what was not is empty', async () => {
    const [variantId, brandId, categoryId] = [randomUUID(), randomUUID(), randomUUID()];
    const item = await newItem({
      productId: 'Cup',
      variantId: variantId.toUpperCase(),
      name: 'Cup "é"',
      variantName: 'Blue',
      sku: 'C-1',
      barcode: '4006381333931',
      brandId,
      brandName: 'Ours',
      visible: false,
      categoryIds: [categoryId],
      quantity: 1_000_000_000,
      preorderEnabled: true,
      preorderLimit: 7,
      preorderMessage: 'May',
      lowStockThreshold: 10,
      extendedFields: { '@a/b': { deep: [1, { x: null }] } },
    });
    expect(item).toMatchObject({
      revision: '1',
      productId: 'Cup',
      variantId,
      appId: WIX_STORES_APP_ID,
      locationId: impliedLocationId(hub().tenantId),
      name: 'Cup "é"',
      brand: { id: brandId, name: 'Ours' },
      visible: false,
      categoryIds: [categoryId],
      quantity: 1_000_000_000,
      preorder: { enabled: true, message: 'May', limit: 7, counter: 0 },
      lowStockThreshold: 10,
      extendedFields: { '@a/b': { deep: [1, { x: null }] } },
    });
    const nulls = { variantId: null, locationId: null, appId: null, name: null, sku: null };
    expect(await newItem({ ...nulls, quantity: -3 })).toMatchObject({
      variantId: null,
      locationId: impliedLocationId(hub().tenantId),
      name: null,
      sku: null,
      quantity: -3,
      availabilityStatus: 'OUT_OF_STOCK',
    });
    const { entries } = { entries: await hub().ledger() };
    expect(entries.at(-1)).toMatchObject({ operation: 'CREATE', actor: 'user:test' });
  });

  test('untracked, and elsewhere; preorder without a limit gets the default one', async () => {
    const locationId = randomUUID();
    const inStock = { quantity: null, inStock: true, locationId, appId: 'other' };
    expect(await newItem(inStock)).toMatchObject({
      tracked: false,
      inStock: true,
      quantity: null,
      locationId,
      appId: 'other',
      preorder: { enabled: false, limit: null },
    });
    const preorder = await newItem({ quantity: 0, preorderEnabled: true });
    expect(preorder).toMatchObject({ preorder: { limit: 100_000 } });
  });

  test.each<[string, object, string, string]>([
    ['no quantity', { quantity: null }, 'INVALID_INPUT', 'quantity'],
    ['both kinds', { inStock: true }, 'INVALID_INPUT', 'inStock'],
    ['too many units', { quantity: 1_000_000_001 }, 'INVALID_INPUT', 'quantity'],
    ['too few units', { quantity: -1_000_000_001 }, 'INVALID_INPUT', 'quantity'],
    ['an empty name', { name: '' }, 'INVALID_INPUT', 'name'],
    ['a long name', { name: 'n'.repeat(81) }, 'INVALID_INPUT', 'name'],
    ['a long sku', { sku: 's'.repeat(41) }, 'INVALID_INPUT', 'sku'],
    ['a name nobody can read', { name: 'a\u0000b' }, 'INVALID_INPUT', 'name'],
    ['half a character', { preorderMessage: 'a\ud83d' }, 'INVALID_INPUT', 'preorderMessage'],
    ['no product', { productId: '' }, 'INVALID_INPUT', 'productId'],
    ['a forged product', { productId: 'a\nb' }, 'INVALID_INPUT', 'productId'],
    ['a long product', { productId: 'p'.repeat(37) }, 'INVALID_INPUT', 'productId'],
    ['a variant that is no GUID', { variantId: 'blue' }, 'INVALID_INPUT', 'variantId'],
    ['a location that is no GUID', { locationId: 'here' }, 'INVALID_INPUT', 'locationId'],
    ['a preorder limit', { preorderLimit: 100_001 }, 'INVALID_INPUT', 'preorderLimit'],
    [
      'a preorder limit of what is not counted',
      { quantity: null, inStock: true, preorderLimit: 1 },
      'INVALID_INPUT',
      'preorderLimit',
    ],
    ['a threshold', { lowStockThreshold: -1 }, 'INVALID_INPUT', 'lowStockThreshold'],
    ['a category', { categoryIds: ['x'] }, 'INVALID_INPUT', 'categoryIds'],
    ['flat extended fields', { extendedFields: { a: 1 } }, 'INVALID_INPUT', 'extendedFields'],
    [
      'long extended fields',
      { extendedFields: { a: { b: 'x'.repeat(65_536) } } },
      'INVALID_INPUT',
      'extendedFields',
    ],
  ])('%s is refused at its place', async (_, values, code, field) => {
    const ledger = (await hub().ledger()).length;
    const input = { productId: randomUUID(), quantity: 5, ...values };
    const single = await createItem(hub(), input);
    expect(single).toMatchObject({ item: null, replayed: false });
    expect(placesOf(single.userErrors)).toEqual([[code, `input.${field}`]]);
    const bulk = await createItems(hub(), [{ productId: randomUUID(), quantity: 1 }, input]);
    expect(bulk.items).toEqual([null, null]);
    expect(placesOf(bulk.userErrors)).toEqual([[code, `input.items.1.${field}`]]);
    expect(await hub().ledger()).toHaveLength(ledger);
  });

  test('exists once: the same variant and place again is refused', async () => {
    const productId = randomUUID();
    const variantId = randomUUID();
    const { id } = await newItem({ productId, variantId });
    const again = { productId: productId.toUpperCase(), variantId: variantId.toUpperCase() };
    const { userErrors, item } = await createItem(hub(), { ...again, quantity: 9 });
    expect(item).toBeNull();
    expect(placesOf(userErrors)).toEqual([['ALREADY_EXISTS', 'input']]);
    expect(await itemNow(id)).toMatchObject({ quantity: 5, revision: '1' });
  });
});

describe('a change', () => {
  test('keeps what is absent, takes away what is null', async () => {
    const item = await newItem({
      name: 'Cup',
      sku: 'S',
      brandId: randomUUID(),
      visible: true,
      categoryIds: [randomUUID()],
      lowStockThreshold: 2,
      preorderEnabled: true,
      preorderLimit: 4,
      preorderMessage: 'May',
      extendedFields: { a: { b: 1 } },
    });
    const { id } = item;
    const named = await updateItem(hub(), { id, revision: '1', name: 'Mug' });
    expect(named.item).toEqual({ ...item, revision: '2', name: 'Mug' });
    const cleared = await updateItem(hub(), {
      id: id.toUpperCase(),
      revision: '2',
      name: null,
      sku: null,
      brandId: null,
      visible: null,
      categoryIds: null,
      lowStockThreshold: null,
      preorderMessage: null,
      extendedFields: null,
      // No item is without these: null leaves them.
      quantity: null,
      preorderEnabled: null,
      preorderLimit: null,
    });
    expect(cleared.item).toEqual({
      ...item,
      revision: '3',
      name: null,
      sku: null,
      brand: null,
      visible: null,
      categoryIds: [],
      lowStockThreshold: null,
      preorder: { enabled: true, message: null, limit: 4, counter: 0, remaining: 4 },
      extendedFields: null,
    });
    expect((await hub().ledger()).at(-1)).toMatchObject({ operation: 'UPDATE' });
  });

  test('of nothing leaves no trace, but demands the revision all the same', async () => {
    const { id } = await newItem({ name: 'Cup' });
    const ledger = (await hub().ledger()).length;
    const same = await updateItem(hub(), { id, revision: '1', name: 'Cup', quantity: null });
    expect(same).toMatchObject({ item: { revision: '1' }, userErrors: [] });
    expect(await hub().ledger()).toHaveLength(ledger);
    const { userErrors } = await updateItem(hub(), { id, revision: '2', name: 'Cup' });
    expect(placesOf(userErrors)).toEqual([['REVISION_CONFLICT', 'input.revision']]);
  });

  test('makes an item untracked and tracked again', async () => {
    const { id } = await newItem({ preorderEnabled: true, lowStockThreshold: 9 });
    const off = await updateItem(hub(), { id, revision: '1', inStock: true });
    expect(off.item).toMatchObject({ tracked: false, inStock: true, quantity: null });
    const limit = await updateItem(hub(), { id, revision: '2', preorderLimit: 3 });
    expect(placesOf(limit.userErrors)).toEqual([['INVALID_INPUT', 'input.preorderLimit']]);
    const on = await updateItem(hub(), { id, revision: '2', quantity: 0, preorderLimit: 3 });
    expect(on.item).toMatchObject({
      tracked: true,
      quantity: 0,
      inStock: null,
      availabilityStatus: 'PREORDER',
    });
  });

  test('of an old revision never erases a sale in between', async () => {
    const productId = randomUUID();
    const { id } = await newItem({ productId, quantity: 10 });
    expect((await hub().call('decrement', [line(productId, 3)])).status).toBe(200);
    const change = { id, revision: '1', name: 'New' };
    const single = await updateItem(hub(), change);
    expect(single.item).toBeNull();
    expect(placesOf(single.userErrors)).toEqual([['REVISION_CONFLICT', 'input.revision']]);
    const bulk = await updateItems(hub(), [change], { errorPolicy: 'REJECT_FAILED_ROWS' });
    expect(bulk.items).toEqual([null]);
    expect(placesOf(bulk.userErrors)).toEqual([['REVISION_CONFLICT', 'input.items.0.revision']]);
    expect(await itemNow(id)).toEqual({ quantity: 7, name: null, revision: '2' });
  });

  test('against 30 sales at once: each write is of a state the writer has seen', async () => {
    const productId = randomUUID();
    const { id } = await newItem({ productId, quantity: 1000 });
    let [revision, changed, name] = ['1', 0, null as string | null];
    const sales = Promise.all(
      Array.from({ length: 30 }, () => hub().call('decrement', [line(productId, 1)])),
    );
    for (let i = 0; i < 20; i += 1) {
      const { item, userErrors } = await updateItem(hub(), { id, revision, name: `Name ${i}` });
      if (item) [changed, name] = [changed + 1, `Name ${i}`];
      else expect(placesOf(userErrors)).toEqual([['REVISION_CONFLICT', 'input.revision']]);
      ({ revision } = (await itemNow(id)) as { revision: string });
    }
    expect((await sales).map(({ status }) => status)).toEqual(Array(30).fill(200));
    expect(await itemNow(id)).toEqual({ quantity: 970, name, revision: String(31 + changed) });
  });

  test.each(['0', '-1', '1.5', '', 'x', '1e3', '99999999999999', '01'])(
    'a revision %j is refused',
    async (revision) => {
      const { id } = await newItem();
      const update = await updateItem(hub(), { id, revision, name: 'x' });
      expect(placesOf(update.userErrors)).toEqual([['INVALID_INPUT', 'input.revision']]);
      const other = await newItem();
      const rows = [
        { id: other.id, revision: '1', name: 'x' },
        { id, revision, name: 'x' },
      ];
      const bulk = await updateItems(hub(), rows);
      expect(placesOf(bulk.userErrors)).toEqual([['INVALID_INPUT', 'input.items.1.revision']]);
      const single = await deleteItem(hub(), { id, revision });
      expect(placesOf(single.userErrors)).toEqual([['INVALID_INPUT', 'input.revision']]);
      const deletion = await deleteItems(hub(), [{ id: randomUUID() }, { id, revision }]);
      expect(placesOf(deletion.userErrors)).toEqual([['INVALID_INPUT', 'input.items.1.revision']]);
    },
  );

  test('of an item nobody created, or of what is no id, is refused', async () => {
    for (const id of [randomUUID(), 'cup', '']) {
      const { userErrors } = await updateItem(hub(), { id, revision: '1', name: 'x' });
      expect(placesOf(userErrors)).toEqual([['UNKNOWN_ITEM', 'input.id']]);
    }
  });
});

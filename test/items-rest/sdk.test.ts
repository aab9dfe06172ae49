import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { failureOf, internals, wixSdk } from './wixSdk';

const hub = graphqlHub();
const items = () => wixSdk(hub()).inventoryItemsV3;
const locations = () => wixSdk(hub()).storesLocationsV3;

const newItem = (change: object = {}) => ({
  productId: randomUUID(),
  variantId: randomUUID(),
  quantity: 10,
  ...change,
});
const codes = (results: { itemMetadata?: { error?: { code?: string } } }[] = []) =>
  results.map(({ itemMetadata }) => itemMetadata?.error?.code ?? 'OK');

describe('one item', () => {
  test('is created, read, updated and deleted', async () => {
    const created = await items().createInventoryItem(
      newItem({ preorderInfo: { enabled: true }, extendedFields: { namespaces: { a: { b: 1 } } } }),
    );
    expect(created).toMatchObject({ quantity: 10, revision: '1', trackQuantity: true });
    expect(created._createdDate).toBeInstanceOf(Date);
    const id = created._id!;
    expect(await items().getInventoryItem(id)).toEqual(created);
    const updated = await items().updateInventoryItem(
      id,
      { revision: created.revision!, quantity: 4 },
      { reason: 'MANUAL' },
    );
    expect(updated).toMatchObject({ quantity: 4, revision: '2' });
    const untracked = await items().updateInventoryItem(id, {
      revision: updated.revision!,
      inStock: false,
      preorderInfo: { enabled: false, limit: null },
    });
    expect(untracked).toMatchObject({ inStock: false, trackQuantity: false });
    await items().deleteInventoryItem(id);
    expect(await failureOf(items().getInventoryItem(id))).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  test('is written back as it was read', async () => {
    const created = await items().createInventoryItem(newItem());
    const { revision } = created;
    const after = await items().updateInventoryItem(created._id!, {
      ...created,
      revision: revision!,
      quantity: 3,
    });
    expect(after).toMatchObject({ quantity: 3, revision: '2' });
  });

  test('is refused with the status, the code and the id of the request', async () => {
    const item = newItem();
    const created = await items().createInventoryItem(item);
    const exists = await failureOf(items().createInventoryItem(item));
    expect(exists).toMatchObject({ status: 409, code: 'ITEM_ALREADY_EXISTS' });
    expect(exists.requestId).toMatch(/^[\w-]{36}$/);
    expect(await failureOf(items().createInventoryItem(newItem({ quantity: -1 })))).toMatchObject({
      status: 400,
      code: 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE',
    });
    const limited = { quantity: undefined, inStock: true, preorderInfo: { limit: 3 } };
    expect(await failureOf(items().createInventoryItem(newItem(limited)))).toMatchObject({
      status: 400,
      code: 'PREORDER_LIMIT_NOT_SUPPORTED_FOR_UNTRACKED_INVENTORY',
    });
    const update = (revision: string, quantity: number) =>
      failureOf(items().updateInventoryItem(created._id!, { revision, quantity }));
    expect(await update('5', 1)).toMatchObject({ status: 409, code: 'REVISION_CONFLICT' });
    expect(await update('1', -1)).toMatchObject({
      status: 428,
      code: 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING',
    });
    const untracked = await items().createInventoryItem(
      newItem({ quantity: undefined, inStock: true }),
    );
    const limit = { revision: '1', preorderInfo: { enabled: true, limit: 3 } };
    expect(await failureOf(items().updateInventoryItem(untracked._id!, limit))).toMatchObject({
      status: 428,
      code: 'PRE_ORDER_VALIDATION',
    });
    expect(await failureOf(items().deleteInventoryItem(randomUUID()))).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  test('is refused to strangers and for another site', async () => {
    const { inventoryItemsV3 } = wixSdk(hub(), { apiKey: 'none' });
    expect(await failureOf(inventoryItemsV3.getInventoryItem(randomUUID()))).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    const elsewhere = wixSdk(hub(), { siteId: randomUUID() }).inventoryItemsV3;
    expect(await failureOf(elsewhere.getInventoryItem(randomUUID()))).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    });
  });
});

describe('bulk', () => {
  const createTwo = async () => {
    const { results } = await items().bulkCreateInventoryItems([newItem(), newItem()], {
      returnEntity: true,
    });
    return results!.map(({ item }) => item!);
  };

  test('create, update and delete say what became of each', async () => {
    const [one, two] = await createTwo();
    const again = newItem();
    await items().createInventoryItem(again);
    const created = await items().bulkCreateInventoryItems([again, newItem()]);
    expect(codes(created.results)).toEqual(['ITEM_ALREADY_EXISTS', 'OK']);
    expect(created.bulkActionMetadata).toMatchObject({ totalSuccesses: 1, totalFailures: 1 });
    const updated = await items().bulkUpdateInventoryItems(
      [
        { inventoryItem: { _id: one!._id!, revision: '1', quantity: 1 } },
        { inventoryItem: { _id: two!._id!, revision: '7', quantity: 1 } },
        { inventoryItem: { _id: two!._id!, revision: '1', quantity: -1 } },
      ],
      { returnEntity: true, reason: 'MANUAL' },
    );
    expect(codes(updated.results)).toEqual(['OK', 'REVISION_CONFLICT', 'REVISION_CONFLICT']);
    expect(updated.results![0]!.item).toMatchObject({ _id: one!._id, quantity: 1, revision: '2' });
    const ids = [one!._id!, randomUUID()];
    const deleted = await items().bulkDeleteInventoryItems(ids);
    expect(codes(deleted.results)).toEqual(['OK', 'NOT_FOUND']);
  });

  test("upsert takes the SDK's mask", async () => {
    const [item] = await createTwo();
    const { productId, variantId } = item!;
    const change = { productId, variantId, quantity: 2, preorderInfo: { enabled: true } };
    const { results } = await internals(items()).bulkUpsertInventoryItems(
      [{ inventoryItem: change, fieldMask: ['quantity'] }, { inventoryItem: newItem() }],
      { returnEntity: true },
    );
    expect(results.map((result) => result.item)).toMatchObject([
      { _id: item!._id, quantity: 2, preorderInfo: { enabled: false } },
      { quantity: 10, revision: '1' },
    ]);
  });

  test('increment and decrement by id and by variant and location', async () => {
    const [item] = await createTwo();
    const { _id: inventoryItemId, variantId, locationId } = item!;
    const asked = { returnEntity: true, reason: 'ORDER' } as const;
    const quantities = (results: { item?: { quantity?: number } }[] = []) =>
      results.map((result) => result.item?.quantity);
    const up = await items().bulkIncrementInventoryItems(
      [{ inventoryItemId: inventoryItemId!, incrementBy: 5 }],
      asked,
    );
    expect(quantities(up.results)).toEqual([15]);
    const down = await items().bulkDecrementInventoryItems(
      [
        { inventoryItemId: inventoryItemId!, decrementBy: 3 },
        { inventoryItemId: inventoryItemId!, decrementBy: 99 },
      ],
      { ...asked, restrictInventory: true },
    );
    expect(codes(down.results)).toEqual(['OK', 'INSUFFICIENT_INVENTORY']);
    expect(quantities(down.results)).toEqual([12, undefined]);
    const upThere = await items().bulkIncrementInventoryItemsByVariantAndLocation(
      [{ variantId: variantId!, locationId: locationId!, incrementBy: 1 }],
      asked,
    );
    expect(quantities(upThere.results)).toEqual([13]);
    const downThere = await items().bulkDecrementInventoryItemsByVariantAndLocation(
      [
        { variantId: variantId!, decrementBy: 20 },
        { variantId: randomUUID(), decrementBy: 1 },
      ],
      { ...asked, restrictInventory: false },
    );
    expect(codes(downThere.results)).toEqual(['OK', 'NOT_FOUND']);
    expect(quantities(downThere.results)).toEqual([-7, undefined]);
  });

  test('a preorder request leaves the quantity', async () => {
    const item = await items().createInventoryItem(
      newItem({ quantity: 0, preorderInfo: { enabled: true, limit: 5 } }),
    );
    const ask = { inventoryItemId: item._id!, decrementBy: 2, preorderRequest: true };
    const { results } = await items().bulkDecrementInventoryItems([ask], { returnEntity: true });
    expect(results![0]!.item).toMatchObject({
      quantity: 0,
      preorderInfo: { counter: 2, limit: 5, quantity: 3 },
    });
  });

  test('too many and too few are refused whole', async () => {
    expect(await failureOf(items().bulkDeleteInventoryItems([]))).toMatchObject({
      status: 400,
      code: 'MIN_SIZE',
    });
    const entries = Array.from({ length: 301 }, () => ({
      inventoryItemId: randomUUID(),
      incrementBy: 1,
    }));
    expect(await failureOf(items().bulkIncrementInventoryItems(entries))).toMatchObject({
      status: 400,
      code: 'MAX_SIZE',
    });
  });
});

test('locations are read, queried, and paged', async () => {
  const CREATE =
    'mutation ($name: String!) { locationCreate(input: {name: $name}) { location { id } } }';
  for (const name of ['Berlin', 'Cairo', 'Delhi']) await hub().run(CREATE, { name });
  const found = await locations().queryStoresLocations().startsWith('name', 'ber').find();
  expect(found.items).toMatchObject([{ name: 'Berlin', locationType: 'PHYSICAL', revision: '1' }]);
  const [berlin] = found.items;
  expect(berlin!._createdDate).toBeInstanceOf(Date);
  expect(await locations().getStoresLocation(berlin!._id!)).toEqual(berlin);
  const { storesLocation } = await internals(locations()).getDefaultStoresLocation();
  expect(storesLocation).toMatchObject({ defaultLocation: true, locationType: 'VIRTUAL' });
  const names: (string | undefined)[] = [];
  let page = await locations().queryStoresLocations().ascending('name').limit(2).find();
  names.push(...page.items.map(({ name }) => name));
  while (page.hasNext()) {
    page = await page.next();
    names.push(...page.items.map(({ name }) => name));
  }
  expect(names).toEqual(['Berlin', 'Cairo', 'Default location', 'Delhi']);
  expect(page.hasPrev()).toBe(true);
  const unknown = locations().getStoresLocation(randomUUID());
  expect(await failureOf(unknown)).toMatchObject({ status: 404, code: 'NO_SUCH_LOCATION' });
});

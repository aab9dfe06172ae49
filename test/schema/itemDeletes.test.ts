import { randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import { keyOfGuid } from '../../src/core/identity';
import { keys } from '../../src/redis/keys';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import {
  createItem,
  createItems,
  deleteItem,
  deleteItems,
  expectClean,
  placesOf,
  updateItem,
} from './editing';
import { listPage } from './walk';

const hub = graphqlHub();
const startHub = graphqlHubs();
afterEach(() => expectClean(hub()));

const newItem = async (values: object = {}) => {
  const input = { productId: randomUUID(), quantity: 5, ...values };
  const { item, userErrors } = await createItem(hub(), input);
  expect(userErrors).toEqual([]);
  return item!;
};

/** Everywhere an item can be read: whether it is there. */
async function found(item: { id: string; productId: string }, at: GraphqlHub = hub()) {
  const { id, productId } = item;
  const data = await at.run<{
    inventoryItem: object | null;
    inventoryItemByReference: object | null;
    productInventory: { totalQuantity: number; items: { id: string }[] };
  }>(
    `query ($id: ID!, $productId: ID!, $reference: CatalogReferenceInput!) {
      inventoryItem(id: $id) { id }
      inventoryItemByReference(catalogReference: $reference) { id }
      productInventory(productId: $productId) { totalQuantity items { id } }
    }`,
    { id, productId, reference: { appId: WIX_STORES_APP_ID, catalogItemId: productId } },
  );
  const filters = [{ ids: [id] }, { productIds: [productId] }, { text: productId }];
  const pages = await Promise.all(filters.map((filter) => listPage(at, { filter })));
  return {
    item: data.inventoryItem !== null,
    reference: data.inventoryItemByReference !== null,
    product: data.productInventory.items.length > 0,
    lists: pages.map(({ totalCount, nodes }) => totalCount + nodes.length > 0),
  };
}
const EVERYWHERE = { item: true, reference: true, product: true, lists: [true, true, true] };
const NOWHERE = { item: false, reference: false, product: false, lists: [false, false, false] };

describe('a deleted item', () => {
  test('is gone from all reads, lists and indexes, here and in another process', async () => {
    const productId = randomUUID().replaceAll('-', '');
    const values = { productId, quantity: 2, lowStockThreshold: 9, name: productId };
    const item = await newItem(values);
    const other = await startHub({ tenantId: hub().tenantId });
    expect([await found(item), await found(item, other)]).toEqual([EVERYWHERE, EVERYWHERE]);
    const deleted = await deleteItem(hub(), { id: item.id.toUpperCase(), revision: '1' });
    expect(deleted).toEqual({ deletedIds: [item.id], replayed: false, userErrors: [] });
    expect([await found(item), await found(item, other)]).toEqual([NOWHERE, NOWHERE]);
    const { redis, tenantId } = hub();
    const key = keyOfGuid(item.id);
    const members = ['I', 'O', 'P'].map((letter) => Buffer.concat([Buffer.from(letter), key]));
    expect([
      await redis.hexists(keys.levels(tenantId), key),
      await redis.hexists(keys.documents(tenantId), key),
      await redis.zscore(keys.lowStockIndex(tenantId), key),
      await redis.zmscore(keys.statusIndex(tenantId), ...members),
    ]).toEqual([0, 0, null, [null, null, null]]);
    const fresh = await startHub({ tenantId });
    expect(await found(item, fresh)).toEqual(NOWHERE);
  });

  test('leaves a ledger entry whose lines end at zero', async () => {
    const { id } = await newItem({ quantity: -7 });
    await deleteItem(hub(), { id });
    expect((await hub().ledger()).at(-1)).toMatchObject({
      operation: 'DELETE',
      actor: 'user:test',
      lines: [
        { itemId: id, units: 7, delta: 7, deleted: true, level: { quantity: 0, revision: 2 } },
      ],
    });
  });

  test('can be created again: it starts anew, and the ledger goes on', async () => {
    const other = await startHub({ tenantId: hub().tenantId });
    const values = { productId: randomUUID(), quantity: 8, name: 'First', lowStockThreshold: 3 };
    const item = await newItem(values);
    for (const revision of ['1', '2']) {
      const name = `Name ${revision}`;
      const { userErrors } = await updateItem(hub(), { id: item.id, revision, name });
      expect(userErrors).toEqual([]);
      const { nodes } = await listPage(other, { filter: { ids: [item.id] } });
      expect(nodes).toMatchObject([{ name }]);
    }
    await deleteItem(hub(), { id: item.id });
    const again = await newItem({ productId: values.productId, quantity: 1 });
    expect(again).toMatchObject({
      id: item.id,
      revision: '1',
      quantity: 1,
      name: null,
      lowStockThreshold: null,
    });
    for (const at of [hub(), other]) {
      const { nodes } = await listPage(at, { filter: { ids: [item.id] } });
      expect(nodes).toMatchObject([{ quantity: 1, name: null }]);
    }
    expect((await hub().call('decrement', [line(values.productId, 1)])).status).toBe(200);
    for (const at of [hub(), other]) {
      const { nodes } = await listPage(at, { filter: { ids: [item.id] } });
      expect(nodes).toMatchObject([{ quantity: 0, availabilityStatus: 'OUT_OF_STOCK' }]);
    }
    const sequences = (await hub().ledger()).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  });

  test('takes no more sales, and is changed no more', async () => {
    const { id, productId } = await newItem();
    await deleteItem(hub(), { id });
    for (const restrictInventoryValue of [true, false]) {
      const { status, body } = await hub().call('decrement', [line(productId, 1)], {
        restrictInventoryValue,
      });
      expect([status, body]).toEqual([
        428,
        { applicationError: { code: 'DECREMENT_NOT_POSSIBLE' } },
      ]);
    }
    const changes = [{ itemId: id, delta: 1, compareQuantity: null }];
    const adjust = await hub().run<{ inventoryAdjustQuantities: { userErrors: object[] } }>(
      `mutation ($input: InventoryAdjustQuantitiesInput!) {
        inventoryAdjustQuantities(input: $input) { userErrors { code field } }
      }`,
      { input: { reason: 'RECEIVED', changes } },
    );
    expect(adjust.inventoryAdjustQuantities.userErrors).toMatchObject([{ code: 'UNKNOWN_ITEM' }]);
    const update = await updateItem(hub(), { id, revision: '1', name: 'x' });
    expect(placesOf(update.userErrors)).toEqual([['UNKNOWN_ITEM', 'input.id']]);
    const again = await deleteItem(hub(), { id });
    expect(again.deletedIds).toEqual([]);
    expect(placesOf(again.userErrors)).toEqual([['UNKNOWN_ITEM', 'input.id']]);
  });
});

describe('deleting several', () => {
  test('is all or nothing, and every bad one is told of', async () => {
    const { items } = await createItems(
      hub(),
      [1, 2, 3].map((quantity) => ({ productId: randomUUID(), quantity })),
    );
    const [a, b, c] = items.map((item) => item!.id) as [string, string, string];
    const strangers = [randomUUID(), randomUUID()];
    const refused = async (rows: object[]) => {
      const { deletedIds, userErrors } = await deleteItems(hub(), rows);
      expect(deletedIds).toEqual([]);
      return placesOf(userErrors);
    };
    const ledger = (await hub().ledger()).length;
    // With REJECT_ALL unknown ones spare the store a look at revisions.
    expect(
      await refused([{ id: strangers[0] }, { id: a, revision: '9' }, { id: strangers[1] }]),
    ).toEqual([
      ['UNKNOWN_ITEM', 'input.items.0.id'],
      ['UNKNOWN_ITEM', 'input.items.2.id'],
    ]);
    expect(
      await refused([
        { id: a, revision: '9' },
        { id: b, revision: '1' },
        { id: c, revision: '2' },
      ]),
    ).toEqual([
      ['REVISION_CONFLICT', 'input.items.0.revision'],
      ['REVISION_CONFLICT', 'input.items.2.revision'],
    ]);
    expect(await refused([{ id: a }, { id: b }, { id: a.toUpperCase() }])).toEqual([
      ['INVALID_INPUT', 'input.items.2.id'],
    ]);
    expect(await refused([{ id: a }, { id: 'cup' }])).toEqual([
      ['INVALID_INPUT', 'input.items.1.id'],
    ]);
    expect(await hub().ledger()).toHaveLength(ledger);
    expect((await deleteItems(hub(), [{ id: a }, { id: b, revision: '1' }])).deletedIds).toEqual([
      a,
      b,
    ]);
    expect((await listPage(hub(), { filter: { ids: [a, b, c] } })).nodes).toMatchObject([
      { id: c },
    ]);
  });

  test('of one item at once with sales: a sale was before it, or is refused', async () => {
    const { id, productId } = await newItem({ quantity: 1000 });
    const calls = Array.from({ length: 40 }, (_, i) =>
      i === 20 ? deleteItem(hub(), { id }) : hub().call('decrement', [line(productId, 1)]),
    );
    const answers = await Promise.all(calls);
    const sold = answers.filter((answer) => 'status' in answer && answer.status === 200).length;
    expect((await hub().ledger()).at(-1)!.lines).toMatchObject([
      { deleted: true, delta: sold - 1000 },
    ]);
  });
});

describe('an order of a deleted item', () => {
  const order = async (orderId: string) => {
    const query = `query ($orderId: ID!) {
      order(orderId: $orderId) { items { itemId item { id } taken returned preordered } }
    }`;
    return (await hub().run<{ order: { items: object[] } }>(query, { orderId })).order;
  };
  const giveBack = (productId: string, units: number, orderId: string) =>
    hub().call('increment', [line(productId, units)], {
      orderId,
      reason: 'ORDER_CANCELED',
      restrictInventoryValue: false,
    });

  test('gives nothing back to it, and is still known', async () => {
    const orderId = randomUUID();
    const { id, productId } = await newItem();
    expect((await hub().call('decrement', [line(productId, 2)], { orderId })).status).toBe(200);
    await deleteItem(hub(), { id });
    expect((await giveBack(productId, 2, orderId)).status).toBe(200);
    expect((await order(orderId)).items).toEqual([
      { itemId: id, item: null, taken: 2, returned: 0, preordered: 0 },
    ]);
    // Who creates it again says how many there are: the same cancellation adds none.
    await newItem({ productId, quantity: 10 });
    expect((await giveBack(productId, 2, orderId)).status).toBe(200);
    const { nodes } = await listPage(hub(), { filter: { ids: [id] } });
    expect(nodes).toMatchObject([{ quantity: 10 }]);
    expect((await order(orderId)).items).toMatchObject([{ taken: 2, returned: 0, item: { id } }]);
  });

  test('with preorders of the first one leaves no counter below zero', async () => {
    const orderId = randomUUID();
    const preorder = {
      productId: randomUUID(),
      quantity: 0,
      preorderEnabled: true,
      preorderLimit: 9,
    };
    const { id } = await newItem(preorder);
    expect((await hub().call('decrement', [line(preorder.productId, 5)], { orderId })).status).toBe(
      200,
    );
    await deleteItem(hub(), { id });
    await newItem(preorder);
    const others = await hub().call('decrement', [line(preorder.productId, 2)]);
    expect(others.status).toBe(200);
    expect((await giveBack(preorder.productId, 5, orderId)).status).toBe(200);
    const level = await hub().level(preorder.productId);
    expect(level.preorderCounter).toBeGreaterThanOrEqual(0);
    // What is sold and what is there always come to the same sum.
    expect(level.quantity - level.preorderCounter).toBe(-2 + 5);
  });
});

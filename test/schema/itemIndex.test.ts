import { randomUUID } from 'node:crypto';
import type { ItemDocument, Level } from '../../src/core/item';
import { findItems } from '../../src/inventory/findItems';
import { ItemFeeds } from '../../src/inventory/itemFeed';
import { ItemIndex } from '../../src/inventory/itemIndex';
import { keyOfGuid } from '../../src/core/identity';
import { saveItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { listPage } from './walk';

const hub = graphqlHub();
const startHub = graphqlHubs();

const ADJUST = `mutation ($input: InventoryAdjustQuantitiesInput!) {
  inventoryAdjustQuantities(input: $input) { userErrors { code } movement { id } }
}`;
const adjust = async (itemId: string, delta: number, at: Pick<GraphqlHub, 'run'> = hub()) => {
  const changes = [{ itemId, delta, compareQuantity: null }];
  const done = await at.run(ADJUST, { input: { reason: 'CORRECTION', changes } });
  expect(done).toMatchObject({ inventoryAdjustQuantities: { userErrors: [] } });
};

/** The quantities that lists show of some items, asked by an index and by a scan. */
async function listed(ids: readonly string[], at: Pick<GraphqlHub, 'run'> = hub()) {
  const quantities = (page: { nodes: { id: string; quantity: number | null }[] }) =>
    ids.map((id) => page.nodes.find((node) => node.id === id)?.quantity);
  const byId = quantities(await listPage(at, { filter: { ids }, first: 250 }));
  const sort = { field: 'UPDATED', descending: true };
  expect(quantities(await listPage(at, { sort, first: 250 }))).toEqual(byId);
  return byId;
}

describe('a list shows all that was acknowledged before', () => {
  test('a write through GraphQL, the plugin, an import, and another process', async () => {
    const productId = randomUUID();
    const id = await hub().addItem({ productId, quantity: 10 });
    expect(await listed([id])).toEqual([10]);
    await adjust(id, 5);
    expect(await listed([id])).toEqual([15]);
    expect((await hub().call('decrement', [line(productId, 4)])).status).toBe(200);
    expect(await listed([id])).toEqual([11]);
    const second = await hub().addItem({ quantity: 1 });
    expect(await listed([id, second])).toEqual([11, 1]);

    const other = await startHub({ tenantId: hub().tenantId });
    expect(await listed([id, second], other)).toEqual([11, 1]);
    await adjust(id, 1, other);
    expect(await listed([id])).toEqual([12]);
    const third = await other.addItem({ quantity: 7 });
    expect(await listed([third])).toEqual([7]);
  });

  test('a status and a low stock mark follow at once', async () => {
    const id = await hub().addItem({ quantity: 6, lowStockThreshold: 4 });
    const found = async (filter: object) =>
      (await listPage(hub(), { filter: { ...filter, ids: [id] } })).totalCount;
    expect(await found({ lowStock: true })).toBe(0);
    await adjust(id, -2);
    expect(await found({ lowStock: true })).toBe(1);
    await adjust(id, -4);
    expect(await found({ statuses: ['IN_STOCK'] })).toBe(0);
    expect(await found({ statuses: ['OUT_OF_STOCK'] })).toBe(1);
    await adjust(id, 10);
    expect(await found({ statuses: ['IN_STOCK'], lowStock: false })).toBe(1);
  });

  test('30 callers at once, in two processes, each see their own', async () => {
    const ids = await hub().addItems(Array.from({ length: 30 }, () => ({ quantity: 0 })));
    const other = await startHub({ tenantId: hub().tenantId });
    await Promise.all(
      ids.map(async (id, i) => {
        const at = i % 2 ? other : hub();
        for (let n = 1; n <= 5; n += 1) {
          await adjust(id, 1, at);
          const { nodes } = await listPage(i % 3 ? at : hub(), { filter: { ids: [id] } });
          expect(nodes).toMatchObject([{ quantity: n }]);
        }
      }),
    );
  });
});

describe('while the index moves on', () => {
  const identity = { appId: 'a', variantId: null, locationId: randomUUID(), createdDate: 1 };
  const level = (quantity: number, revision = 1): Level => ({
    tracked: true,
    inStock: false,
    preorderEnabled: false,
    revision,
    updatedMs: revision,
    quantity,
    reserved: 0,
    preorderLimit: 0,
    preorderCounter: 0,
    lowStockThreshold: null,
  });
  const document = (i: number, name = 'Cup'): ItemDocument => ({
    ...identity,
    productId: `p${i}`,
    name,
  });

  test.each([{}, { text: 'cup' }, { statuses: ['IN_STOCK' as const] }])(
    'a search that lets others have their turn finds each item once: %j',
    async (filter) => {
      const index = new ItemIndex();
      const ids = Array.from({ length: 1200 }, () => randomUUID());
      ids.forEach((id, i) => {
        index.put(id, level(i + 1), document(i));
      });
      // Each look at the clock finds the turn over.
      let clock = 0;
      const now = jest.spyOn(performance, 'now').mockImplementation(() => (clock += 1000));
      const feeds = { current: () => Promise.resolve(index) } as unknown as ItemFeeds;
      const sort = { field: 'QUANTITY' as const, descending: false };
      const search = findItems(feeds, 't', { filter, sort, size: 250, fromEnd: false });
      // The search has looked at the first 500, and waits for the next turn.
      await Promise.resolve();
      await Promise.resolve();
      for (const [i, id] of ids.slice(0, 40).entries()) {
        // Some become another object of the index, some change where they are.
        if (i % 2) index.put(id, level(5000 + i, 2), document(i, 'Cup 2'));
        const line = { itemId: id, level: level(0, 3) };
        index.applyEntry({ id: '1-1', lines: [line] } as Parameters<ItemIndex['applyEntry']>[0]);
        const again = { itemId: id, level: level(9000 + i, 4) };
        index.applyEntry({ id: '1-2', lines: [again] } as Parameters<ItemIndex['applyEntry']>[0]);
      }
      const { items, totalCount } = await search;
      now.mockRestore();
      expect(clock).toBeGreaterThan(2000);
      expect(totalCount).toBe(1200);
      expect(items.map(({ id }) => id)).toEqual(ids.slice(0, 250));
      // As they were found: a cursor of such an item must not be of where it went.
      expect(items.map(({ quantity }) => quantity)).toEqual(ids.slice(0, 250).map((_, i) => i + 1));
    },
  );

  test('a first load misses no change that happens between its reads', async () => {
    const { tenantId, redis } = hub();
    const productId = randomUUID();
    const id = await hub().addItem({ productId, name: 'Before', quantity: 1 });
    const key = keyOfGuid(id);
    let changes = 0;
    const rename = async () => {
      const before = (await redis.hget(keys.documents(tenantId), key))!;
      const after = before.replace(/"Before"|"After \d+"/, `"After ${(changes += 1)}"`);
      const item = { key, level: { quantity: 1 + changes }, before, after };
      await saveItems(redis, { tenantId, items: [item], cause: { operation: 'IMPORT' } });
    };
    const disturbed = new Proxy(redis, {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name);
        if (name !== 'hscanBuffer' && name !== 'hmgetBuffer') return found;
        return async (...args: unknown[]) => {
          await rename();
          return (found as (...all: unknown[]) => Promise<unknown>).apply(target, args);
        };
      },
    });
    const index = await new ItemFeeds(disturbed).current(tenantId);
    expect(changes).toBeGreaterThan(1);
    expect(index.items.get(id)).toMatchObject({ name: `After ${changes}`, quantity: 1 + changes });
  });

  test('a tenant that had to make room is loaded again when it is asked for', async () => {
    const [one, two] = await Promise.all([startHub(), startHub()]);
    for (const each of [one, two]) await each.addItems([{ quantity: 1 }, { quantity: 2 }]);
    const feeds = new ItemFeeds(hub().redis, 3);
    const first = await feeds.current(one.tenantId);
    expect(await feeds.current(one.tenantId)).toBe(first);
    expect((await feeds.current(two.tenantId)).items.size).toBe(2);
    const again = await feeds.current(one.tenantId);
    expect(again).not.toBe(first);
    expect(again.items.size).toBe(2);
  });
});

import { randomUUID } from 'node:crypto';
import type { ItemDocument, Level } from '../../src/core/item';
import type { ItemFilter } from '../../src/core/itemFilter';
import { findItems, type FoundItems } from '../../src/inventory/findItems';
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

  const applied = (index: ItemIndex, id: string, itemId: string, next: Level) => {
    const entry = { id, lines: [{ itemId, level: next }] };
    index.applyEntry(entry as Parameters<ItemIndex['applyEntry']>[0]);
  };
  const feedsOf = (index: ItemIndex) =>
    ({ current: () => Promise.resolve(index) }) as unknown as ItemFeeds;
  const sort = { field: 'QUANTITY' as const, descending: false };
  const page = { sort, size: 250, fromEnd: false };
  let clock: jest.SpyInstance;
  beforeEach(() => {
    // Each look at the clock finds the turn over.
    let time = 0;
    clock = jest.spyOn(performance, 'now').mockImplementation(() => (time += 1000));
  });
  afterEach(() => {
    clock.mockRestore();
  });

  /** All that is done before others get their turn. */
  const untilTurnEnds = async () => {
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
  };

  /** Begins a search; resolves when it has looked at its first and waits for its next turn. */
  const beginSearch = async (index: ItemIndex, filter: ItemFilter) => {
    let found: Promise<FoundItems> | undefined;
    // It pays for them right before, or right after.
    await new Promise<void>((resolve) => {
      const spend = () => {
        resolve();
        return Promise.resolve();
      };
      found = findItems(feedsOf(index), 't', { ...page, filter }, spend);
    });
    await untilTurnEnds();
    return { found: found! };
  };

  /** 1,200 cups with 1, 2, 3 … units among `bowls` that are sold out. */
  function indexOfCups(bowls: number) {
    const index = new ItemIndex();
    const ids = Array.from({ length: 1200 }, () => randomUUID());
    ids.forEach((id, i) => {
      index.put(id, level(i + 1), document(i));
    });
    for (let i = 0; i < bowls; i += 1) {
      index.put(randomUUID(), level(0), document(i + 1200, 'Bowl'));
    }
    return { index, ids };
  }

  /** Some become another object of the index, some change where they are: all have the most. */
  function moveOn(index: ItemIndex, ids: readonly string[]): void {
    for (const [i, id] of ids.entries()) {
      if (i % 2) index.put(id, level(5000 + i, 2), document(i, 'Cup 2'));
      applied(index, '1-1', id, level(0, 3));
      applied(index, '1-2', id, level(9000 + i, 4));
    }
  }

  test.each([{ text: 'cup' }, { statuses: ['IN_STOCK' as const] }])(
    'a search that lets others have their turn finds each item once: %j',
    async (filter) => {
      const { index, ids } = indexOfCups(6000);
      const search = await beginSearch(index, filter);
      // Of those it has looked at: with a text that is 24, else 500.
      moveOn(index, ids.slice(0, 24));
      const { items, countAll } = await search.found;
      expect(clock.mock.calls.length).toBeGreaterThan(2);
      expect(await countAll()).toBe(1200);
      expect(items.map(({ id }) => id)).toEqual(ids.slice(0, 250));
      // As they were found: a cursor of such an item must not be of where it went.
      expect(items.map(({ quantity }) => quantity)).toEqual(ids.slice(0, 250).map((_, i) => i + 1));
    },
  );

  test('an order that is made while items move is the one they have then', async () => {
    const { index, ids } = indexOfCups(0);
    const search = findItems(feedsOf(index), 't', { ...page, filter: {} });
    await untilTurnEnds();
    moveOn(index, ids.slice(0, 40));
    expect((await search).items.map(({ id }) => id)).toEqual(ids.slice(40, 290));
    const last = await findItems(feedsOf(index), 't', { ...page, filter: {}, fromEnd: true });
    expect(last.items.slice(-40).map(({ id }) => id)).toEqual(ids.slice(0, 40));
  });

  test('a walk along an order gives an item once that moves ahead of it', async () => {
    const { index, ids } = indexOfCups(0);
    await index.inOrder('QUANTITY');
    // The first 100 and the last 200 match: between them the walk lets others have their turn.
    const wanted = [...ids.slice(0, 100), ...ids.slice(-200)];
    const quantities = { or: [{ quantity: { max: 100 } }, { quantity: { min: 1001 } }] };
    const search = await beginSearch(index, quantities);
    moveOn(index, ids.slice(0, 40));
    const { items, hasMore } = await search.found;
    expect(items.map(({ id }) => id)).toEqual(wanted.slice(0, 250));
    expect(hasMore).toBe(true);
  });

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

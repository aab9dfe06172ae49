import { randomUUID } from 'node:crypto';
import { itemKey } from '../../src/core/identity';
import { availableOf, type InventoryItem } from '../../src/core/item';
import type { ItemAggregation } from '../../src/core/itemAggregation';
import { conditionTest, valueOf, type ItemCondition } from '../../src/core/itemQuery';
import { queryOrder } from '../../src/core/queryOrder';
import { createInventoryDeps } from '../../src/inventory/deps';
import { countItems, MAX_GROUPS, queryItems } from '../../src/inventory/queryItems';
import { saveItems } from '../../src/redis/commands';
import { testRedis } from '../support/redis';
import { APP_ID, openShop, refusalOf, type Shop } from '../support/shop';

/** More than a walk through an order goes over in vain. */
const COUNT = 25_000;
let shop: Shop;
let keys: Buffer[];
const redis = testRedis();

beforeAll(async () => {
  shop = openShop(redis());
  keys = [];
  for (let from = 0; from < COUNT; from += 1000) {
    const items = Array.from({ length: 1000 }, (_, i) => {
      const n = from + i;
      const identity = {
        appId: APP_ID,
        productId: randomUUID(),
        variantId: null,
        locationId: '00000000-0000-4000-8000-000000000001',
      };
      const key = itemKey(shop.tenantId, identity);
      keys.push(key);
      const level = { tracked: true, quantity: (n * 7919) % 1000 };
      return { key, level, before: '', after: JSON.stringify({ ...identity, sku: `SKU-${n}` }) };
    });
    const cause = { operation: 'IMPORT' } as const;
    await saveItems(shop.redis, { tenantId: shop.tenantId, items, cause });
  }
});

const idsOf = (items: readonly InventoryItem[]) => items.map(({ id }) => id);
const quantities = (items: readonly InventoryItem[]) => items.map(({ quantity }) => quantity);

test('a long query lets others have their turn', async () => {
  await countItems(shop.deps, shop.tenantId, undefined);
  const seen = { turns: 0, done: false };
  const others = (async () => {
    while (!seen.done) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.turns += 1;
    }
  })();
  const before = seen.turns;
  const slow = { field: 'sku', text: 'contains', value: 'nobody has this' } as const;
  const where = { or: Array.from({ length: 50 }, () => slow) };
  const { items } = await queryItems(shop.deps, shop.tenantId, { where, size: 10 });
  seen.done = true;
  await others;
  expect(items).toEqual([]);
  expect(seen.turns - before).toBeGreaterThan(5);
});

test('items that move while a query runs are shown as they were found', async () => {
  const sort = [{ field: 'quantity', descending: true }] as const;
  const where = { and: [{ field: 'quantity', compare: 'gte', value: 400 } as const] };
  for (let round = 0; round < 5; round += 1) {
    const moving = Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        shop.post(
          keys
            .slice(i * 300, i * 300 + 300)
            .map((key, j) => [key, j % 2 ? 600 : -600, 'unrestricted']),
        ),
      ),
    );
    const asked = { where, sort, size: 1000 };
    const found = await Promise.all([
      queryItems(shop.deps, shop.tenantId, asked),
      queryItems(shop.deps, shop.tenantId, asked),
    ]);
    await moving;
    for (const { items } of found) {
      expect(items.length).toBeGreaterThan(990);
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      expect(items.every((item) => availableOf(item) >= 400)).toBe(true);
      expect(quantities(items)).toEqual([...quantities(items)].sort((a, b) => b - a));
    }
  }
});

test('what was acknowledged before is found', async () => {
  await shop.move([[keys[0]!, 1_000_000, 'unrestricted']]);
  const sort = [{ field: 'quantity', descending: true }] as const;
  const { items } = await queryItems(shop.deps, shop.tenantId, { sort, size: 1 });
  expect(items[0]!.quantity).toBeGreaterThan(990_000);
});

test('aggregations of more groups than are kept are refused', async () => {
  const levels: ItemAggregation = Array.from({ length: 3 }, () => ({
    kind: 'values',
    field: 'sku',
    limit: 10,
    orderBy: 'count',
    descending: true,
  }));
  const ask = (many: number) =>
    queryItems(shop.deps, shop.tenantId, { size: 0, aggregations: Array(many).fill(levels) });
  expect(3 * 3 * COUNT).toBeGreaterThan(MAX_GROUPS);
  expect(await refusalOf(ask(3))).toEqual({ code: 'INVALID_INPUT', field: 'aggregations' });
  expect((await ask(2)).aggregated).toHaveLength(2);
});

describe('pages out of an order of the index are those a plain search finds', () => {
  const range = (...parts: ItemCondition[]) => ({ and: parts });
  const quantity = (compare: 'lt' | 'lte' | 'gt' | 'gte', value: number) =>
    ({ field: 'quantity', compare, value }) as const;
  const wheres: [string, ItemCondition | undefined][] = [
    ['all', undefined],
    ['a range', range(quantity('gte', 100), quantity('lt', 103))],
    ['an open range', quantity('gt', 990)],
    ['two ranges', range(quantity('lte', 500), range(quantity('lte', 4), quantity('gte', -9000)))],
    ['one value', { field: 'quantity', in: [77] }],
    ['no value', range(quantity('gt', 5), quantity('lt', 5))],
    ['few of all', { field: 'sku', text: 'endsWith', value: '999' }],
    ['nothing', { field: 'sku', text: 'endsWith', value: 'nobody' }],
    ['many by an index', { field: 'status', in: ['OUT_OF_STOCK', 'IN_STOCK'] }],
  ];
  const fields = ['created', 'updated', 'quantity', 'sku'] as const;

  beforeAll(async () => {
    const index = await shop.deps.feeds.current(shop.tenantId);
    const orders = ['CREATED', 'UPDATED', 'QUANTITY', 'SKU'] as const;
    await Promise.all(orders.map((order) => index.inOrder(order)));
  });

  test.each(wheres)('%s', async (_case, where) => {
    const index = await shop.deps.feeds.current(shop.tenantId);
    const test = where ? conditionTest(where) : () => true;
    const all = [...index.items.values()].filter(test);
    for (const field of fields) {
      for (const descending of [false, true]) {
        const sort = [{ field, descending }];
        const order = queryOrder(sort, valueOf);
        const right = [...all].sort((a, b) => order.compareThing(a, order.placeOf(b)));
        const first = await queryItems(shop.deps, shop.tenantId, { where, sort, size: 40 });
        expect(idsOf(first.items)).toEqual(idsOf(right.slice(0, 40)));
        expect(first.previous).toBeUndefined();
        expect(first.next === undefined).toBe(right.length <= 40);
        if (first.next === undefined) continue;
        const size = 30;
        const second = await queryItems(shop.deps, shop.tenantId, { cursor: first.next, size });
        expect(idsOf(second.items)).toEqual(idsOf(right.slice(40, 70)));
        const cursor = second.previous!;
        const back = await queryItems(shop.deps, shop.tenantId, { cursor, size });
        expect(idsOf(back.items)).toEqual(idsOf(right.slice(10, 40)));
        const start = await queryItems(shop.deps, shop.tenantId, { cursor: back.previous!, size });
        expect(idsOf(start.items)).toEqual(idsOf(right.slice(0, 10)));
        expect(start.previous).toBeUndefined();
      }
    }
  });

  test('and so are those of a process that makes its orders only now', async () => {
    const deps = createInventoryDeps(shop.redis, shop.deps);
    for (const field of fields) {
      const asked = { sort: [{ field, descending: true }], size: 1000 };
      const right = idsOf((await queryItems(shop.deps, shop.tenantId, asked)).items);
      const all = await Promise.all(
        Array.from({ length: 3 }, () => queryItems(deps, shop.tenantId, asked)),
      );
      for (const { items } of all) expect(idsOf(items)).toEqual(right);
    }
  });

  test('and so is a count by an index', async () => {
    const index = await shop.deps.feeds.current(shop.tenantId);
    const status = { field: 'status', in: ['IN_STOCK'] } as const;
    const right = [...index.items.values()].filter(conditionTest(status)).length;
    expect(right).toBeGreaterThan(20_000);
    expect(await countItems(shop.deps, shop.tenantId, status)).toBe(right);
    const none = { field: 'sku', in: [null] } as const;
    expect(await countItems(shop.deps, shop.tenantId, none)).toBe(0);
  });
});

test.each([
  [{ size: -1 }, 'limit'],
  [{ size: 1001 }, 'limit'],
  [{ size: 1, offset: 10_001 }, 'offset'],
  [{ size: 1, cursor: 'x' }, 'cursor'],
])('%j is refused', async (query, field) => {
  const refused = await refusalOf(queryItems(shop.deps, shop.tenantId, query));
  expect(refused).toEqual({ code: 'INVALID_INPUT', field });
});

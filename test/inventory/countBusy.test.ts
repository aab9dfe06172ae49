import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { changeQuantities } from '../../src/inventory/changeQuantities';
import { countStock } from '../../src/inventory/countStock';
import { walkSince } from '../../src/inventory/countWalk';
import { ledgerIdParts } from '../../src/core/ledgerId';
import { deleteItems, saveItems } from '../../src/redis/commands';
import { itemKey } from '../../src/core/identity';
import { testRedis } from '../support/redis';
import { APP_ID, openShop, refusalOf, type Shop, type TestLine } from '../support/shop';

const redis = testRedis();
let shop: Shop;
beforeEach(() => {
  shop = openShop(redis());
});

const count = (itemIds: readonly string[], countedQuantity: number, movementId: string) =>
  countStock(shop.deps, shop.tenantId, {
    lines: itemIds.map((itemId) => ({ itemId, countedQuantity })),
    asOf: { movementId },
    cause: { actor: 'user:1', requestId: randomUUID() },
  });

test('150 items with 720 movements each since are counted', async () => {
  const items: Buffer[] = [];
  for (let i = 0; i < 150; i += 1) items.push(await shop.addItem({ quantity: 1000 }));
  const ids = items.map(guidOfKey);
  const start = (await shop.ledger()).at(-1)!.id;
  const lines = items.map((key): TestLine => [key, -1]);
  for (let i = 0; i < 360; i += 1) await shop.post(lines);
  const set = { itemId: ids[7]!, units: 5000, compareQuantity: null, field: 'input' };
  await changeQuantities(shop.deps, shop.tenantId, {
    operation: 'SET',
    changes: [set],
    allowNegative: true,
    cause: { reason: 'CORRECTION', actor: 'user:1', requestId: '' },
  });
  for (let i = 0; i < 360; i += 1) await shop.post(lines, { cause: { operation: 'ADJUST' } });
  const { items: counted } = await count(ids, 990, start);
  expect(counted.filter(({ superseded }) => superseded).map(({ itemId }) => itemId)).toEqual([
    ids[7],
  ]);
  const differences = new Set(counted.map(({ difference }) => difference));
  expect([...differences].sort()).toEqual([-10, 0]);
  expect((await shop.level(items[0]!)).quantity).toBe(990 - 720);
}, 120_000);

test('what a count must know is found from whichever end', async () => {
  const [busy, calm] = [await shop.addItem({ quantity: 900 }), await shop.addItem({ quantity: 5 })];
  const ids = [guidOfKey(busy), guidOfKey(calm)];
  const { ledgerId: start } = await shop.post([[calm, -1]]);
  const move = (times: number) =>
    Promise.all(Array.from({ length: times }, () => shop.post([[busy, -1]])));
  await move(10);
  // Early: the search from the moment on finds it; 260 later movements hide it from the other side.
  await count(ids.slice(0, 1), 895, start);
  await move(260);
  const place = ledgerIdParts(start);
  const { items } = await walkSince(shop.deps, shop.tenantId, ids, place);
  expect(items).toMatchObject([
    { then: { quantity: 900 }, corrected: -5, superseded: false, present: { quantity: 625 } },
    { then: { quantity: 4 }, corrected: 0, superseded: false },
  ]);
  const { items: counted } = await count(ids, 895, start);
  expect(counted).toMatchObject([{ difference: 0 }, { difference: 891 }]);
});

test('an item that was created again since was not there, from whichever end', async () => {
  const productId = randomUUID();
  const key = await shop.addItem({ quantity: 5 }, productId);
  const { ledgerId: start } = await shop.post([[key, -1]]);
  await deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: [{ key, revision: 0 }],
    cause: { operation: 'DELETE' },
  });
  await shop.addItem({ quantity: 7 }, productId);
  for (let i = 0; i < 2; i += 1) {
    const refused = await refusalOf(count([guidOfKey(key)], 3, start));
    expect(refused).toEqual({ code: 'INVALID_INPUT', field: 'input.lines[0].itemId' });
    await Promise.all(Array.from({ length: 300 }, () => shop.post([[key, 1]])));
  }
});

describe('between its walk and its post', () => {
  /** Counts while something happens right before the post. */
  async function countWhile(meanwhile: () => Promise<unknown>) {
    const key = await shop.addItem({ quantity: 8 }, 'cup');
    const start = (await shop.ledger()).at(-1)!.id;
    const { postMovementBuffer: post } = shop.redis;
    let first = true;
    shop.redis.postMovementBuffer = async (...args) => {
      if (first) {
        first = false;
        await meanwhile();
      }
      return post.apply(shop.redis, args);
    };
    try {
      return { key, outcome: await count([guidOfKey(key)], 7, start) };
    } finally {
      shop.redis.postMovementBuffer = post;
    }
  }
  const cup = () => {
    const locationId = '00000000-0000-4000-8000-000000000001';
    const identity = { appId: APP_ID, productId: 'cup', variantId: null, locationId };
    return { key: itemKey(shop.tenantId, identity), after: JSON.stringify(identity) };
  };

  test('sales stay sold', async () => {
    const { key, outcome } = await countWhile(() => shop.post([[cup().key, -3]]));
    expect(outcome.items).toMatchObject([{ difference: -1, presentQuantity: 4 }]);
    expect((await shop.level(key)).quantity).toBe(4);
  });

  test('a quantity that is set stands', async () => {
    const { outcome } = await countWhile(() => shop.change(cup().key, { quantity: 30 }));
    expect(outcome.items).toMatchObject([{ difference: 0, superseded: true, presentQuantity: 30 }]);
  });

  test('an item that is deleted and created again is another one', async () => {
    const { key, after } = cup();
    const items = [{ key, level: { quantity: 50 }, before: '', after }];
    const again = countWhile(async () => {
      const { tenantId } = shop;
      const cause = { operation: 'DELETE' } as const;
      await deleteItems(shop.redis, { tenantId, items: [{ key, revision: 0 }], cause });
      await saveItems(shop.redis, { tenantId, items, cause: { operation: 'CREATE' } });
    });
    expect(await refusalOf(again)).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'input.lines[0].itemId',
    });
    expect((await shop.level(key)).quantity).toBe(50);
  });
});

import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { deleteItems, saveItems, type DeleteItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import type { LevelChange } from '../../src/redis/packing';
import { testRedis } from '../support/redis';
import { digests, openShop, orderOf, refusalOf, strangeKey, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const call = { keyDigest: 'key', inputDigest: 'input', retentionMs: 60_000 };

/** Deletes items, of any revision unless one is given. */
const remove = (items: readonly (Buffer | [Buffer, number])[], more: Partial<DeleteItems> = {}) =>
  deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: items.map((item) =>
      Array.isArray(item) ? { key: item[0], revision: item[1] } : { key: item, revision: 0 },
    ),
    cause: { operation: 'DELETE', actor: 'user:1' },
    ...more,
  });

describe('replies, in order of precedence', () => {
  let [key, other] = [strangeKey(), strangeKey()];

  beforeEach(async () => {
    key = await shop.addItem({ quantity: 1 });
    other = await shop.addItem({ quantity: 2 });
  });

  async function refused(...[items, more]: Parameters<typeof remove>) {
    const before = await shop.dump();
    const refusal = await refusalOf(remove(items, more));
    expect(await shop.dump()).toEqual(before);
    return refusal;
  }

  test('a key used with other input comes before all else', async () => {
    const { ledgerId } = await remove([key], { call });
    const items: [Buffer, number][] = [
      [strangeKey(), 0],
      [other, 9],
    ];
    const otherInput = { call: { ...call, inputDigest: 'other' } };
    expect(await refused(items, otherInput)).toEqual({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
      ledgerId,
    });
  });

  test('a replay comes before unknown items, and changes nothing', async () => {
    const { ledgerId } = await remove([key], { call });
    const before = await shop.dump();
    const again = await remove([key, strangeKey()], { call });
    expect(again).toEqual({ ledgerId, lines: [], replayed: { kept: '' } });
    expect(await shop.dump()).toEqual(before);
  });

  test("a movement's key is another call's key", async () => {
    const { ledgerId } = await shop.post([[key, -1]], { call });
    const replay = { call: { ...call, inputDigest: 'delete' } };
    expect(await refused([key], replay)).toEqual({ code: 'IDEMPOTENCY_KEY_MISMATCH', ledgerId });
  });

  test('unknown items come before revisions, each named', async () => {
    const strangers = [strangeKey(), strangeKey()] as const;
    expect(await refused([strangers[0], [key, 9], strangers[1], other])).toEqual({
      code: 'UNKNOWN_ITEM',
      itemIds: strangers.map(guidOfKey),
    });
  });

  test('every item of another revision is named, and none is deleted', async () => {
    const third = await shop.addItem({ quantity: 3 });
    await shop.post([[third, -1]]);
    const items: [Buffer, number][] = [
      [key, 2],
      [other, 1],
      [third, 1],
    ];
    expect(await refused(items)).toEqual({
      code: 'REVISION_CONFLICT',
      itemIds: [key, third].map(guidOfKey),
    });
    expect((await remove([[third, 2], [other, 1], key])).lines).toHaveLength(3);
  });

  test('a revision of 40 bits', async () => {
    expect(await refused([[key, 2 ** 40 - 1]])).toMatchObject({ code: 'REVISION_CONFLICT' });
  });
});

test('nothing of the items is left but the ledger', async () => {
  const levels: LevelChange[] = [
    { quantity: 5, lowStockThreshold: 9 },
    { quantity: -5 },
    { tracked: false, inStock: true },
    { tracked: false, inStock: false, preorderEnabled: true },
    { quantity: 0, preorderEnabled: true, preorderLimit: 3, lowStockThreshold: 0 },
  ];
  const items = [];
  for (const level of levels) items.push(await shop.addItem(level));
  const kept = await shop.addItem({ quantity: 1, lowStockThreshold: 1 });
  await shop.post([[items[0]!, -1, 'strict', 2]]);
  await shop.post([[items[4]!, -2]]);
  const { ledgerId, lines } = await remove(items);
  expect(lines).toMatchObject([
    { units: -4, delta: -4, preorderDelta: 0, statusBefore: 'IN_STOCK', level: { revision: 3 } },
    { units: 5, delta: 5, statusBefore: 'OUT_OF_STOCK', level: { revision: 2 } },
    { delta: 0, statusBefore: 'IN_STOCK' },
    { delta: 0, statusBefore: 'PREORDER' },
    { delta: 0, preorderDelta: -2, statusBefore: 'PREORDER', level: { preorderCounter: 0 } },
  ]);
  for (const { level, deleted, created, fellLow } of lines) {
    expect(level).toMatchObject({ quantity: 0, reserved: 0, preorderCounter: 0 });
    expect([deleted, created, fellLow]).toEqual([true, false, false]);
  }
  expect((await shop.ledger()).at(-1)).toMatchObject({
    id: ledgerId,
    sequence: 9,
    operation: 'DELETE',
    actor: 'user:1',
    lines,
  });
  const id = guidOfKey(kept);
  expect(await shop.indexes()).toEqual({ status: [`I ${id}`], low: [id] });
  expect(await redis().hkeys(keys.levels(shop.tenantId))).toHaveLength(2);
  expect(await redis().hlen(keys.documents(shop.tenantId))).toBe(1);
});

test('the last item leaves no empty key behind, and the sequence goes on', async () => {
  const key = await shop.addItem({ quantity: 5 }, 'cup');
  await remove([key]);
  expect(Object.keys(await shop.dump()).sort()).toEqual(
    [keys.ledger(shop.tenantId), keys.levels(shop.tenantId)].sort(),
  );
  const again = await shop.addItem({ quantity: 3 }, 'cup');
  expect(again).toEqual(key);
  expect(await shop.level(key)).toMatchObject({
    quantity: 3,
    revision: 1,
    lowStockThreshold: null,
  });
  expect((await shop.ledger()).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
});

test('1,000 items are one ledger entry', async () => {
  const items = Array.from({ length: 1000 }, (_, i) => ({
    key: strangeKey(),
    level: { quantity: i, lowStockThreshold: 5 },
    before: '',
    after: JSON.stringify({ appId: 'a', productId: 'p', variantId: null, locationId: 'l' }),
  }));
  const { tenantId } = shop;
  await saveItems(shop.redis, { tenantId, items, cause: { operation: 'IMPORT' } });
  const { lines } = await remove(items.map(({ key }) => key));
  expect(lines.map(({ delta }) => 0 - delta)).toEqual(items.map((_, i) => i));
  expect(await shop.indexes()).toEqual({ status: [], low: [] });
});

test('of 20 that delete the same item at once one does', async () => {
  const key = await shop.addItem({ quantity: 5 });
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => remove([key])));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await shop.ledger()).toHaveLength(2);
});

test('a key expires with its retention', async () => {
  const key = await shop.addItem({ quantity: 5 });
  await remove([key], { call });
  const left = await redis().pttl(keys.call(shop.tenantId, call.keyDigest));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(60_000);
});

describe('what comes after', () => {
  const orderId = randomUUID();
  const order = (units: number, name: string) => ({
    cause: { operation: units < 0 ? ('DECREMENT' as const) : ('INCREMENT' as const), orderId },
    order: { direction: units < 0 ? ('-' as const) : ('+' as const), digests: digests(name) },
  });

  test('a movement of a deleted item is refused, an ignored line of it is recorded', async () => {
    const [key, other] = [await shop.addItem({ quantity: 5 }), await shop.addItem({ quantity: 5 })];
    await remove([key]);
    expect(
      await refusalOf(
        shop.post([
          [other, -1],
          [key, 1, 'unrestricted'],
        ]),
      ),
    ).toEqual({
      code: 'UNKNOWN_ITEM',
      itemIds: [guidOfKey(key)],
    });
    const lines = await shop.move([
      [key, -1, 'ignored'],
      [other, -1],
    ]);
    expect(lines).toMatchObject([{ level: null, ignored: true }, { delta: -1 }]);
  });

  test('a row of a deleted item is refused by the document it read', async () => {
    const key = await shop.addItem({ quantity: 5 });
    const before = (await redis().hget(keys.documents(shop.tenantId), key))!;
    await remove([key]);
    const items = [{ key, level: { quantity: 9 }, before, after: before, revision: 1 }];
    const save = { tenantId: shop.tenantId, items, cause: { operation: 'UPDATE' as const } };
    expect(await refusalOf(saveItems(shop.redis, save))).toMatchObject({ code: 'ITEM_CHANGED' });
  });

  test("an order's units of the first item stay its units, its record sums both", async () => {
    const level = { quantity: 1, preorderEnabled: true, preorderLimit: 9 };
    const key = await shop.addItem(level, 'cup');
    await shop.post([[key, -4]], order(-4, 'first'));
    await remove([key]);
    await shop.addItem(level, 'cup');
    // Nobody preordered of the new item: nothing of its counter is given back.
    const [line] = await shop.move([[key, 4]], order(4, 'back'));
    expect(line).toMatchObject({ delta: 4, preorderDelta: 0, overReturn: false });
    expect((await orderOf(shop, orderId))!.items).toEqual([
      { itemId: guidOfKey(key), taken: 4, returned: 4, preordered: 3 },
    ]);
    await shop.post([[key, -6]], order(-6, 'second'));
    expect(await shop.level(key)).toMatchObject({ quantity: 0, preorderCounter: 1 });
  });

  test('a call that creates what is unknown creates it anew', async () => {
    const key = await shop.addItem({ quantity: 5, lowStockThreshold: 3 }, 'cup');
    await remove([key]);
    const json = JSON.stringify({ appId: 'a', productId: 'cup', variantId: null, locationId: 'l' });
    const documents = [{ key, json }];
    const [line] = await shop.move([[key, -2, 'unrestricted']], { documents });
    expect(line).toMatchObject({ created: true, delta: -2, level: { revision: 1, quantity: -2 } });
  });
});

import { guidOfKey } from '../../src/core/identity';
import type { MovementLine } from '../../src/core/movement';
import { postMovement, type PostMovement } from '../../src/redis/commands';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const line = (key: Buffer, units: number, more: Partial<MovementLine> = {}): MovementLine => {
  const stockOnly = { absolute: false, compareQuantity: null };
  return { key, units, guard: 'unrestricted', stockOnly, ...more };
};
const post = (lines: readonly MovementLine[], more: Partial<PostMovement> = { bound: 100 }) =>
  postMovement(shop.redis, {
    tenantId: shop.tenantId,
    lines,
    cause: { operation: 'ADJUST' },
    settingsRevision: 0,
    retentionMs: 60_000,
    ...more,
  });

describe("a caller's bound", () => {
  test.each([
    [95, 5, 100],
    [95, 6, null],
    [95, -195, -100],
    [95, -196, null],
    [500, -1, 499],
    [500, -450, 50],
    [500, 1, null],
    [-500, 1, -499],
    [-500, -1, null],
    [-500, 600, 100],
    [-500, 601, null],
  ])('of 100: from %i by %i to %s', async (quantity, units, after) => {
    const key = await shop.addItem({ quantity });
    if (after === null) {
      const itemIds = [guidOfKey(key)];
      expect(await refusalOf(post([line(key, units)]))).toEqual({
        code: 'QUANTITY_OUT_OF_RANGE',
        itemIds,
      });
    } else await post([line(key, units)]);
    expect(await shop.level(key)).toMatchObject({ quantity: after ?? quantity });
  });

  test('counts what the lines of one item come to together', async () => {
    const key = await shop.addItem({ quantity: 90 });
    await post([line(key, 20), line(key, -15)]);
    expect(await shop.level(key)).toMatchObject({ quantity: 95 });
    expect(await refusalOf(post([line(key, 3), line(key, 3)]))).toMatchObject({
      code: 'QUANTITY_OUT_OF_RANGE',
    });
  });

  test('of a quantity that is set', async () => {
    const key = await shop.addItem({ quantity: 500 });
    const set = (units: number) =>
      post([line(key, units, { stockOnly: { absolute: true, compareQuantity: null } })]);
    await set(400);
    expect(await refusalOf(set(401))).toMatchObject({ code: 'QUANTITY_OUT_OF_RANGE' });
    await set(-100);
    expect(await refusalOf(set(-101))).toMatchObject({ code: 'QUANTITY_OUT_OF_RANGE' });
  });

  test('is none of lines that orders make, nor where no bound is given', async () => {
    const key = await shop.addItem({ quantity: 95 });
    await post([{ key, units: 50, guard: 'strict' }]);
    await post([line(key, 50)], {});
    expect(await shop.level(key)).toMatchObject({ quantity: 195 });
  });

  test('is one of the preorder counter, and of the stock that stands in for it', async () => {
    const preorder = { preorderEnabled: true, preorderLimit: 150 };
    const key = await shop.addItem({ quantity: -60, ...preorder });
    const ask = (units: number, guard: MovementLine['guard']) =>
      post([{ key, units, guard, preorderOnly: true }]);
    await ask(-99, 'strict');
    expect(await refusalOf(ask(-2, 'strict'))).toMatchObject({
      code: 'INSUFFICIENT_AVAILABLE',
      shortages: [{ requested: 2, available: 1 }],
    });
    await ask(-41, 'unrestricted');
    expect(await shop.level(key)).toMatchObject({ quantity: -100, preorderCounter: 100 });
    expect(await refusalOf(ask(-1, 'unrestricted'))).toMatchObject({
      code: 'QUANTITY_OUT_OF_RANGE',
    });
  });
});

test('a repeat is given what was kept with the first call', async () => {
  const key = await shop.addItem({ quantity: 1 });
  const call = { keyDigest: 'k', inputDigest: 'i', kept: 'what became of it' };
  await post([line(key, 1)], { call });
  const again = await post([line(key, 1)], { call: { ...call, kept: 'another' } });
  expect(again).toMatchObject({ replayed: true, kept: 'what became of it' });
});

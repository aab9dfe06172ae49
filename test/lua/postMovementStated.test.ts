import { guidOfKey } from '../../src/core/identity';
import type { Operation } from '../../src/core/movement';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, type Shop } from '../support/shop';

/*
 * A movement that may only be posted when nobody has stated an item's quantity after a place.
 */

const redis = testRedis();
let shop: Shop;
let key: Buffer;
let since: number;

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 5, lowStockThreshold: 1 });
  await shop.post([[key, 1]], { cause: { operation: 'SET' } });
  since = (await shop.ledger()).at(-1)!.sequence;
});

const post = (unstatedSince: number) =>
  shop.post([[key, 2]], { cause: { operation: 'COUNT' }, unstatedSince });
const move = (operation: Operation, item = key) =>
  shop.post([[item, -1, 'unrestricted']], { cause: { operation } });

test('what was stated up to the place does not matter, nor what moved after it', async () => {
  await move('DECREMENT');
  await move('ADJUST');
  await shop.change(key, { lowStockThreshold: 3 });
  await shop.post([[key, 0, 'ignored']], { cause: { operation: 'SET' } });
  await move('SET', await shop.addItem({ quantity: 1 }));
  expect(await post(since)).toMatchObject({ replayed: false });
  expect((await shop.level(key)).quantity).toBe(6);
});

test.each<[string, () => Promise<unknown>]>([
  ['set', () => move('SET')],
  ['counted', () => move('COUNT')],
  ['saved', () => shop.change(key, { quantity: 9 })],
  ['stated before it moved', () => move('SET').then(() => move('DECREMENT'))],
])('refused when the item was %s after it', async (_name, state) => {
  await state();
  const before = await shop.dump();
  expect(await refusalOf(post(since))).toEqual({
    code: 'ITEM_CHANGED',
    itemIds: [guidOfKey(key)],
  });
  expect(await shop.dump()).toEqual(before);
  expect(await post((await shop.ledger()).at(-1)!.sequence)).toMatchObject({ replayed: false });
});

test('refused when the item was made after it', async () => {
  key = await shop.addItem({ quantity: 0 });
  expect(await refusalOf(post(since))).toMatchObject({ code: 'ITEM_CHANGED' });
});

test('refused when more has moved than it looks at', async () => {
  for (let i = 0; i < 99; i += 1) await move('ADJUST');
  expect(await post(since)).toMatchObject({ replayed: false });
  since = (await shop.ledger()).at(-1)!.sequence;
  for (let i = 0; i < 100; i += 1) await move('ADJUST');
  expect(await refusalOf(post(since))).toMatchObject({ code: 'ITEM_CHANGED' });
});

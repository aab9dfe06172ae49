import { guidOfKey } from '../../src/core/identity';
import { countStock } from '../../src/inventory/countStock';
import type { AskedMoment } from '../../src/inventory/moment';
import { stockAt } from '../../src/inventory/stockAt';
import { keys } from '../../src/redis/keys';
import { packHead, unpackHead } from '../../src/redis/packedState';
import { readTime } from '../../src/redis/snapshots';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let key: Buffer;
let itemId: string;

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 9 });
  itemId = guidOfKey(key);
});

const at = (asked: AskedMoment) => stockAt(shop.deps, shop.tenantId, [itemId], asked);
const count = (asOf: AskedMoment) => {
  const lines = [{ itemId, countedQuantity: 5 }];
  const cause = { actor: 'user:1', requestId: '' };
  return countStock(shop.deps, shop.tenantId, { lines, asOf, cause });
};

/** Has the ledger's time be ahead of the clock, as when the clock went back. */
async function putAhead(ms: number): Promise<number> {
  const levels = keys.levels(shop.tenantId);
  const head = unpackHead(await redis().hgetBuffer(levels, 'head'))!;
  const timeMs = (await readTime(shop.redis)) + ms;
  await redis().hset(levels, 'head', packHead({ ...head, timeMs }));
  return timeMs;
}

test.each([
  ['a time of the future', '9999999999999-1'],
  ['a sequence of the future', '1-99'],
])('a place that has not come is refused: %s', async (_name, movementId) => {
  const refused = { code: 'INVALID_INPUT' };
  expect(await refusalOf(at({ movementId }))).toMatchObject(refused);
  expect(await refusalOf(count({ movementId }))).toMatchObject(refused);
  expect((await shop.level(key)).quantity).toBe(9);
});

test('a place between two movements is one that has come', async () => {
  const { timeMs } = (await shop.ledger())[0]!;
  const { items } = await at({ movementId: `${timeMs}-1` });
  expect(items[0]!.level!.quantity).toBe(9);
  expect((await at({ movementId: `${timeMs - 1}-1` })).items[0]!.level).toBeNull();
});

test('a millisecond counts when it is over: what moves in it is in it', async () => {
  for (let i = 0; i < 200; i += 1) {
    const timeMs = await readTime(shop.redis);
    const asked = at({ time: new Date(timeMs) });
    await Promise.all([asked, shop.post([[key, -1, 'unrestricted']])]);
    const last = (await shop.ledger()).findLast((entry) => entry.timeMs <= timeMs)!;
    const { level } = (await asked).items[0]!;
    expect(level!.quantity).toBe(last.lines[0]!.level!.quantity);
  }
});

test('now is a moment of its own, in time or without one', async () => {
  await shop.post([[key, -1]]);
  expect((await at({})).items[0]!.level!.quantity).toBe(8);
  const time = new Date(await readTime(shop.redis));
  expect((await at({ time })).items[0]!.level!.quantity).toBe(8);
  expect((await count({ time })).items).toMatchObject([{ expectedQuantity: 8, difference: -3 }]);
});

test('a millisecond that the ledger is still in is refused when it lies ahead', async () => {
  const timeMs = await putAhead(60_000);
  await shop.post([[key, -1]]);
  const refused = { code: 'INVALID_INPUT', field: 'time' };
  expect(await refusalOf(at({ time: new Date(timeMs) }))).toMatchObject(refused);
  expect(await refusalOf(count({ time: new Date(timeMs) }))).toMatchObject({
    ...refused,
    field: 'input.asOfTime',
  });
  expect((await at({ time: new Date(timeMs - 1) })).items[0]!.level!.quantity).toBe(9);
});

test('a hole in the ledger is no moment that is no longer kept', async () => {
  const { ledgerId } = await shop.post([[key, -1]]);
  await shop.post([[key, -1]]);
  const [first] = await shop.ledger();
  await redis().xdel(keys.ledger(shop.tenantId), ledgerId);
  const refused = { code: 'LEDGER_INCOMPLETE', ledgerId };
  expect(await refusalOf(at({ movementId: first!.id }))).toEqual(refused);
  expect(await refusalOf(count({ movementId: first!.id }))).toEqual(refused);
});

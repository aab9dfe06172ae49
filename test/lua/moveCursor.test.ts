import { keys } from '../../src/redis/keys';
import { moveCursor, readHealth, type CursorMove } from '../../src/redis/webhooks';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
const state = () => keys.webhookState(shop.tenantId, 'id');
const move = (from: string, to: string, change: Partial<CursorMove> = {}) =>
  moveCursor(shop.redis, shop.tenantId, 'id', {
    ...{ from, to, delivered: 0, failures: 0, succeeded: false },
    ...change,
  });
const health = () => readHealth(shop.redis, shop.tenantId, 'id');

beforeEach(async () => {
  shop = openShop(redis());
  await redis().hset(state(), 'cursor', '1-1');
});

test('counts what was delivered, and failures since the last success', async () => {
  await move('1-1', '1-2', { failures: 2, lastFailureMs: 5, lastFailure: 'no' });
  await move('1-2', '1-3', { failures: 1 });
  expect(await health()).toMatchObject({
    ...{ cursor: '1-3', delivered: 0, consecutiveFailures: 3 },
    ...{ lastFailureMs: 5, lastFailure: 'no', lastSuccessMs: null },
  });
  await move('1-3', '1-4', { delivered: 7, failures: 1, succeeded: true, lastSuccessMs: 9 });
  await move('1-4', '1-5', { delivered: 1, succeeded: true });
  expect(await health()).toMatchObject({
    ...{ cursor: '1-5', delivered: 8, consecutiveFailures: 0, lastSuccessMs: 9 },
  });
});

test('goes on only from where it is, and not for a receiver that is gone', async () => {
  await move('1-1', '1-2');
  const before = await shop.dump();
  expect(await refusalOf(move('1-1', '1-3'))).toEqual({ code: 'CURSOR_MOVED' });
  expect(await shop.dump()).toEqual(before);
  await redis().del(state());
  expect(await refusalOf(move('1-2', '1-3'))).toEqual({ code: 'CURSOR_MOVED' });
  expect(await shop.dump()).toEqual({});
});

test('a count that is no number begins anew, and keeps no cursor from moving', async () => {
  await redis().hset(state(), 'delivered', 'many', 'consecutiveFailures', 'few');
  await move('1-1', '1-2', { delivered: 2, failures: 1 });
  expect(await health()).toMatchObject({ cursor: '1-2', delivered: 2, consecutiveFailures: 1 });
});

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { InventoryError } from '../../src/core/errors';
import type { RateLimitedCaller } from '../../src/core/rateLimit';
import { rateLimitHeaders, retryAfterSeconds } from '../../src/error-reply';
import { defineScripts } from '../../src/redis/commands';
import { connectRedis } from '../../src/redis/connect';
import { createRateLimiter } from '../../src/redis/rateLimit';
import { testRedis, testRedisSocket } from '../support/redis';

const redis = testRedis();
const limiterOf = (points: number) => createRateLimiter(defineScripts(redis()), points);

let caller: RateLimitedCaller;
beforeEach(() => {
  caller = { tenantId: randomUUID(), tokenId: 'digest' };
});

async function refusalOf(use: Promise<unknown>): Promise<InventoryError> {
  const error: unknown = await use.then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InventoryError)) throw new Error('no InventoryError', { cause: error });
  return error;
}

const keysOf = ({ tenantId }: RateLimitedCaller) => redis().keys(`*${tenantId}*`);

test('points go down to none, then the call is refused', async () => {
  const consume = limiterOf(10);
  expect(await consume(caller, 3)).toMatchObject({ limit: 10, remaining: 7 });
  expect(await consume(caller, 7)).toMatchObject({ limit: 10, remaining: 0 });
  const error = await refusalOf(consume(caller, 1));
  expect(error).toMatchObject({ code: 'RATE_LIMITED', kind: 'limited' });
  expect(error.details.rateLimit).toMatchObject({ limit: 10, remaining: 0 });
});

test('a call that costs more than a minute has is refused', async () => {
  expect(await refusalOf(limiterOf(10)(caller, 11))).toMatchObject({ code: 'RATE_LIMITED' });
});

test('the points come back within a minute of the first use', async () => {
  const consume = limiterOf(10);
  const { resetSeconds } = await consume(caller, 1);
  expect(resetSeconds).toBeGreaterThan(0);
  expect(resetSeconds).toBeLessThanOrEqual(60);
  const [key] = await keysOf(caller);
  expect(await redis().ttl(key!)).toBeLessThanOrEqual(60);
  await redis().del(key!);
  expect(await consume(caller, 1)).toMatchObject({ remaining: 9 });
});

test('the key is under the hash tag of the tenant, and holds a number that expires', async () => {
  await limiterOf(10)(caller, 4);
  expect(await keysOf(caller)).toEqual([`{${caller.tenantId}}:limit:digest`]);
  expect(await redis().get(`{${caller.tenantId}}:limit:digest`)).toBe('4');
});

test('tokens and tenants are counted apart, processes together', async () => {
  await limiterOf(10)(caller, 10);
  const consume = limiterOf(10);
  expect(await consume({ ...caller, tokenId: 'other' }, 1)).toMatchObject({ remaining: 9 });
  expect(await consume({ ...caller, tenantId: randomUUID() }, 1)).toMatchObject({ remaining: 9 });
  expect(await refusalOf(consume(caller, 1))).toMatchObject({ code: 'RATE_LIMITED' });
});

test('callers at the same instant get exactly the points there are', async () => {
  const consume = limiterOf(10);
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => consume(caller, 1)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
});

test('a token without points costs Redis nothing', async () => {
  const consume = limiterOf(2);
  await consume(caller, 2);
  await refusalOf(consume(caller, 1));
  await refusalOf(consume(caller, 1));
  expect(await redis().get(`{${caller.tenantId}}:limit:digest`)).toBe('2');
});

test('the headers of an answer and of a refusal', async () => {
  const consume = limiterOf(5);
  const headers = rateLimitHeaders(await consume(caller, 5));
  expect(headers).toMatchObject({ 'RateLimit-Limit': '5', 'RateLimit-Remaining': '0' });
  const error = await refusalOf(consume(caller, 1));
  const { resetSeconds } = error.details.rateLimit!;
  expect(retryAfterSeconds(error)).toBe(resetSeconds);
  expect(rateLimitHeaders(error.details.rateLimit!)['RateLimit-Reset']).toBe(String(resetSeconds));
  expect(retryAfterSeconds(new InventoryError('FORBIDDEN'))).toBeUndefined();
});

describe('Redis is away', () => {
  let own: Redis;
  afterEach(() => {
    own.disconnect();
  });

  test('the call is REDIS_UNAVAILABLE, and counted again when Redis is back', async () => {
    own = await connectRedis({ socketPath: testRedisSocket() }, { commandTimeoutMs: 5000 });
    const consume = createRateLimiter(defineScripts(own), 10);
    await consume(caller, 1);
    const ended = once(own, 'end');
    own.disconnect();
    const error = await refusalOf(consume(caller, 1));
    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    expect(retryAfterSeconds(error)).toBe(1);
    await ended;
    await own.connect();
    expect(await consume(caller, 1)).toMatchObject({ remaining: 8 });
  });

  test('a server that lost its scripts is taught again', async () => {
    own = await connectRedis({ socketPath: testRedisSocket() }, { commandTimeoutMs: 5000 });
    const consume = createRateLimiter(defineScripts(own), 10);
    await consume(caller, 1);
    await own.script('FLUSH');
    expect(await consume(caller, 1)).toMatchObject({ remaining: 8 });
  });
});

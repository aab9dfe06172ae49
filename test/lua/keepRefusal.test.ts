import { keys } from '../../src/redis/keys';
import type { RefusedCall } from '../../src/core/refusal';
import { keepRefusal, scanRefusals } from '../../src/redis/refusals';
import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
beforeEach(() => {
  shop = openShop(redis());
});

const call: RefusedCall = {
  code: 'INSUFFICIENT_AVAILABLE',
  operation: 'DECREMENT',
  lines: [{ itemId: 'i', code: 'INSUFFICIENT_AVAILABLE', requested: 2, available: 1 }],
};
const keep = (digest: string, operation = 'DECREMENT') =>
  keepRefusal(shop.redis, shop.tenantId, digest, { ...call, operation });
const kept = async (stretch = { newest: '+', oldest: '-' }, batchSize?: number) => {
  const all = [];
  for await (const some of scanRefusals(shop.redis, shop.tenantId, stretch, batchSize)) {
    all.push(...some);
  }
  return all;
};

test('keeps a refusal with its time', async () => {
  const [seconds] = await redis().time();
  await keep('one');
  const [refusal] = await kept();
  expect(refusal).toMatchObject(call);
  expect(refusal!.id).toMatch(new RegExp(`^${refusal!.timeMs}-\\d+$`));
  expect(Math.abs(refusal!.timeMs - seconds! * 1000)).toBeLessThan(5000);
});

test('the same call within a minute is kept once', async () => {
  await keep('one');
  await keep('two');
  await keep('one');
  expect(await kept()).toHaveLength(2);
  // The minute is over.
  const refused = keys.refused(shop.tenantId, 'one');
  expect(await redis().pttl(refused)).toBeGreaterThan(50_000);
  expect(await redis().pttl(refused)).toBeLessThanOrEqual(60_000);
  expect(await redis().get(refused)).toBe((await kept())[1]!.id);
  await redis().del(refused);
  await keep('one');
  expect(await kept()).toHaveLength(3);
});

test('about 10,000 are kept', async () => {
  const ledger = keys.refusals(shop.tenantId);
  for (let i = 0; i < 11; i += 1) {
    const pipeline = redis().pipeline();
    for (let j = 0; j < 1000; j += 1) pipeline.xadd(ledger, `${1 + i * 1000 + j}-1`, 'x', 'x');
    await pipeline.exec();
  }
  await keep('one');
  const left = await redis().xlen(ledger);
  expect(left).toBeGreaterThanOrEqual(10_000);
  // Redis cuts whole nodes of 100 entries.
  expect(left).toBeLessThan(10_200);
});

test('is read newest first, in batches, within a stretch', async () => {
  for (const name of ['A', 'B', 'C', 'D', 'E']) await keep(name, name);
  const all = await kept(undefined, 2);
  expect(all.map(({ operation }) => operation)).toEqual(['E', 'D', 'C', 'B', 'A']);
  const after = await kept({ newest: `(${all[1]!.id}`, oldest: '-' }, 2);
  expect(after.map(({ operation }) => operation)).toEqual(['C', 'B', 'A']);
});

test('another tenant has its own', async () => {
  await keep('one');
  shop = openShop(redis());
  expect(await kept()).toEqual([]);
});

import { randomUUID } from 'node:crypto';
import { InventoryError } from '../../src/core/errors';
import type { ConsumePoints, RateLimitedCaller } from '../../src/core/rateLimit';
import { defineScripts } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { createRateLimiter } from '../../src/redis/rateLimit';
import { startBareServer, type BareServer } from '../support/bareServer';

/* Points taken in advance. A server of this file's own counts the commands. */

let server: BareServer;
beforeAll(async () => {
  server = await startBareServer();
});
afterAll(() => server.stop());

let caller: RateLimitedCaller;
beforeEach(() => {
  caller = { tenantId: randomUUID(), tokenId: 'digest' };
});

/** Two limiters on connections of their own stand for two processes. */
const limiterOf = async (points: number) =>
  createRateLimiter(defineScripts(await server.connect()), points);

async function countCommands(): Promise<number> {
  const redis = await server.connect();
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
}

/** Points that Redis holds to be used. */
async function counted(): Promise<number> {
  const redis = await server.connect();
  return Number(await redis.get(keys.limit(caller.tenantId, caller.tokenId)));
}

const accepted = (use: Promise<unknown>) =>
  use.then(
    () => true,
    (error: unknown) => {
      if (error instanceof InventoryError && error.code === 'RATE_LIMITED') return false;
      throw error;
    },
  );

/** Waits until a fact holds, which only time brings about. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const ends = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > ends) throw new Error('it did not come about in 10 seconds');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a busy token asks Redis seldom, and each answer still tells the exact rest', async () => {
  const consume = await limiterOf(6000);
  const before = await countCommands();
  for (let used = 1; used <= 2000; used += 1) {
    const { limit, remaining, resetSeconds } = await consume(caller, 1);
    expect([limit, remaining]).toEqual([6000, 6000 - used]);
    expect(resetSeconds).toBeGreaterThan(0);
  }
  expect((await countCommands()) - before).toBeLessThan(60);
});

test('what a second does not use goes back', async () => {
  const consume = await limiterOf(6000);
  for (let i = 0; i < 300; i += 1) await consume(caller, 1);
  expect(await counted()).toBeGreaterThan(300);
  await eventually(async () => (await counted()) === 300);
  expect(await consume(caller, 1)).toMatchObject({ remaining: 5699 });
});

test('no point is given out twice: two processes use them up at once', async () => {
  const limiters = [await limiterOf(500), await limiterOf(500)];
  let used = 0;
  const drain = async (consume: ConsumePoints) => {
    while (await accepted(consume(caller, 1))) used += 1;
  };
  await Promise.all(Array.from({ length: 16 }, (_, i) => drain(limiters[i % 2]!)));
  expect(used).toBeLessThanOrEqual(500);
  // What one process had taken in advance and did not need, the other one can have a second later.
  await eventually(async () => {
    await Promise.all(limiters.map(drain));
    return used >= 498;
  });
  expect(used).toBeLessThanOrEqual(500);
});

test('a rest that is too small for the advance is enough for the call', async () => {
  const consume = await limiterOf(500);
  for (let i = 0; i < 100; i += 1) await consume(caller, 1);
  // Others use all points but one; this process believes that hundreds are left.
  const redis = await server.connect();
  await redis.set(keys.limit(caller.tenantId, caller.tokenId), 499, 'KEEPTTL');
  let more = 0;
  while (await accepted(consume(caller, 1))) more += 1;
  expect(more).toBeGreaterThan(0);
  // The one that was left, and at most a fiftieth that had been taken in advance.
  expect(more).toBeLessThanOrEqual(1 + 500 / 50);
  // All of them are used, and what was too much in advance went back.
  expect(await counted()).toBe(500);
});

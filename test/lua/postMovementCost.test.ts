import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/redis/connect';
import { startBareServer, type BareServer } from '../support/bareServer';
import { commandsOf } from '../support/commandStats';
import { openShop, strangeKey, type TestLine } from '../support/shop';

let server: BareServer;
let redis: Redis;

beforeAll(async () => {
  server = await startBareServer();
  redis = await connectRedis({ socketPath: server.socketPath }, { commandTimeoutMs: 5000 });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

test('a movement makes as many Redis calls with 300 lines as with 1', async () => {
  const shop = openShop(redis);
  const level = { quantity: 3, lowStockThreshold: 2 };
  const items = await Promise.all(Array.from({ length: 303 }, () => shop.addItem(level)));
  const counts = [];
  for (const lines of [1, 3, 150]) {
    const sold = items.splice(0, lines);
    const json = JSON.stringify({ appId: 'a', productId: 'p', variantId: null, locationId: 'l' });
    const documents = sold.map(() => ({ key: strangeKey(), json }));
    const orderId = randomUUID();
    const post = () =>
      shop.post(
        [
          // Each crosses a status and a threshold; as many new items are recorded beside them.
          ...sold.map((key): TestLine => [key, -3]),
          ...documents.map(({ key }): TestLine => [key, 1, 'unrestricted']),
        ],
        {
          documents,
          cause: { operation: 'DECREMENT', orderId },
          order: {
            direction: '-',
            digests: { call: Buffer.alloc(12, 1), content: Buffer.alloc(12, 2) },
          },
          call: { keyDigest: orderId, inputDigest: 'i' },
        },
      );
    counts.push(await commandsOf(redis, post));
  }
  const every = { get: 2, hmget: 1, time: 1, hset: 2, xadd: 1, set: 2, zrem: 1, zadd: 2 };
  // How the script itself is called is no call of the script.
  const called = counts.map((count) =>
    Object.fromEntries(Object.entries(count).filter(([name]) => !name.startsWith('eval'))),
  );
  expect(called).toEqual([every, every, every]);
});

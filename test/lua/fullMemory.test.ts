import { guidOfKey } from '../../src/core/identity';
import { readHistory } from '../../src/redis/history';
import { readSnapshot } from '../../src/redis/snapshots';
import { startBareServer, type BareServer } from '../support/bareServer';
import { commandsOf } from '../support/commandStats';
import { openShop, refusalOf, type Shop } from '../support/shop';
import { keepRefusal } from '../../src/redis/refusals';

// Memory and command counts are the server's: these tests have one of their own.
let server: BareServer;
let shop: Shop;
let key: Buffer;

beforeAll(async () => {
  server = await startBareServer();
  shop = openShop(await server.connect());
  key = await shop.addItem({ quantity: 5 });
});
afterAll(() => server.stop());

test('when memory is full, what only reads goes on, and all else says: not now', async () => {
  await shop.redis.config('SET', 'maxmemory', '1');
  const walk = [{ itemId: guidOfKey(key), from: null }];
  const { items } = await readHistory(shop.redis, shop.tenantId, walk, { stepsPerItem: 9 });
  expect(items).toMatchObject([{ level: { quantity: 5 }, ended: 'first' }]);
  // Redis takes no transaction then, whatever is in it.
  const snapshot = readSnapshot(shop.redis, shop.tenantId, []);
  expect(await refusalOf(snapshot)).toEqual({ code: 'REDIS_UNAVAILABLE' });
  expect(await refusalOf(shop.post([[key, -1]]))).toEqual({ code: 'REDIS_UNAVAILABLE' });
  await shop.redis.config('SET', 'maxmemory', '0');
  expect((await shop.verify()).drift).toEqual([]);
});

test('a refusal costs the same whatever was refused before', async () => {
  const line = { itemId: 'i', code: 'UNKNOWN_ITEM', requested: 2, available: 1 } as const;
  const keep = (digest: string, count: number) =>
    keepRefusal(shop.redis, shop.tenantId, digest, {
      code: 'INSUFFICIENT_AVAILABLE',
      operation: 'DECREMENT',
      lines: Array.from({ length: count }, () => line),
    });
  for (let i = 0; i < 5; i += 1) await keep(`large ${i}`, 300);
  const called = async (digest: string) => {
    const counts = Object.entries(await commandsOf(shop.redis, () => keep(digest, 1)));
    return Object.fromEntries(counts.filter(([name]) => !name.startsWith('eval')));
  };
  expect(await called('another')).toEqual({ get: 1, xadd: 1, set: 1 });
  expect(await called('large 0')).toEqual({ get: 1 });
});

import { randomUUID } from 'node:crypto';
import { guidOfKey, itemKey } from '../../src/core/identity';
import { ItemFeeds } from '../../src/inventory/itemFeed';
import { trimTenant } from '../../src/inventory/trim';
import { verifyTenant } from '../../src/inventory/verify';
import { readCheckpointId, readCheckpointItems } from '../../src/redis/checkpoint';
import { deleteItems, saveItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { stateOf, trimAll } from '../support/oldLedger';
import { testRedis } from '../support/redis';
import { digests, openShop, RETENTION_MS, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let key: Buffer;
let calls = 0;

const order = (units: number, orderId: string) => ({
  cause: { operation: units < 0 ? ('DECREMENT' as const) : ('INCREMENT' as const), orderId },
  order: {
    direction: units < 0 ? ('-' as const) : ('+' as const),
    digests: digests(`call ${(calls += 1)}`),
  },
});
const remove = (item: Buffer) =>
  deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: [{ key: item, revision: 0 }],
    cause: { operation: 'DELETE' },
  });
const checkpointOf = async (item: Buffer) =>
  (await readCheckpointItems(shop.redis, shop.tenantId, [guidOfKey(item)]))[0];

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 50, lowStockThreshold: 5 }, 'cup');
  for (let i = 0; i < 5; i += 1) await shop.post([[key, -1]], order(-1, randomUUID()));
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

test('the newest entry stays, and what went stands in the checkpoint', async () => {
  const before = await shop.ledger();
  expect(await trimAll(shop)).toEqual({
    tenantId: shop.tenantId,
    entries: 5,
    checkpointId: before[4]!.id,
  });
  expect(await shop.ledger()).toEqual([before[5]]);
  const item = (await checkpointOf(key))!;
  expect(item.level).toEqual(before[4]!.lines[0]!.level);
  expect(item.trail).toEqual({ lastEntryId: before[4]!.id, documentSequence: 1 });
  expect(JSON.parse(item.document)).toMatchObject({ productId: 'cup' });
  expect(await shop.verify()).toMatchObject({ entries: 1, items: 1 });
  expect(await trimAll(shop)).toMatchObject({ entries: 0, checkpointId: before[4]!.id });
});

test('nothing else changes, and movements go on with the same sequence', async () => {
  const before = await stateOf(shop);
  await trimAll(shop);
  expect(await stateOf(shop)).toEqual(before);
  await shop.post([[key, -1]]);
  expect((await shop.ledger()).map(({ sequence }) => sequence)).toEqual([6, 7]);
});

test('entries stay for the retention, and for as long as they answer repeats', async () => {
  const keep = async (ledgerRetentionMs: number, retentionMs: number) => {
    const deps = { redis: shop.redis, ledgerRetentionMs, retentionMs };
    return (await trimTenant(deps, shop.tenantId, { limits: [] })).entries;
  };
  expect(await keep(0, -60_000)).toBe(0);
  expect(await keep(RETENTION_MS, -60_000)).toBe(0);
  expect(await keep(-60_000, RETENTION_MS)).toBe(0);
  expect(await keep(-60_000, -60_000)).toBe(5);
});

test('an entry stays that somebody has not passed', async () => {
  const ids = (await shop.ledger()).map(({ id }) => id);
  const passed = (id: string | null) => () => Promise.resolve(id);
  expect(await trimAll(shop, passed(''))).toMatchObject({ entries: 0, checkpointId: '' });
  expect(await trimAll(shop, passed('0-0'))).toMatchObject({ entries: 0 });
  const limits = [passed(null), passed(ids[3]!), passed(ids[1]!)];
  expect(await trimAll(shop, ...limits)).toMatchObject({ entries: 2, checkpointId: ids[1] });
  expect(await trimAll(shop, passed(null))).toMatchObject({ entries: 3 });
});

test('a deleted item leaves the checkpoint, and may come again', async () => {
  await trimAll(shop);
  await remove(key);
  await shop.addItem({ quantity: 1 }, 'other');
  await trimAll(shop);
  expect(await checkpointOf(key)).toBeNull();
  expect(await shop.verify()).toMatchObject({ items: 1, drift: [] });
  await shop.addItem({ quantity: 3 }, 'cup');
  await shop.post([[key, -1]]);
  expect((await shop.verify()).drift).toEqual([]);
  await trimAll(shop);
  expect((await checkpointOf(key))!.level).toMatchObject({ quantity: 3, revision: 1 });
});

test('an edit after the checkpoint counts', async () => {
  await trimAll(shop);
  await shop.change(key, { quantity: 7, lowStockThreshold: 9 });
  expect((await shop.verify()).drift).toEqual([]);
  await redis().zrem(keys.lowStockIndex(shop.tenantId), key);
  expect((await shop.verify()).drift).toMatchObject([{ field: 'lowStockIndex' }]);
  await redis().zadd(keys.lowStockIndex(shop.tenantId), 0, key);
});

describe('an order of which movements went', () => {
  const orderId = randomUUID();
  beforeEach(async () => {
    await shop.post([[key, -8]], order(-8, orderId));
    await shop.post([[key, 2]], order(2, orderId));
    await trimAll(shop);
    await shop.post([[key, 1]], order(1, orderId));
  });

  test('is checked as far as the ledger goes', async () => {
    expect((await shop.verify()).drift).toEqual([]);
    const name = keys.order(shop.tenantId, orderId);
    const packed = (await redis().getBuffer(name))!;
    const damaged = Buffer.from(packed);
    damaged.writeUIntLE(1, 2 + packed.readUInt16LE(0) + 22, 6);
    await redis().set(name, damaged);
    expect((await shop.verify()).drift).toMatchObject([
      { orderId, field: 'returned', stored: 1, expected: 3 },
    ]);
    await redis().set(name, packed);
  });

  test('goes on', async () => {
    await shop.post([[key, 1]], order(1, orderId));
    await trimAll(shop);
    expect((await shop.verify()).drift).toEqual([]);
  });
});

test('an order that expired is no drift', async () => {
  const own = openShop(redis());
  const item = await own.addItem({ quantity: 9 });
  const orderId = randomUUID();
  const verify = async (orderRetentionMs: number) =>
    (await verifyTenant({ redis: own.redis, orderRetentionMs }, own.tenantId)).drift;
  await own.post([[item, -1]], { ...order(-1, orderId), orderRetentionMs: 1 });
  while ((await redis().exists(keys.order(own.tenantId, orderId))) === 1);
  expect(await verify(1)).toEqual([]);
  expect(await verify(RETENTION_MS)).toMatchObject([{ orderId, field: 'order' }]);
  await own.post([[item, 1]], order(1, orderId));
  expect(await verify(1)).toEqual([]);
});

test('8 processes at once take every entry out once', async () => {
  const items = await Promise.all(
    Array.from({ length: 30 }, (_, i) => shop.addItem({ quantity: i })),
  );
  await Promise.all(
    Array.from({ length: 900 }, (_, i) => shop.post([[items[i % 30]!, 1, 'unrestricted']])),
  );
  const length = (await shop.ledger()).length;
  const reports = await Promise.all(Array.from({ length: 8 }, () => trimAll(shop)));
  const rest = await trimAll(shop);
  const trimmed = [...reports, rest].reduce((sum, { entries }) => sum + entries, 0);
  expect(trimmed).toBe(length - 1);
  expect((await shop.verify()).entries).toBe(1);
});

test('entries of many items go one by one', async () => {
  const identity = (i: number) => ({
    appId: randomUUID(),
    productId: `p${i}`,
    variantId: null,
    locationId: randomUUID(),
  });
  for (let batch = 0; batch < 3; batch += 1) {
    const items = Array.from({ length: 1000 }, (_, i) => {
      const document = identity(i);
      const after = JSON.stringify(document);
      return { key: itemKey(shop.tenantId, document), level: { quantity: i }, before: '', after };
    });
    await saveItems(shop.redis, { tenantId: shop.tenantId, items, cause: { operation: 'IMPORT' } });
  }
  await shop.post([[key, -1]]);
  expect(await trimAll(shop)).toMatchObject({ entries: 9 });
});

test('lists that follow the ledger in memory start anew when they fell behind', async () => {
  const feeds = new ItemFeeds(shop.redis);
  expect((await feeds.current(shop.tenantId)).items.size).toBe(1);
  await shop.addItem({ quantity: 4 });
  await shop.post([[key, -1]]);
  await trimAll(shop);
  const { items } = await feeds.current(shop.tenantId);
  expect(items.size).toBe(2);
  expect(items.get(guidOfKey(key))!.quantity).toBe(44);
});

test('verification is right while stock moves and the ledger is trimmed', async () => {
  let running = true;
  const load = async (seed: number) => {
    for (let i = seed; running; i += 1) {
      const units = i % 2 ? -2 : 2;
      await shop.post([[key, units, 'unrestricted']], order(units, `order ${i % 40}`));
      if (i % 25 === 0) await shop.addItem({ quantity: i });
    }
  };
  const trims = async () => {
    while (running) await trimAll(shop);
  };
  const work = [load(1), load(2), trims(), trims()].map((each) =>
    each.catch((error: unknown) => error),
  );
  const drift = [];
  for (let i = 0; i < 15; i += 1) drift.push(...(await shop.verify()).drift);
  running = false;
  expect((await Promise.all(work)).filter((error) => error !== undefined)).toEqual([]);
  expect(drift).toEqual([]);
  expect(await readCheckpointId(shop.redis, shop.tenantId)).not.toBe('');
});

test("another tenant's ledger is left alone", async () => {
  const other = openShop(redis());
  await other.addItem({ quantity: 1 });
  await other.addItem({ quantity: 2 });
  const before = await other.dump();
  await trimAll(shop);
  expect(await other.dump()).toEqual(before);
});

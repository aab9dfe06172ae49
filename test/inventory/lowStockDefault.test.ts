import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { findItems } from '../../src/inventory/findItems';
import { finishReindex } from '../../src/inventory/lowStockReindex';
import { changeSettings } from '../../src/inventory/changeSettings';
import { saveSettings } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { readReindex } from '../../src/redis/lowStockIndex';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let few: Buffer;
let many: Buffer;
let own: Buffer;
let shelf: Buffer;

beforeEach(async () => {
  shop = openShop(redis());
  few = await shop.addItem({ quantity: 2 });
  many = await shop.addItem({ quantity: 200 });
  own = await shop.addItem({ quantity: 2, lowStockThreshold: 0 });
  shelf = await shop.addItem({ tracked: false, inStock: true });
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const use = (lowStockThreshold: number | null) =>
  changeSettings(shop.deps, shop.tenantId, { lowStockThreshold });
const low = async () => (await shop.indexes()).low;
const ids = (...items: Buffer[]) => items.map(guidOfKey).sort();
const found = async () => {
  const sort = { field: 'ID', descending: false } as const;
  const page = { filter: { lowStock: true }, sort, size: 10, fromEnd: false };
  const { items } = await findItems(shop.deps.feeds, shop.tenantId, page);
  return items.map(({ id }) => id).sort();
};

test('items without a threshold of their own are low by the default at once', async () => {
  expect(await low()).toEqual([]);
  await use(5);
  expect(await low()).toEqual(ids(few));
  expect(await found()).toEqual(ids(few));
  await use(200);
  expect((await low()).sort()).toEqual(ids(few, many));
  expect(await found()).toEqual(ids(few, many));
  await use(1);
  expect(await low()).toEqual([]);
  await use(2);
  await use(null);
  expect([await low(), await found()]).toEqual([[], []]);
  expect(await readReindex(shop.redis, shop.tenantId)).toBeNull();
});

test('movements and edits follow it', async () => {
  const { revision: settingsRevision } = await use(5);
  const [fell] = await shop.move([[many, -196]], { settingsRevision });
  expect(fell).toMatchObject({ fellLow: true, level: { lowStockThreshold: null } });
  expect((await low()).sort()).toEqual(ids(few, many));
  await shop.move([[few, 10]], { settingsRevision });
  expect(await low()).toEqual(ids(many));
  await shop.change(own, { lowStockThreshold: null });
  expect((await low()).sort()).toEqual(ids(many, own));
  await shop.change(shelf, { tracked: true });
  expect((await low()).sort()).toEqual(ids(many, own, shelf));
  expect(await found()).toEqual(ids(many, own, shelf));
});

test.each([-1, 1.5, 10_000_001, NaN, '5'])('%p is refused', async (threshold) => {
  expect(await refusalOf(use(threshold as number))).toMatchObject({
    code: 'INVALID_INPUT',
    field: 'lowStockThreshold',
  });
});

test('a change of something else leaves it alone', async () => {
  await use(5);
  const change = { unknownItems: 'RECORD' } as const;
  const settings = await changeSettings(shop.deps, shop.tenantId, change);
  expect(settings.lowStockThreshold).toBe(5);
  expect(await low()).toEqual(ids(few));
});

describe('a reindex that was broken off', () => {
  const change = (revision: number, lowStockThreshold: number) => {
    const json = JSON.stringify({ revision: revision + 1, lowStockThreshold });
    return saveSettings(shop.redis, shop.tenantId, revision, json, lowStockThreshold);
  };

  test('is no drift, and is finished by the next', async () => {
    await change(0, 5);
    expect(await low()).toEqual([]);
    expect((await shop.verify()).drift).toEqual([]);
    expect(await finishReindex(shop.deps, shop.tenantId)).toBe(true);
    expect(await low()).toEqual(ids(few));
    expect(await finishReindex(shop.deps, shop.tenantId)).toBe(false);
  });

  test('is finished with the default that is then in force', async () => {
    await change(0, 5);
    const first = finishReindex(shop.deps, shop.tenantId);
    await change(1, 300);
    await first;
    await finishReindex(shop.deps, shop.tenantId);
    expect((await low()).sort()).toEqual(ids(few, many));
    expect(await readReindex(shop.redis, shop.tenantId)).toBeNull();
  });
});

test('is right while stock moves, items come and go, and it changes again', async () => {
  const items = await Promise.all(
    Array.from({ length: 200 }, (_, i) => shop.addItem({ quantity: i % 20 })),
  );
  let running = true;
  const load = async (seed: number) => {
    for (let i = seed; running; i += 7) {
      const { revision: settingsRevision } = JSON.parse(
        (await redis().get(keys.settings(shop.tenantId))) ?? '{"revision":0}',
      ) as { revision: number };
      await shop
        .post([[items[i % 200]!, i % 2 ? -3 : 3, 'unrestricted']], { settingsRevision })
        .catch((error: unknown) => {
          if ((error as { code?: string }).code !== 'SETTINGS_CHANGED') throw error;
        });
      if (i % 30 === 0) await shop.addItem({ quantity: i % 20 }, randomUUID());
    }
  };
  const loads = [1, 2, 3].map((seed) => load(seed).catch((error: unknown) => error));
  for (const threshold of [4, 15, null, 9, 0, 7]) {
    await use(threshold);
    expect((await shop.verify()).drift).toEqual([]);
  }
  running = false;
  expect((await Promise.all(loads)).filter((error) => error !== undefined)).toEqual([]);
});

test("another tenant's items keep their own default", async () => {
  const other = openShop(redis());
  await other.addItem({ quantity: 1 });
  const before = await other.dump();
  await use(50);
  expect(await other.dump()).toEqual(before);
});

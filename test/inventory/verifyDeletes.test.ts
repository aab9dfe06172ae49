import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { ItemFeeds } from '../../src/inventory/itemFeed';
import { deleteItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { testRedis } from '../support/redis';
import { digests, openShop, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let key: Buffer;
let itemId: string;
const level = { quantity: 5, lowStockThreshold: 9, preorderEnabled: true, preorderLimit: 9 };
const orderId = randomUUID();
let calls = 0;

const order = (units: number, of = orderId) => ({
  cause: { operation: units < 0 ? ('DECREMENT' as const) : ('INCREMENT' as const), orderId: of },
  order: {
    direction: units < 0 ? ('-' as const) : ('+' as const),
    digests: digests(`call ${(calls += 1)}`),
  },
});
const remove = (...items: Buffer[]) =>
  deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: items.map((each) => ({ key: each, revision: 0 })),
    cause: { operation: 'DELETE' },
  });
const name = (which: 'levels' | 'documents' | 'statusIndex' | 'lowStockIndex' | 'ledger') =>
  keys[which](shop.tenantId);
const drift = async () => (await shop.verify()).drift;

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem(level, 'cup');
  itemId = guidOfKey(key);
  await shop.addItem({ quantity: 1 });
  await shop.post([[key, -7]], order(-7));
});

test('a deleted item is none, and its orders stay right', async () => {
  await remove(key);
  expect(await shop.verify()).toMatchObject({ entries: 4, items: 1, drift: [] });
});

test('an item created again counts from its new beginning', async () => {
  for (let life = 0; life < 3; life += 1) {
    await remove(key);
    expect(await drift()).toEqual([]);
    await shop.addItem({ ...level, quantity: life }, 'cup');
    await shop.post([[key, -1]], order(-1));
    await shop.post([[key, 2, 'unrestricted']], order(2));
    expect(await shop.verify()).toMatchObject({ items: 2, drift: [] });
  }
  expect(await shop.level(key)).toMatchObject({ revision: 3 });
});

describe('what a deletion left behind is found', () => {
  test.each(['levels', 'documents', 'statusIndex', 'lowStockIndex'] as const)(
    '%s',
    async (place) => {
      const members = ['I', 'O', 'P'].map((letter) => Buffer.concat([Buffer.from(letter), key]));
      const before = {
        levels: (await redis().hgetBuffer(name('levels'), key))!,
        documents: (await redis().hgetBuffer(name('documents'), key))!,
      };
      await remove(key);
      if (place === 'statusIndex') await redis().zadd(name(place), 0, members[1]!);
      else if (place === 'lowStockIndex') await redis().zadd(name(place), 0, key);
      else await redis().hset(name(place), key, before[place]);
      const found = {
        levels: { field: 'level', stored: 2, expected: null },
        documents: { field: 'document', stored: expect.any(String) as string, expected: null },
        statusIndex: { field: 'statusIndex', stored: 'OUT_OF_STOCK', expected: null },
        lowStockIndex: { field: 'lowStockIndex', stored: true, expected: false },
      }[place];
      expect(await drift()).toEqual([{ itemId, ...found }]);
    },
  );

  test('a counter of the first life in the second', async () => {
    await remove(key);
    await shop.addItem(level, 'cup');
    const packed = (await redis().hgetBuffer(name('levels'), key))!;
    packed.writeInt32LE(2, 23);
    await redis().hset(name('levels'), key, packed);
    expect(await drift()).toEqual([{ itemId, field: 'preorderCounter', stored: 2, expected: 0 }]);
  });
});

describe('a deletion that does not add up is named by its entry', () => {
  /** Writes over some bytes of the only line of the last entry. */
  async function scribble(write: (line: Buffer) => void) {
    await remove(key);
    const [id, fields] = (await redis().xrevrangeBuffer(name('ledger'), '+', '-', 'COUNT', 1))[0]!;
    await redis().xdel(name('ledger'), id);
    const line = fields[3]!;
    write(line);
    const [timeMs, sequence] = id.toString().split('-').map(Number);
    // A stream takes no id twice: the time moves on, the sequence stays.
    const ledgerId = `${timeMs! + 1}-${sequence!}`;
    line.writeUIntLE(timeMs! + 1, 16 + 6, 6);
    await redis().xadd(name('ledger'), ledgerId, 'movement', fields[1]!, 'lines', line);
    return ledgerId;
  }

  test.each<[string, (line: Buffer) => void, object]>([
    ['units', (line) => line.writeInt32LE(3, 62), { field: 'quantity', stored: 0, expected: 3 }],
    [
      'preorders',
      (line) => line.writeInt32LE(0, 66),
      { field: 'preorderCounter', stored: 0, expected: 2 },
    ],
    [
      'revision',
      (line) => line.writeUIntLE(9, 17, 5),
      { field: 'revision', stored: 9, expected: 3 },
    ],
  ])('%s', async (_, write, found) => {
    const ledgerId = await scribble(write);
    expect(await drift()).toContainEqual({ itemId, ledgerId, ...found });
  });

  test('one that the ledger calls a change: the item should be there', async () => {
    await scribble((line) => line.writeUInt16LE(line.readUInt16LE(70) - 128, 70));
    expect(await drift()).toContainEqual({ itemId, field: 'level', stored: null, expected: 3 });
  });
});

test('is right while items are sold, deleted and created again', async () => {
  const products = Array.from({ length: 30 }, (_, i) => `product ${i}`);
  const items = await Promise.all(products.map((product) => shop.addItem(level, product)));
  let running = true;
  const orders = Array.from({ length: 10 }, () => randomUUID());
  const failures: unknown[] = [];
  const refusals: Record<string, number> = {};
  const attempt = async (doing: Promise<unknown>) => {
    await doing.catch((error: unknown) => {
      const { code } = error as { code?: string };
      if (code !== 'UNKNOWN_ITEM' && code !== 'ITEM_CHANGED') failures.push(error);
      else refusals[code] = (refusals[code] ?? 0) + 1;
    });
  };
  const load = async (seed: number) => {
    for (let i = seed; running; i += 7) {
      const at = i % items.length;
      const units = i % 2 ? -2 : 2;
      const lines = [0, 1, 2].map(
        (n) => [items[(at + n * n) % 30]!, units, 'unrestricted'] as const,
      );
      await attempt(shop.post(lines, order(units, orders[i % 10])));
      if (i % 3 === 0) await attempt(remove(items[at]!, items[(at + 1) % 30]!));
      if (i % 2 === 0) await attempt(shop.addItem(level, products[(at + 1) % 30]));
    }
  };
  const loads = [1, 2, 3, 4].map(load);
  // Indexes that were loaded before, and in the middle of it.
  const feeds = [new ItemFeeds(shop.redis)];
  try {
    for (let i = 0; i < 10; i += 1) {
      expect(await drift()).toEqual([]);
      feeds.push(new ItemFeeds(shop.redis));
      for (const feed of feeds) await feed.current(shop.tenantId);
    }
  } finally {
    running = false;
  }
  await Promise.all(loads);
  expect(failures).toEqual([]);
  expect(Object.keys(refusals).sort()).toEqual(['ITEM_CHANGED', 'UNKNOWN_ITEM']);
  expect(await drift()).toEqual([]);
  const itemsOf = async (feed: ItemFeeds) => {
    const index = await feed.current(shop.tenantId);
    const found = [...index.candidates({}).each()];
    expect([...index.candidates({ locationIds: [found[0]!.locationId] }).each()]).toHaveLength(
      found.length,
    );
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const now = await itemsOf(new ItemFeeds(shop.redis));
  for (const feed of feeds) expect(await itemsOf(feed)).toEqual(now);
});

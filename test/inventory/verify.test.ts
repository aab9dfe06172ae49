import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { verifyTenant } from '../../src/inventory/verify';
import { keys } from '../../src/redis/keys';
import { testRedis } from '../support/redis';
import { digests, openShop, strangeKey, type Shop, type TestLine } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let key: Buffer;
let shelf: Buffer;
let itemId: string;
const orderId = randomUUID();
let calls = 0;

const order = (units: number, of = orderId) => ({
  cause: { operation: units < 0 ? ('DECREMENT' as const) : ('INCREMENT' as const), orderId: of },
  order: {
    direction: units < 0 ? ('-' as const) : ('+' as const),
    digests: digests(`call ${(calls += 1)}`),
  },
});

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({
    quantity: 9,
    lowStockThreshold: 3,
    preorderEnabled: true,
    preorderLimit: 4,
  });
  itemId = guidOfKey(key);
  shelf = await shop.addItem({ tracked: false, inStock: true });
  await shop.post([[key, -8, 'strict', 1]], order(-8));
  await shop.post([[key, 2]], order(2));
  expect((await shop.verify()).drift).toEqual([]);
});

const name = (which: 'levels' | 'documents' | 'statusIndex' | 'lowStockIndex' | 'ledger') =>
  keys[which](shop.tenantId);

/** Writes over some bytes of the item's packed level. */
async function scribble(write: (packed: Buffer) => void) {
  const packed = (await redis().hgetBuffer(name('levels'), key))!;
  write(packed);
  await redis().hset(name('levels'), key, packed);
}

test('a tenant nobody used is clean', async () => {
  expect(await openShop(redis(), randomUUID()).verify()).toMatchObject({
    entries: 0,
    items: 0,
    driftCount: 0,
    drift: [],
  });
});

test('the report counts', async () => {
  expect(await shop.verify()).toEqual({
    tenantId: shop.tenantId,
    entries: 4,
    items: 2,
    driftCount: 0,
    drift: [],
  });
});

describe('every number of a level', () => {
  test.each<[string, (packed: Buffer) => void, unknown, unknown]>([
    ['tracked', (packed) => (packed[0]! ^= 1), false, true],
    ['inStock', (packed) => (packed[0]! ^= 2), true, false],
    ['preorderEnabled', (packed) => (packed[0]! ^= 4), false, true],
    ['lowStockThreshold', (packed) => (packed[0]! ^= 8), null, 3],
    ['revision', (packed) => packed.writeUIntLE(7, 1, 5), 7, 3],
    ['revision', (packed) => packed.writeUIntLE(1, 1, 5), 1, 3],
    ['updatedMs', (packed) => packed.writeUIntLE(5, 6, 6), 5, expect.any(Number)],
    ['quantity', (packed) => packed.writeInt32LE(4, 12), 4, 3],
    ['reserved', (packed) => packed.writeInt32LE(2, 16), 2, 1],
    ['preorderLimit', (packed) => packed.writeUIntLE(5, 20, 3), 5, 4],
    ['preorderCounter', (packed) => packed.writeInt32LE(1, 23), 1, 0],
    ['lowStockThreshold', (packed) => packed.writeUIntLE(9, 27, 3), 9, 3],
  ])('%s', async (field, write, stored, expected) => {
    await scribble(write);
    const { drift } = await shop.verify();
    expect(drift).toContainEqual({ itemId, field, stored, expected });
  });
});

describe('what is missing', () => {
  test('a level', async () => {
    await redis().hdel(name('levels'), key);
    const { drift } = await shop.verify();
    expect(drift).toContainEqual({ itemId, field: 'level', stored: null, expected: 3 });
  });

  test('a document, or what it said', async () => {
    await redis().hset(name('documents'), key, '{"productId":"other"}');
    const missing = { itemId, field: 'document', expected: expect.any(String) as string };
    expect((await shop.verify()).drift).toMatchObject([missing]);
    await redis().hdel(name('documents'), key);
    expect((await shop.verify()).drift).toMatchObject([{ ...missing, stored: null }]);
  });

  test('an entry of an index', async () => {
    await redis().del(name('statusIndex'), name('lowStockIndex'));
    const status = { field: 'statusIndex', stored: null, expected: 'IN_STOCK' };
    const low = { field: 'lowStockIndex', stored: false, expected: true };
    expect((await shop.verify()).drift).toEqual([
      { itemId, ...status },
      { itemId, ...low },
      { itemId: guidOfKey(shelf), ...status },
    ]);
  });

  test("an order's record, or one of its movements", async () => {
    const stored = (await redis().getBuffer(keys.order(shop.tenantId, orderId)))!;
    await redis().del(keys.order(shop.tenantId, orderId));
    expect((await shop.verify()).drift).toMatchObject([{ orderId, field: 'order' }, { orderId }]);
    const oneLess = Buffer.concat([stored.subarray(0, 2), stored.subarray(2 + 37)]);
    oneLess.writeUInt16LE(37, 0);
    await redis().set(keys.order(shop.tenantId, orderId), oneLess);
    const [first, ...rest] = (await shop.verify()).drift;
    expect(first).toMatchObject({ orderId, field: 'movementIds', stored: null });
    expect(rest).toMatchObject([{ orderId, field: 'taken', stored: 8, expected: 0 }]);
  });

  test('a ledger entry', async () => {
    const [, , third] = await shop.ledger();
    await redis().xdel(name('ledger'), third!.id);
    const { drift } = await shop.verify();
    expect(drift).toContainEqual(
      expect.objectContaining({ itemId: null, field: 'sequence', stored: 4, expected: 3 }),
    );
    expect(drift).toContainEqual({ itemId, field: 'quantity', stored: 3, expected: 11 });
    expect(drift).toContainEqual({
      itemId: null,
      orderId,
      field: 'movementIds',
      stored: third!.id,
      expected: null,
    });
  });

  test('the last ledger entry', async () => {
    await redis().xdel(name('ledger'), (await shop.ledger()).at(-1)!.id);
    const { drift } = await shop.verify();
    expect(drift).toContainEqual({ itemId: null, field: 'headSequence', stored: 4, expected: 3 });
    expect(drift).toContainEqual({ itemId, field: 'revision', stored: 3, expected: 2 });
  });
});

describe('what should not be there', () => {
  test('items, documents and index entries the ledger does not know', async () => {
    const stranger = strangeKey();
    const id = guidOfKey(stranger);
    await redis().hset(name('levels'), stranger, (await redis().hgetBuffer(name('levels'), key))!);
    await redis().zadd(name('statusIndex'), 0, Buffer.concat([Buffer.from('I'), stranger]));
    await redis().zadd(name('lowStockIndex'), 0, stranger);
    const found = (field: string, stored: unknown, expected: unknown = null) => ({
      itemId: id,
      field,
      stored,
      expected,
    });
    const indexed = [found('statusIndex', 'IN_STOCK'), found('lowStockIndex', true, false)];
    expect((await shop.verify()).drift).toEqual([found('level', 3), ...indexed]);
    await redis().hdel(name('levels'), stranger);
    await redis().hset(name('documents'), stranger, '{}');
    await redis().zadd(name('statusIndex'), 0, 'Ix');
    expect((await shop.verify()).drift).toEqual([
      { itemId: 'bytes:4978', field: 'statusIndex', stored: 'present', expected: null },
      found('document', expect.any(String)),
      ...indexed,
    ]);
  });

  test('a second entry of an item in an index', async () => {
    await redis().zadd(name('statusIndex'), 0, Buffer.concat([Buffer.from('O'), key]));
    expect((await shop.verify()).drift).toEqual([
      { itemId, field: 'statusIndex', stored: 'OUT_OF_STOCK IN_STOCK', expected: 'IN_STOCK' },
    ]);
  });

  test("units in an order's record", async () => {
    const name = keys.order(shop.tenantId, orderId);
    const packed = (await redis().getBuffer(name))!;
    const items = 2 + packed.readUInt16LE(0);
    packed.writeUIntLE(9, items + 16, 6);
    packed.writeUIntLE(3, items + 22, 6);
    packed.writeUIntLE(1, items + 28, 6);
    await redis().set(name, packed);
    expect((await shop.verify()).drift).toEqual([
      { itemId, orderId, field: 'taken', stored: 9, expected: 8 },
      { itemId, orderId, field: 'returned', stored: 3, expected: 2 },
      { itemId, orderId, field: 'preordered', stored: 1, expected: 0 },
    ]);
  });
});

test('a ledger that contradicts itself is named by entry', async () => {
  const [id, fields] = (await redis().xrevrangeBuffer(name('ledger'), '+', '-', 'COUNT', 1))[0]!;
  await redis().xdel(name('ledger'), id);
  const lines = fields[3]!;
  lines.writeInt32LE(5, 62);
  const [timeMs] = id.toString().split('-');
  const wrongId = `${timeMs}-5`;
  await redis().xadd(name('ledger'), wrongId, 'movement', fields[1]!, 'lines', lines);
  const { drift } = await shop.verify();
  const place = { itemId, ledgerId: wrongId };
  expect(drift).toContainEqual({ ...place, field: 'quantity', stored: 3, expected: 6 });
  expect(drift).toContainEqual(
    expect.objectContaining({ ledgerId: wrongId, field: 'sequence', stored: 5, expected: 4 }),
  );
  expect(drift).toContainEqual({ itemId, field: 'quantity', stored: 3, expected: 6 });
});

test('drifts are counted, and the first 1,000 named', async () => {
  const items = await Promise.all(
    Array.from({ length: 1100 }, () => shop.addItem({ quantity: 1 })),
  );
  await redis().hdel(name('documents'), ...items);
  const { driftCount, drift } = await shop.verify();
  expect([driftCount, drift.length]).toEqual([1100, 1000]);
});

test('an order of over 1,000 movements is compared as a whole', async () => {
  const longer = randomUUID();
  const units = Array.from({ length: 1100 }, (_, i) => (i % 3 ? -1 : 2));
  await Promise.all(
    units.map((each) => shop.post([[key, each, 'unrestricted']], order(each, longer))),
  );
  expect((await shop.verify()).drift).toEqual([]);
  const packed = (await redis().getBuffer(keys.order(shop.tenantId, longer)))!;
  packed.writeUIntLE(1, 2 + 37_000 + 16, 6);
  await redis().set(keys.order(shop.tenantId, longer), packed);
  expect((await shop.verify()).drift).toEqual([
    { itemId, orderId: longer, field: 'taken', stored: 1, expected: 733 },
  ]);
});

describe('under load', () => {
  test('is right while items, orders and settings of items move and appear', async () => {
    const items = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        shop.addItem({ quantity: i, lowStockThreshold: i % 5, preorderEnabled: i % 2 === 0 }),
      ),
    );
    const orders = Array.from({ length: 20 }, () => randomUUID());
    let running = true;
    let moved = 0;
    const load = async (seed: number) => {
      for (let i = seed; running; i += 7) {
        const lines: TestLine[] = [0, 1, 2].map((n) => [
          items[(i * 3 + n * n) % items.length]!,
          i % 2 ? -2 : 2,
          'unrestricted',
        ]);
        await shop.post(lines, order(i % 2 ? -2 : 2, orders[i % orders.length]));
        if (i % 5 === 0) await shop.change(items[i % items.length]!, { preorderLimit: i % 99 });
        if (i % 50 === 0) items.push(await shop.addItem({ quantity: i }));
        moved += 1;
      }
    };
    const loads = [1, 2, 3, 4].map((seed) => load(seed).catch((error: unknown) => error));
    const deps = { redis: openShop(redis()).redis };
    const entries = [];
    for (let i = 0; i < 12; i += 1) {
      const before = moved;
      const report = await verifyTenant(deps, shop.tenantId);
      expect(report.drift).toEqual([]);
      expect(moved).toBeGreaterThan(before);
      entries.push(report.entries);
    }
    running = false;
    expect((await Promise.all(loads)).filter((error) => error !== undefined)).toEqual([]);
    expect(entries).toEqual([...entries].sort((a, b) => a - b));
    expect((await shop.verify()).entries).toBeGreaterThan(entries[0]!);
  });
});

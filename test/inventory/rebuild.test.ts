import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { rebuildTenant } from '../../src/inventory/rebuild';
import { changeSettings } from '../../src/inventory/changeSettings';
import { deleteItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { stateOf, trimAll } from '../support/oldLedger';
import { testRedis } from '../support/redis';
import { digests, openShop, orderOf, refusalOf, strangeKey, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let cup: Buffer;
let bowl: Buffer;
let revision: number;
const orderId = randomUUID();

const took = (units: number, call: string, of: string = orderId) => ({
  cause: { operation: units < 0 ? ('DECREMENT' as const) : ('INCREMENT' as const), orderId: of },
  order: { direction: units < 0 ? ('-' as const) : ('+' as const), digests: digests(call, call) },
  settingsRevision: revision,
});
const name = (which: 'levels' | 'documents' | 'statusIndex' | 'lowStockIndex' | 'ledger') =>
  keys[which](shop.tenantId);
const orderName = () => keys.order(shop.tenantId, orderId);
const rebuild = () => rebuildTenant(shop.deps, shop.tenantId);

const state = () => stateOf(shop);

beforeEach(async () => {
  shop = openShop(redis());
  const level = { quantity: 9, preorderEnabled: true, preorderLimit: 4 };
  cup = await shop.addItem(level, 'cup');
  ({ revision } = await changeSettings(shop.deps, shop.tenantId, { lowStockThreshold: 3 }));
  bowl = await shop.addItem({ quantity: 2, lowStockThreshold: 1 }, 'bowl');
  const gone = await shop.addItem({ tracked: false, inStock: true });
  await shop.post(
    [
      [cup, -11],
      [bowl, -1],
    ],
    took(-11, 'one'),
  );
  await deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: [{ key: gone, revision: 0 }],
    cause: { operation: 'DELETE' },
  });
  await shop.post([[cup, 1]], took(1, 'two'));
  await shop.change(bowl, { preorderLimit: 2 });
});

describe.each(['with its whole ledger', 'with a checkpoint'] as const)('%s', (ledger) => {
  const trimmed = ledger === 'with a checkpoint';
  beforeEach(async () => {
    if (trimmed) await trimAll(shop);
    // Orders that are in the ledger to the end.
    await shop.post([[cup, -1, 'unrestricted']], took(-1, 'three', 'later'));
  });

  test.each([
    ['levels'],
    ['documents'],
    ['statusIndex'],
    ['lowStockIndex'],
    ['levels', 'documents', 'statusIndex', 'lowStockIndex'],
  ] as const)('%s %s %s %s are restored byte for byte', async (...lost) => {
    const before = await state();
    await redis().del(...lost.map(name));
    expect((await shop.verify()).driftCount).toBeGreaterThan(0);
    const report = await rebuild();
    expect(report).toMatchObject({ items: 2, removedItems: 0, restoredOrders: 0 });
    expect(report.restoredItems).toBeGreaterThan(0);
    expect(await state()).toEqual(before);
    expect((await shop.verify()).drift).toEqual([]);
    expect(await rebuild()).toMatchObject({ restoredItems: 0, restoredHead: false });
  });

  test('movements go on with the same sequences', async () => {
    const last = (await shop.ledger()).at(-1)!;
    await redis().del(name('levels'), name('documents'));
    await rebuild();
    const { ledgerId } = await shop.post([[cup, 1]], { settingsRevision: revision });
    expect(Number(ledgerId.split('-')[1])).toBe(last.sequence + 1);
    expect((await shop.verify()).drift).toEqual([]);
  });

  test('an order is restored byte for byte, and knows its repeats', async () => {
    const later = keys.order(shop.tenantId, 'later');
    const before = (await redis().getBuffer(later))!;
    await redis().del(later);
    expect(await rebuild()).toMatchObject({ restoredOrders: 1, restoredItems: 0 });
    expect(await redis().getBuffer(later)).toEqual(before);
    const again = await shop.post([[cup, -1, 'unrestricted']], took(-1, 'three', 'later'));
    expect(again.replayed).toBe(true);
  });

  test('what the ledger does not know is removed', async () => {
    const before = await state();
    const stranger = strangeKey();
    await redis().hset(name('levels'), stranger, (await redis().hgetBuffer(name('levels'), cup))!);
    await redis().hset(name('documents'), stranger, '{}', 'x', 'y');
    await redis().zadd(name('statusIndex'), 0, 'Ix', 0, Buffer.concat([Buffer.from('O'), cup]));
    await redis().zadd(name('lowStockIndex'), 0, stranger, 0, '');
    expect(await rebuild()).toMatchObject({ removedItems: 4, restoredItems: 1 });
    expect(await state()).toEqual(before);
  });

  test.each(['the first bytes', 'the last bytes', 'all bytes'] as const)(
    'a level, head or document of which %s are left is restored',
    async (left) => {
      const before = await state();
      const cut = (packed: Buffer) =>
        ({
          'the first bytes': packed.subarray(0, 5),
          'the last bytes': packed.subarray(-5),
          'all bytes': Buffer.alloc(packed.length, 7),
        })[left];
      for (const field of [cup, Buffer.from('head')]) {
        const packed = (await redis().hgetBuffer(name('levels'), field))!;
        await redis().hset(name('levels'), field, cut(packed));
      }
      const document = (await redis().hgetBuffer(name('documents'), bowl))!;
      await redis().hset(name('documents'), bowl, cut(document));
      expect((await shop.verify()).driftCount).toBeGreaterThan(2);
      expect(await rebuild()).toMatchObject({ restoredHead: true, restoredItems: 2 });
      expect(await state()).toEqual(before);
    },
  );
});

test('damaged order records are restored, whole ones are left alone', async () => {
  const packed = (await redis().getBuffer(orderName()))!;
  for (const damage of [
    Buffer.from('x'),
    packed.subarray(0, 50),
    Buffer.alloc(packed.length, 255),
    Buffer.concat([packed, packed.subarray(-34)]),
    Buffer.concat([Buffer.from([0, 0]), packed.subarray(-34)]),
  ]) {
    await redis().set(orderName(), damage);
    expect((await shop.verify()).driftCount).toBeGreaterThan(0);
    expect(await rebuild()).toMatchObject({ restoredOrders: 1 });
    expect(await redis().getBuffer(orderName())).toEqual(packed);
  }
  expect(await rebuild()).toMatchObject({ restoredOrders: 0 });
});

test('of an order that was trimmed, what is left is restored', async () => {
  await shop.post([[bowl, -1]], took(-1, 'three'));
  await trimAll(shop);
  await redis().del(orderName());
  expect(await rebuild()).toMatchObject({ restoredOrders: 1 });
  expect(await orderOf(shop, orderId)).toMatchObject({
    items: [{ itemId: guidOfKey(bowl), taken: 1, returned: 0, preordered: 0 }],
  });
  expect((await shop.verify()).drift).toEqual([]);
});

test('an order of over 1,000 movements is restored', async () => {
  await Promise.all(
    Array.from({ length: 1100 }, (_, i) =>
      shop.post([[bowl, i % 3 ? -1 : 2, 'unrestricted']], took(i % 3 ? -1 : 2, `many ${i}`)),
    ),
  );
  const before = await redis().getBuffer(orderName());
  await redis().del(orderName());
  await rebuild();
  expect(await redis().getBuffer(orderName())).toEqual(before);
});

test('settings that are lost are defaults again, for movements too', async () => {
  await redis().del(keys.settings(shop.tenantId));
  expect((await shop.verify()).drift).toMatchObject([
    { field: 'settingsRevision', stored: 1, expected: 0 },
    { field: 'lowStockDefault', stored: 3, expected: null },
    { itemId: guidOfKey(cup), field: 'lowStockIndex', stored: true, expected: false },
  ]);
  expect(await rebuild()).toMatchObject({ restoredHead: true, restoredItems: 1 });
  expect((await shop.verify()).drift).toEqual([]);
  await shop.post([[cup, 1]], { settingsRevision: 0 });
});

describe('is refused, and changes nothing, when a part of the ledger is missing:', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['all of it', () => redis().del(name('ledger'))],
    ['its first entry', async () => redis().xdel(name('ledger'), (await shop.ledger())[0]!.id)],
    ['one in its middle', async () => redis().xdel(name('ledger'), (await shop.ledger())[3]!.id)],
    ['its end', async () => redis().xdel(name('ledger'), (await shop.ledger()).at(-1)!.id)],
    [
      'its checkpoint',
      async () => {
        await trimAll(shop);
        await redis().del(keys.checkpoint(shop.tenantId));
      },
    ],
  ])('%s', async (_name, lose) => {
    await lose();
    const before = await shop.dump();
    expect(await refusalOf(rebuild())).toMatchObject({ code: 'LEDGER_INCOMPLETE' });
    expect(await shop.dump()).toEqual(before);
  });
});

test('beside movements and trims nothing is lost', async () => {
  const items = await Promise.all(
    Array.from({ length: 300 }, (_, i) => shop.addItem({ quantity: i })),
  );
  await redis().del(name('documents'), name('statusIndex'), name('lowStockIndex'));
  let running = true;
  let moved = 0;
  const load = async (seed: number) => {
    for (let i = seed; running; i += 3) {
      const units = i % 2 ? -1 : 1;
      await shop.post(
        [[items[i % 300]!, units, 'unrestricted']],
        took(units, `load ${seed} ${i}`, `order ${i % 50}`),
      );
      if (i % 20 === 0) await redis().del(keys.order(shop.tenantId, `order ${i % 50}`));
      moved += 1;
    }
  };
  const trims = async () => {
    while (running) await trimAll(shop);
  };
  const loads = [load(1), load(2), load(3), trims()].map((each) =>
    each.catch((error: unknown) => error),
  );
  for (let i = 0; i < 3; i += 1) {
    await rebuild();
    await redis().del(name('documents'), name('statusIndex'));
  }
  running = false;
  expect((await Promise.all(loads)).filter((error) => error !== undefined)).toEqual([]);
  expect(moved).toBeGreaterThan(50);
  await rebuild();
  expect((await shop.verify()).drift).toEqual([]);
});

test("another tenant's items are left alone", async () => {
  const other = openShop(redis());
  await other.addItem({ quantity: 1 });
  await redis().del(keys.statusIndex(other.tenantId));
  const before = await other.dump();
  await redis().del(name('levels'));
  await rebuild();
  expect(await other.dump()).toEqual(before);
});

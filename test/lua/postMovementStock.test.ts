import { guidOfKey } from '../../src/core/identity';
import type { LineGuard, MovementLine } from '../../src/core/movement';
import { postMovement, type PostMovement } from '../../src/redis/commands';
import type { LevelChange } from '../../src/redis/packing';
import { testRedis } from '../support/redis';
import { digests, openShop, refusalOf, strangeKey, type Shop } from '../support/shop';

const redis = testRedis();
const LIMIT = 1_000_000_000;
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const adjust = (
  key: Buffer,
  units: number,
  compareQuantity: number | null = null,
  guard: LineGuard = 'strict',
): MovementLine => ({ key, units, guard, stockOnly: { absolute: false, compareQuantity } });
const set = (
  key: Buffer,
  units: number,
  compareQuantity: number | null = null,
  guard: LineGuard = 'unrestricted',
): MovementLine => ({ key, units, guard, stockOnly: { absolute: true, compareQuantity } });

const post = (lines: readonly MovementLine[], more: Partial<PostMovement> = {}) =>
  postMovement(shop.redis, {
    tenantId: shop.tenantId,
    lines,
    cause: { operation: 'ADJUST' },
    settingsRevision: 0,
    retentionMs: 60_000,
    ...more,
  });
async function moved(lines: readonly MovementLine[], more: Partial<PostMovement> = {}) {
  const outcome = await post(lines, more);
  if (outcome.replayed) throw new Error(`replayed ${outcome.ledgerId}`);
  return outcome.lines();
}
async function refused(lines: readonly MovementLine[], more: Partial<PostMovement> = {}) {
  const before = await shop.dump();
  const refusal = await refusalOf(post(lines, more));
  expect(await shop.dump()).toEqual(before);
  return refusal;
}

describe('refusals, in order of precedence', () => {
  test('unknown, untracked, stale, out of bounds, short', async () => {
    const unknown = adjust(strangeKey(), 1, 9);
    const shelf = await shop.addItem({ tracked: false, inStock: true });
    const off = await shop.addItem({ tracked: false, inStock: false });
    const [stale, full] = [
      await shop.addItem({ quantity: 4 }),
      await shop.addItem({ quantity: 7 }),
    ];
    const short = await shop.addItem({ quantity: 1 });
    const lines = [
      adjust(short, -2),
      adjust(full, LIMIT),
      adjust(stale, -9, 5),
      set(shelf, 1, 0),
      adjust(off, -1, 3),
      unknown,
    ];
    const ids = (...items: Buffer[]) => items.map(guidOfKey);
    expect(await refused(lines)).toEqual({ code: 'UNKNOWN_ITEM', itemIds: ids(unknown.key) });
    expect(await refused(lines.slice(0, 5))).toEqual({
      code: 'ITEM_NOT_TRACKED',
      itemIds: ids(shelf, off),
    });
    expect(await refused(lines.slice(0, 3))).toEqual({
      code: 'COMPARE_QUANTITY_STALE',
      itemIds: ids(stale),
      quantities: [4],
    });
    expect(await refused(lines.slice(0, 2))).toEqual({
      code: 'QUANTITY_OUT_OF_RANGE',
      itemIds: ids(full),
    });
    expect(await refused(lines.slice(0, 1))).toEqual({
      code: 'INSUFFICIENT_AVAILABLE',
      shortages: [{ itemId: guidOfKey(short), requested: 2, available: 1 }],
    });
  });

  test('a replay comes before a comparison that has become stale by it', async () => {
    const key = await shop.addItem({ quantity: 4 });
    const call = { keyDigest: 'key', inputDigest: 'input' };
    const { ledgerId } = await post([adjust(key, -1, 4)], { call });
    const again = await post([adjust(key, -1, 4)], { call });
    expect(again).toEqual({ replayed: true, ledgerId, kept: '' });
    expect(await shop.level(key)).toMatchObject({ quantity: 3 });
  });

  test('every stale item is named with what it has', async () => {
    const quantities = [LIMIT, -LIMIT, 0, 5];
    const items: Buffer[] = [];
    for (const quantity of quantities) items.push(await shop.addItem({ quantity }));
    const compared = [LIMIT - 1, LIMIT, -1, 5];
    const lines = items.map((key, i) => set(key, 1, compared[i]));
    expect(await refused(lines)).toEqual({
      code: 'COMPARE_QUANTITY_STALE',
      itemIds: items.slice(0, 3).map(guidOfKey),
      quantities: quantities.slice(0, 3),
    });
    const right = items.map((key, i) => set(key, 1, quantities[i]));
    expect((await moved(right)).map(({ level }) => level!.quantity)).toEqual([1, 1, 1, 1]);
  });

  test('a comparison is of what is on hand, not of what is available', async () => {
    const key = await shop.addItem({ quantity: 4 });
    await shop.post([[key, 0, 'strict', 3]]);
    expect(await refused([adjust(key, 1, 1)])).toMatchObject({ quantities: [4] });
    await post([adjust(key, 1, 4)]);
    expect(await shop.level(key)).toMatchObject({ quantity: 5, reserved: 3 });
  });
});

describe('an adjustment', () => {
  const preorders: LevelChange = { quantity: 3, preorderEnabled: true, preorderLimit: 9 };

  test('never takes preorders for stock', async () => {
    const key = await shop.addItem(preorders);
    expect(await refused([adjust(key, -4)])).toMatchObject({
      shortages: [{ requested: 4, available: 3 }],
    });
    const [line] = await moved([adjust(key, -5, null, 'unrestricted')]);
    expect(line).toMatchObject({ delta: -5, preorderDelta: 0, shortfall: true });
    expect(await shop.level(key)).toMatchObject({ quantity: -2, preorderCounter: 0 });
  });

  test('leaves the preorders of orders alone when goods come in', async () => {
    const key = await shop.addItem(preorders);
    await shop.post([[key, -5]], {
      cause: { operation: 'DECREMENT', orderId: 'o' },
      order: { direction: '-', digests: digests('o') },
    });
    const [line] = await moved([adjust(key, 10)]);
    expect(line).toMatchObject({ delta: 10, preorderDelta: 0 });
    expect(await shop.level(key)).toMatchObject({ quantity: 10, preorderCounter: 2 });
  });

  test('sums the lines of an item, strict when one of them is', async () => {
    const key = await shop.addItem({ quantity: 5 });
    expect(await refused([adjust(key, -3), adjust(key, -3, null, 'unrestricted')])).toMatchObject({
      shortages: [{ requested: 6, available: 5 }],
    });
    const lines = await moved([adjust(key, -9), adjust(key, 4)]);
    expect(lines).toMatchObject([{ units: -5, delta: -5, level: { revision: 2 } }]);
  });

  test('of nothing changes nothing but is in the ledger', async () => {
    const key = await shop.addItem({ quantity: 5 });
    expect(await moved([adjust(key, 0)])).toMatchObject([{ delta: 0, level: { revision: 1 } }]);
    expect(await shop.ledger()).toHaveLength(2);
  });

  test('brings an oversold item up without asking for stock', async () => {
    const key = await shop.addItem({ quantity: -5 });
    expect(await moved([adjust(key, 2)])).toMatchObject([{ delta: 2, shortfall: false }]);
    expect(await refused([adjust(key, -1)])).toMatchObject({
      shortages: [{ requested: 1, available: 0 }],
    });
  });
});

describe('a quantity that is set', () => {
  test.each([
    [0, 7, false],
    [7, 0, false],
    [7, 7, false],
    [-LIMIT, LIMIT, false],
    [LIMIT, -LIMIT, true],
    [-5, -3, false],
    [-5, -8, true],
    [3, -2, true],
  ])('from %i to %i', async (from, to, shortfall) => {
    const key = await shop.addItem({ quantity: from, preorderEnabled: true, preorderLimit: 5 });
    const revision = from === to ? 1 : 2;
    const [line] = await moved([set(key, to, from)], { cause: { operation: 'SET' } });
    expect(line).toMatchObject({ units: to - from, delta: to - from, preorderDelta: 0, shortfall });
    expect(await shop.level(key)).toMatchObject({ quantity: to, preorderCounter: 0, revision });
  });

  test('keeps what is reserved, and may leave less than that', async () => {
    const key = await shop.addItem({ quantity: 9, lowStockThreshold: 2 });
    await shop.post([[key, 0, 'strict', 6]]);
    const [line] = await moved([set(key, 5)]);
    expect(line).toMatchObject({ delta: -4, shortfall: true, fellLow: true });
    expect(await shop.level(key)).toMatchObject({ quantity: 5, reserved: 6 });
    const id = guidOfKey(key);
    expect(await shop.indexes()).toEqual({ status: [`O ${id}`], low: [id] });
    expect(await refused([set(key, 4, null, 'strict')])).toMatchObject({
      code: 'INSUFFICIENT_AVAILABLE',
      shortages: [{ requested: 1, available: 0 }],
    });
  });

  test.each([LIMIT + 1, -LIMIT - 1, 2 ** 31 - 1, -(2 ** 31)])(
    '%i is out of range',
    async (units) => {
      const key = await shop.addItem({ quantity: 0 });
      expect(await refused([set(key, units)])).toEqual({
        code: 'QUANTITY_OUT_OF_RANGE',
        itemIds: [guidOfKey(key)],
      });
    },
  );

  test('50 that compare with the same quantity: one sets it', async () => {
    const key = await shop.addItem({ quantity: 0 });
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => post([set(key, 1 + i, 0)])),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a preview', () => {
  const levels: LevelChange[] = [
    { quantity: 5, lowStockThreshold: 3 },
    { quantity: 1, preorderEnabled: true, preorderLimit: 9 },
    { tracked: false, inStock: true },
  ];

  test.each<[string, (key: Buffer, i: number) => MovementLine]>([
    ['takes', (key) => ({ key, units: -3, guard: 'unrestricted' })],
    ['gives', (key) => ({ key, units: 3, guard: 'strict' })],
    ['holds', (key) => ({ key, units: 0, reservedDelta: 1, guard: 'strict' })],
    ['leaves a record', (key) => ({ key, units: -3, guard: 'ignored' })],
  ])('that %s writes nothing, and says what the movement then does', async (_, line) => {
    const items: Buffer[] = [];
    for (const level of levels) items.push(await shop.addItem(level));
    const lines = items.map(line);
    const before = await shop.dump();
    const call = { keyDigest: 'key', inputDigest: 'input' };
    const order = { direction: '-' as const, digests: digests('o') };
    const cause = { operation: 'DECREMENT' as const, orderId: 'o' };
    const preview = await post(lines, { call, order, cause, preview: true });
    expect(preview).toMatchObject({ replayed: false, ledgerId: '' });
    expect(await shop.dump()).toEqual(before);
    const timeless = (all: Awaited<ReturnType<typeof moved>>) =>
      all.map(({ level, ...rest }) => ({ ...rest, level: { ...level, updatedMs: 0 } }));
    if (preview.replayed) throw new Error('replayed');
    const done = await moved(lines, { call, order, cause });
    expect(timeless(preview.lines())).toEqual(timeless(done));
    expect(await post(lines, { call, order, cause, preview: true })).toMatchObject({
      replayed: true,
    });
  });

  test('of stock only lines and of unknown items writes nothing either', async () => {
    const key = await shop.addItem({ quantity: 5 });
    const strange = strangeKey();
    const json = JSON.stringify({ appId: 'a', productId: 'p', variantId: null, locationId: 'l' });
    const before = await shop.dump();
    const documents = [{ key: strange, json }];
    const lines = [set(key, 9, 5), { key: strange, units: -2, guard: 'unrestricted' as const }];
    expect(await moved(lines, { documents, preview: true })).toMatchObject([
      { delta: 4, level: { quantity: 9, revision: 2 } },
      { created: true, level: { quantity: -2 } },
    ]);
    expect(await shop.dump()).toEqual(before);
  });

  test('is refused as the movement is', async () => {
    const key = await shop.addItem({ quantity: 5 });
    const preview = { preview: true };
    expect(await refused([adjust(key, -6)], preview)).toMatchObject({
      code: 'INSUFFICIENT_AVAILABLE',
    });
    expect(await refused([adjust(key, 1, 4)], preview)).toMatchObject({
      code: 'COMPARE_QUANTITY_STALE',
    });
    expect(await refused([adjust(key, 1)], { ...preview, settingsRevision: 3 })).toMatchObject({
      code: 'SETTINGS_CHANGED',
    });
  });
});

import { guidOfKey } from '../../src/core/identity';
import type { LevelChange } from '../../src/redis/packing';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, strangeKey, type Shop, type TestLine } from '../support/shop';

const redis = testRedis();
const LIMIT = 1_000_000_000;
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});

/** A movement of 300 lines, all alike but for the item. */
const threeHundred = (line: (i: number) => TestLine) =>
  Array.from({ length: 300 }, (_, i) => line(i));

describe('replies of a movement, in order of precedence', () => {
  const call = { keyDigest: 'key', inputDigest: 'input' };
  let bad: { unknown: Buffer; full: Buffer; empty: Buffer };
  const lines = (): TestLine[] => [
    [bad.empty, -1],
    [bad.full, 1],
    [bad.unknown, -1],
  ];

  beforeEach(async () => {
    bad = {
      unknown: strangeKey(),
      full: await shop.addItem({ quantity: LIMIT }),
      empty: await shop.addItem({ quantity: 0 }),
    };
  });

  async function refused(lines: readonly TestLine[], options = {}) {
    const before = await shop.dump();
    const refusal = await refusalOf(shop.post(lines, options));
    expect(await shop.dump()).toEqual(before);
    return refusal;
  }

  test('a key used with other input comes before all else', async () => {
    const { ledgerId } = await shop.post([[bad.full, -1]], { call });
    await shop.post([[bad.full, 1]]);
    const other = { call: { ...call, inputDigest: 'other' }, settingsRevision: 9 };
    expect(await refused(lines(), other)).toEqual({ code: 'IDEMPOTENCY_KEY_MISMATCH', ledgerId });
  });

  test('a replay comes before settings and stock', async () => {
    const { ledgerId } = await shop.post([[bad.full, -1]], { call });
    await shop.post([[bad.full, 1]]);
    const before = await shop.dump();
    const again = await shop.post(lines(), { call, settingsRevision: 9 });
    expect(again).toEqual({ replayed: true, ledgerId, kept: '' });
    expect(await shop.dump()).toEqual(before);
  });

  test('replaced settings come before the lines', async () => {
    expect(await refused(lines(), { settingsRevision: 9 })).toEqual({ code: 'SETTINGS_CHANGED' });
  });

  test('unknown items come before bounds, each named', async () => {
    const another = strangeKey();
    expect(await refused([...lines(), [another, 1]])).toEqual({
      code: 'UNKNOWN_ITEM',
      itemIds: [bad.unknown, another].map(guidOfKey),
    });
  });

  test('bounds come before shortages', async () => {
    expect(await refused(lines().slice(0, 2))).toEqual({
      code: 'QUANTITY_OUT_OF_RANGE',
      itemIds: [guidOfKey(bad.full)],
    });
  });

  test('every short item is named with requested and available', async () => {
    const few = await shop.addItem({ quantity: 3 });
    const preorders = { quantity: 1, preorderEnabled: true, preorderLimit: 4 };
    const open = await shop.addItem(preorders);
    const oversold = await shop.addItem({ quantity: -7 });
    const off = await shop.addItem({ tracked: false, inStock: false });
    const short: TestLine[] = [
      [few, -2],
      [bad.empty, -1],
      [few, -2],
      [open, -6],
      [oversold, -1],
      [off, -5],
      [bad.full, -1],
    ];
    expect(await refused(short)).toEqual({
      code: 'INSUFFICIENT_AVAILABLE',
      shortages: [
        { itemId: guidOfKey(few), requested: 4, available: 3 },
        { itemId: guidOfKey(bad.empty), requested: 1, available: 0 },
        { itemId: guidOfKey(open), requested: 6, available: 5 },
        { itemId: guidOfKey(oversold), requested: 1, available: 0 },
        { itemId: guidOfKey(off), requested: 5, available: 0 },
      ],
    });
  });

  test('300 short lines are 300 shortages', async () => {
    const items = await Promise.all(
      threeHundred(() => [strangeKey(), 0]).map(() => shop.addItem({})),
    );
    const refusal = await refused(threeHundred((i) => [items[i]!, -1 - i]));
    expect(refusal.shortages).toEqual(
      items.map((key, i) => ({ itemId: guidOfKey(key), requested: i + 1, available: 0 })),
    );
  });
});

describe('guards', () => {
  /** Moves one item and gives its quantity, preorder counter and reserved units. */
  async function after(level: LevelChange, ...lines: (readonly [number, TestLine[2]?, number?])[]) {
    const key = await shop.addItem(level);
    await shop.post(lines.map(([units, guard, reserved]) => [key, units, guard, reserved]));
    const { quantity, preorderCounter, reserved } = await shop.level(key);
    return [quantity, preorderCounter, reserved];
  }
  const short = async (level: LevelChange, ...lines: Parameters<typeof after>[1][]) =>
    (await refusalOf(after(level, ...lines))).shortages?.map(({ requested, available }) => [
      requested,
      available,
    ]);
  const preorder = { quantity: 10, preorderEnabled: true, preorderLimit: 50 };

  test('strict lines of one item are summed', async () => {
    expect(await after({ quantity: 5 }, [-2], [-3])).toEqual([0, 0, 0]);
    expect(await short({ quantity: 5 }, [-3], [-3])).toEqual([[6, 5]]);
    expect(await after({ quantity: 0 }, [4], [-3])).toEqual([1, 0, 0]);
  });

  test('one strict line makes the sum of an item strict', async () => {
    expect(await after({ quantity: 5 }, [-3, 'unrestricted'], [-3, 'unrestricted'])).toEqual([
      -1, 0, 0,
    ]);
    expect(await short({ quantity: 5 }, [-3, 'unrestricted'], [-3])).toEqual([[6, 5]]);
    expect(await short({ quantity: 5 }, [-3], [-3, 'unrestricted'])).toEqual([[6, 5]]);
  });

  test('what is reserved is not available', async () => {
    expect(await after({ quantity: 5 }, [0, 'strict', 5])).toEqual([5, 0, 5]);
    expect(await short({ quantity: 5 }, [0, 'strict', 6])).toEqual([[6, 5]]);
    expect(await short({ quantity: 5 }, [-3, 'strict', 3])).toEqual([[6, 5]]);
    expect(await short({ quantity: 5 }, [0, 'strict', 3], [-3])).toEqual([[6, 5]]);
  });

  test('a commit takes what was held for it and is never short', async () => {
    const key = await shop.addItem({ quantity: 5 });
    await shop.post([[key, 0, 'strict', 4]]);
    expect((await refusalOf(shop.post([[key, -2]]))).shortages).toMatchObject([{ available: 1 }]);
    await shop.post([[key, -3, 'unrestricted']]);
    await shop.post([[key, -4, 'strict', -4]]);
    expect(await shop.level(key)).toMatchObject({ quantity: -2, reserved: 0 });
  });

  test('no hold is released that was not made', async () => {
    const refusal = await refusalOf(after({ quantity: 5 }, [0, 'strict', -1]));
    expect(refusal.code).toBe('QUANTITY_OUT_OF_RANGE');
  });

  test('10 in stock with limit 50 sell 60, the preordered ones go to the counter', async () => {
    expect(await after(preorder, [-60])).toEqual([0, 50, 0]);
    expect(await after(preorder, [-10])).toEqual([0, 0, 0]);
    expect(await after(preorder, [-11])).toEqual([0, 1, 0]);
    expect(await short(preorder, [-61])).toEqual([[61, 60]]);
  });

  test('reserved units are not sold and preorder capacity comes after stock', async () => {
    const key = await shop.addItem(preorder);
    await shop.post([[key, 0, 'strict', 4]]);
    await shop.post([[key, -8]]);
    expect(await shop.level(key)).toMatchObject({ quantity: 4, reserved: 4, preorderCounter: 2 });
  });

  test('preorder capacity can not be held', async () => {
    expect(await short(preorder, [0, 'strict', 15])).toEqual([[15, 10]]);
    expect(await short(preorder, [-2, 'strict', 15])).toEqual([[17, 12]]);
  });

  test('without strictness the rest goes below zero, after the capacity', async () => {
    expect(await after(preorder, [-65, 'unrestricted'])).toEqual([-5, 50, 0]);
    expect(await after({ quantity: 2 }, [-5, 'unrestricted'])).toEqual([-3, 0, 0]);
    expect(await after({ quantity: 2 }, [0, 'unrestricted', 5])).toEqual([2, 0, 5]);
  });

  test('preorder below its counter has no capacity left', async () => {
    const key = await shop.addItem(preorder);
    await shop.post([[key, -30]]);
    await shop.change(key, { preorderLimit: 5 });
    expect((await refusalOf(shop.post([[key, -1]]))).shortages).toMatchObject([{ available: 0 }]);
    await shop.post([[key, -1, 'unrestricted']]);
    expect(await shop.level(key)).toMatchObject({ quantity: -1, preorderCounter: 20 });
  });

  test('an untracked item sells while in stock or open for preorder; no number moves', async () => {
    const shelf = { tracked: false, inStock: true };
    expect(await after(shelf, [-1_000_000])).toEqual([0, 0, 0]);
    expect(await after({ ...shelf, inStock: false, preorderEnabled: true }, [-3])).toEqual([
      0, 0, 0,
    ]);
    expect(await short({ tracked: false, inStock: false }, [-3])).toEqual([[3, 0]]);
    expect(await after({ tracked: false, inStock: false }, [3])).toEqual([0, 0, 0]);
    const key = await shop.addItem({ tracked: false, inStock: false });
    const [line] = await shop.move([[key, -3, 'unrestricted', 2]]);
    expect(line).toMatchObject({ units: -3, delta: 0, shortfall: true, level: { revision: 1 } });
  });
});

describe('bounds of a quantity', () => {
  const outOfRange = async (quantity: number, ...lines: [number, TestLine[2]?, number?][]) => {
    const key = await shop.addItem({ quantity });
    const before = await shop.dump();
    const refusal = await refusalOf(shop.post(lines.map((line) => [key, ...line])));
    expect(await shop.dump()).toEqual(before);
    return refusal.code;
  };

  test('are reached and not passed', async () => {
    for (const sign of [1, -1]) {
      const key = await shop.addItem({ quantity: sign * (LIMIT - 1) });
      await shop.post([[key, sign, 'unrestricted']]);
      expect((await shop.level(key)).quantity).toBe(sign * LIMIT);
      const refusal = await refusalOf(shop.post([[key, sign, 'unrestricted']]));
      expect(refusal.code).toBe('QUANTITY_OUT_OF_RANGE');
      await shop.post([[key, -sign * 2 * LIMIT, 'unrestricted']]);
      expect((await shop.level(key)).quantity).toBe(-sign * LIMIT);
    }
  });

  test('hold for reserved units too', async () => {
    expect(await outOfRange(0, [0, 'unrestricted', LIMIT + 1])).toBe('QUANTITY_OUT_OF_RANGE');
    const key = await shop.addItem({ quantity: LIMIT });
    await shop.post([[key, 0, 'strict', LIMIT]]);
    await shop.post([[key, -2 * LIMIT, 'unrestricted']]);
    expect(await shop.level(key)).toMatchObject({ quantity: -LIMIT, reserved: LIMIT });
    expect((await shop.verify()).drift).toEqual([]);
  });

  test.each(['strict', 'unrestricted'] as const)('sums never wrap (%s)', async (guard) => {
    const huge = 2_147_483_647;
    for (const units of [LIMIT, -LIMIT, huge, -huge]) {
      const code = await outOfRange(
        0,
        ...threeHundred(() => [strangeKey(), units, guard]).map(
          ([, ...line]) => line as [number, TestLine[2]],
        ),
      );
      expect(code).toBe('QUANTITY_OUT_OF_RANGE');
    }
    expect(await outOfRange(0, [0, guard, huge], [0, guard, huge])).toBe('QUANTITY_OUT_OF_RANGE');
    expect(await outOfRange(0, [-huge, guard, huge])).toBe('QUANTITY_OUT_OF_RANGE');
    expect(await outOfRange(0, [-huge, guard, -huge])).toBe('QUANTITY_OUT_OF_RANGE');
  });

  test('sums that come back are fine', async () => {
    const key = await shop.addItem({ quantity: 1 });
    await shop.post(threeHundred((i) => [key, i % 2 ? LIMIT : -LIMIT]));
    expect(await shop.level(key)).toMatchObject({ quantity: 1, revision: 1 });
  });

  test('an untracked item has no quantity to leave them, but units have a bound', async () => {
    const key = await shop.addItem({ tracked: false, inStock: true });
    for (const sign of [-1, 1]) {
      const most = Array.from({ length: 20 }, (): TestLine => [key, (sign * LIMIT) / 10]);
      await shop.post(most);
      const refusal = await refusalOf(shop.post([...most, [key, sign]]));
      expect(refusal.code).toBe('QUANTITY_OUT_OF_RANGE');
    }
  });
});

describe('300 lines', () => {
  test('all move together, or none', async () => {
    const items = await Promise.all(
      Array.from({ length: 300 }, () => shop.addItem({ quantity: 1 })),
    );
    const before = await shop.dump();
    const refusal = await refusalOf(
      shop.post(threeHundred((i) => [items[i]!, i === 299 ? -2 : -1])),
    );
    expect(refusal.shortages).toHaveLength(1);
    expect(await shop.dump()).toEqual(before);
    const lines = await shop.move(threeHundred((i) => [items[i]!, -1]));
    expect(lines.map(({ delta, level }) => [delta, level!.quantity, level!.revision])).toEqual(
      items.map(() => [-1, 0, 2]),
    );
    expect((await shop.verify()).drift).toEqual([]);
  });
});

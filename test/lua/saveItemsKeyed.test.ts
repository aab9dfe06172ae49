import { guidOfKey } from '../../src/core/identity';
import { saveItems, type SaveItem, type SaveItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import type { LevelChange } from '../../src/redis/packing';
import { readCall } from '../../src/redis/callRecord';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, strangeKey, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let key: Buffer;

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 10 });
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const call = { keyDigest: 'key', inputDigest: 'input', retentionMs: 60_000, kept: 'kept' };
const progress = { digest: 'file', before: '', text: '1', ttlMs: 60_000 };

const save = (items: readonly SaveItem[], more: Partial<SaveItems> = {}) =>
  saveItems(shop.redis, {
    tenantId: shop.tenantId,
    items,
    cause: { operation: 'UPDATE' },
    ...more,
  });

/** A row of a known item, that leaves its document as it is. */
const row = async (item: Buffer, level: LevelChange, revision?: number): Promise<SaveItem> => {
  const before = (await redis().hget(keys.documents(shop.tenantId), item)) ?? '';
  return { key: item, level, before, after: before, ...(revision !== undefined && { revision }) };
};
const newRow = (level: LevelChange = {}): SaveItem => {
  const after = JSON.stringify({ appId: 'a', productId: 'p', variantId: null, locationId: 'l' });
  return { key: strangeKey(), level, before: '', after };
};

async function refused(...[items, more]: Parameters<typeof save>) {
  const before = await shop.dump();
  const refusal = await refusalOf(save(items, more));
  expect(await shop.dump()).toEqual(before);
  return refusal;
}

describe('replies, in order of precedence', () => {
  const changed = (item: SaveItem): SaveItem => ({ ...item, before: '{"as":"nobody read it"}' });

  test('a key used with other input comes before all else', async () => {
    const { ledgerId } = await save([await row(key, { quantity: 1 })], { call });
    const other = {
      call: { ...call, inputDigest: 'other' },
      progress: { ...progress, before: '9' },
    };
    const rows = [changed(newRow()), await row(key, {}, 9)];
    expect(await refused(rows, other)).toEqual({ code: 'IDEMPOTENCY_KEY_MISMATCH', ledgerId });
  });

  test('a replay comes before the import, documents and revisions', async () => {
    const { ledgerId } = await save([await row(key, { quantity: 1 }, 1)], { call });
    const before = await shop.dump();
    const rows = [changed(newRow()), await row(key, {}, 9)];
    const again = await save(rows, {
      call: { ...call, kept: 'something else' },
      progress: { ...progress, before: '9' },
    });
    expect(again).toEqual({ ledgerId, lines: [], replayed: { kept: 'kept' } });
    expect(await shop.dump()).toEqual(before);
  });

  test('an import that went on comes before documents', async () => {
    const rows = [changed(newRow()), await row(key, {}, 9)];
    const went = { progress: { ...progress, before: '9' }, call };
    expect(await refused(rows, went)).toEqual({ code: 'IMPORT_CHANGED' });
  });

  test('changed documents come before revisions', async () => {
    const other = changed(newRow());
    expect(await refused([await row(key, {}, 9), other], { call })).toEqual({
      code: 'ITEM_CHANGED',
      itemIds: [guidOfKey(other.key)],
    });
  });

  test('every item of another revision is named', async () => {
    const second = await shop.addItem({ quantity: 1 });
    const third = await shop.addItem({ quantity: 1 });
    await shop.post([[second, -1]]);
    const rows = [
      newRow(),
      await row(key, { quantity: 5 }, 2),
      await row(third, { quantity: 5 }, 1),
      await row(second, {}, 1),
    ];
    expect(await refused(rows, { call, progress })).toEqual({
      code: 'REVISION_CONFLICT',
      itemIds: [key, second].map(guidOfKey),
    });
  });
});

describe('a revision', () => {
  test('rises with a movement: what read it before may not write', async () => {
    const mine = await row(key, { quantity: 99 }, 1);
    await shop.post([[key, -1]]);
    expect(await refused([mine])).toMatchObject({ code: 'REVISION_CONFLICT' });
    expect(await shop.level(key)).toMatchObject({ quantity: 9 });
    await save([{ ...mine, revision: 2 }]);
    expect(await shop.level(key)).toMatchObject({ quantity: 99, revision: 3 });
  });

  test('that is stale refuses a row that changes nothing', async () => {
    expect(await refused([await row(key, { quantity: 10 }, 2)])).toMatchObject({
      code: 'REVISION_CONFLICT',
    });
  });

  test('is not asked of a row without one', async () => {
    await shop.post([[key, -1]]);
    await save([await row(key, { quantity: 50 })]);
    expect(await shop.level(key)).toMatchObject({ quantity: 50, revision: 3 });
  });

  test('of a new item can be none', async () => {
    expect(await refused([{ ...newRow(), revision: 1 }])).toMatchObject({
      code: 'REVISION_CONFLICT',
    });
  });

  test('has 40 bits', async () => {
    expect(await refused([await row(key, {}, 2 ** 40 - 1)])).toMatchObject({
      code: 'REVISION_CONFLICT',
    });
  });

  test('of 20 writers that know the same one, one writes', async () => {
    const rows = await Promise.all(
      Array.from({ length: 20 }, (_, i) => row(key, { quantity: 100 + i }, 1)),
    );
    const all = await Promise.allSettled(rows.map((each) => save([each])));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await shop.level(key)).toMatchObject({ revision: 2 });
  });
});

describe('a keyed call', () => {
  test.each(['', ' ', '7 "kept" \n\0é {}', 'x'.repeat(50_000)])(
    'keeps its text %#',
    async (kept) => {
      await save([newRow()], { call: { ...call, kept } });
      const again = await save([newRow()], { call: { ...call, kept: 'no' } });
      expect(again.replayed).toEqual({ kept });
      const read = await readCall(shop.redis, shop.tenantId, call.keyDigest);
      expect(read).toEqual({ ledgerId: again.ledgerId, inputDigest: 'input', kept });
    },
  );

  test('that changes nothing is kept, too: its ledger id is empty', async () => {
    const rows = [await row(key, { quantity: 10 }, 1)];
    expect(await save(rows, { call })).toEqual({ ledgerId: '', lines: [] });
    await shop.post([[key, -1]]);
    const again = await save(rows, { call });
    expect(again).toEqual({ ledgerId: '', lines: [], replayed: { kept: 'kept' } });
    expect(await readCall(shop.redis, shop.tenantId, 'key')).toMatchObject({ ledgerId: '' });
    expect(await refused(rows, { call: { ...call, inputDigest: 'other' } })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
      ledgerId: '',
    });
  });

  test('that is refused leaves no record', async () => {
    await refused([await row(key, {}, 9)], { call });
    expect(await readCall(shop.redis, shop.tenantId, 'key')).toBeNull();
  });

  test('expires with its retention; a call without a key leaves none', async () => {
    await save([newRow()]);
    const names = () => redis().keys(`{${shop.tenantId}}:call:*`);
    expect(await names()).toEqual([]);
    await save([newRow()], { call });
    expect(await names()).toEqual([keys.call(shop.tenantId, 'key')]);
    const left = await redis().pttl(keys.call(shop.tenantId, 'key'));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test('used 20 times at once writes once', async () => {
    const rows = [newRow({ quantity: 1 })];
    const all = await Promise.all(Array.from({ length: 20 }, () => save(rows, { call })));
    expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(all.map(({ ledgerId }) => ledgerId)).size).toBe(1);
    expect(await shop.ledger()).toHaveLength(2);
  });
});

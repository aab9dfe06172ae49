import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { saveItems, type SaveItem } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import type { LevelChange } from '../../src/redis/packing';
import { readItems } from '../../src/redis/reads';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, strangeKey, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

type Progress = NonNullable<Parameters<typeof saveItems>[1]['progress']>;

const save = (items: readonly SaveItem[], progress?: Progress) =>
  saveItems(shop.redis, {
    tenantId: shop.tenantId,
    items,
    cause: { operation: 'IMPORT', actor: 'cli' },
    ...(progress && { progress }),
  });

const documentText = (productId: string, rest = {}) =>
  JSON.stringify({ appId: 'a', productId, variantId: null, locationId: 'l', ...rest });

const newItem = (level: LevelChange, key = strangeKey()): SaveItem => ({
  key,
  level,
  before: '',
  after: documentText('p'),
});

const stored = async (key: Buffer) =>
  (await redis().hget(keys.documents(shop.tenantId), key)) ?? '';

const item = async (key: Buffer) =>
  (await readItems(shop.redis, shop.tenantId, [guidOfKey(key)]))[0];

describe('replies', () => {
  test('an import that somebody else went on with is told before changed items', async () => {
    const known = newItem({ quantity: 1 });
    const digest = randomUUID();
    await save([known], { digest, before: '', text: '1', ttlMs: 60_000 });
    const before = await shop.dump();
    const refusal = await refusalOf(
      save([known], { digest, before: '', text: '2', ttlMs: 60_000 }),
    );
    expect(refusal).toEqual({ code: 'IMPORT_CHANGED' });
    expect(await shop.dump()).toEqual(before);
  });

  test('every item that is not as read is named, and nothing is written', async () => {
    const [known, gone, fine] = [newItem({ quantity: 1 }), newItem({}), newItem({ quantity: 3 })];
    await save([known]);
    const before = await shop.dump();
    const refusal = await refusalOf(save([known, fine, { ...gone, before: '{"it":"was"}' }]));
    expect(refusal).toEqual({
      code: 'ITEM_CHANGED',
      itemIds: [known, gone].map(({ key }) => guidOfKey(key)),
    });
    expect(await shop.dump()).toEqual(before);
  });
});

describe('a new item', () => {
  test('is tracked at zero unless said otherwise, with its document and dates', async () => {
    const row = newItem({});
    const { lines, ledgerId } = await save([row]);
    const updatedMs = Number(ledgerId.split('-')[0]);
    expect(await item(row.key)).toEqual({
      id: guidOfKey(row.key),
      appId: 'a',
      productId: 'p',
      variantId: null,
      locationId: 'l',
      createdDate: updatedMs,
      tracked: true,
      inStock: false,
      preorderEnabled: false,
      revision: 1,
      updatedMs,
      quantity: 0,
      reserved: 0,
      preorderLimit: 100_000,
      preorderCounter: 0,
      lowStockThreshold: null,
    });
    expect(lines).toMatchObject([{ created: true, statusBefore: null, units: 0, delta: 0 }]);
  });

  test.each([
    [{ quantity: -1_000_000_000 }, 'O'],
    [{ quantity: 1_000_000_000 }, 'I'],
    [{ tracked: false, inStock: true }, 'I'],
    [{ tracked: false, inStock: false }, 'O'],
    [{ tracked: false, inStock: false, preorderEnabled: true }, 'P'],
    [{ preorderEnabled: true, preorderLimit: 100_000 }, 'P'],
    [{ preorderEnabled: true, preorderLimit: 0 }, 'O'],
    [{ quantity: 3, lowStockThreshold: 10_000_000 }, 'I'],
  ])('%j stands in the status index under %s', async (level, letter) => {
    const row = newItem(level);
    await save([row]);
    expect(await shop.level(row.key)).toMatchObject(level);
    const { status, low } = await shop.indexes();
    expect(status).toEqual([`${letter} ${guidOfKey(row.key)}`]);
    expect(low).toHaveLength('lowStockThreshold' in level ? 1 : 0);
  });

  test('1,000 rows are one ledger entry', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => newItem({ quantity: i }));
    const { lines } = await save(rows);
    expect(lines.map(({ delta }) => delta)).toEqual(rows.map((_, i) => i));
    expect(await shop.ledger()).toHaveLength(1);
  });
});

describe('a known item', () => {
  let key: Buffer;
  const set = async (level: LevelChange, rest = {}) => {
    const before = await stored(key);
    const document = JSON.parse(before) as object;
    return save([{ key, level, before, after: JSON.stringify({ ...document, ...rest }) }]);
  };

  beforeEach(async () => {
    key = await shop.addItem({
      quantity: 10,
      preorderEnabled: true,
      preorderLimit: 5,
      lowStockThreshold: 2,
    });
  });

  test('keeps what a row does not set', async () => {
    await shop.post([[key, -3, 'strict', 1]]);
    const before = await shop.level(key);
    const { lines } = await set({ preorderLimit: 6 });
    expect(await shop.level(key)).toEqual({
      ...before,
      preorderLimit: 6,
      revision: 3,
      updatedMs: lines[0]!.level!.updatedMs,
    });
  });

  test('leaves no trace when a row changes nothing', async () => {
    const before = await shop.dump();
    expect(await set({ quantity: 10, preorderLimit: 5, lowStockThreshold: 2 })).toEqual({
      ledgerId: '',
      lines: [],
    });
    expect(await shop.dump()).toEqual(before);
  });

  test('only the rows that change stand in the ledger', async () => {
    const other = newItem({ quantity: 1 });
    await save([other]);
    const before = await stored(key);
    const same = { key: other.key, level: {}, before: await stored(other.key) };
    const { lines } = await save([
      { ...same, after: same.before },
      { key, level: { quantity: 4 }, before, after: before },
    ]);
    expect(lines).toMatchObject([{ itemId: guidOfKey(key), units: -6, delta: -6 }]);
    expect(lines[0]).not.toHaveProperty('document');
  });

  test('a document alone is a change', async () => {
    await set({}, { name: 'Ä "new" name' });
    expect(await item(key)).toMatchObject({ name: 'Ä "new" name', revision: 2, quantity: 10 });
    const [line] = (await shop.ledger()).at(-1)!.lines;
    expect(line).toMatchObject({ delta: 0, document: { name: 'Ä "new" name' } });
  });

  test('crosses statuses and thresholds with its settings', async () => {
    const id = guidOfKey(key);
    const steps: [LevelChange, string, boolean, boolean][] = [
      [{ quantity: 0 }, 'P', true, true],
      [{ preorderEnabled: false }, 'O', true, false],
      [{ lowStockThreshold: null }, 'O', false, false],
      [{ lowStockThreshold: 0 }, 'O', true, true],
      [{ tracked: false, inStock: true }, 'I', false, false],
      [{ inStock: false }, 'O', false, false],
      [{ tracked: true, quantity: 1 }, 'I', false, false],
      [{ lowStockThreshold: 1 }, 'I', true, true],
      [{ quantity: 2 }, 'I', false, false],
    ];
    for (const [level, letter, low, fell] of steps) {
      const { lines } = await set(level);
      expect([level, lines[0]!.fellLow]).toEqual([level, fell]);
      const indexes = { status: [`${letter} ${id}`], low: low ? [id] : [] };
      expect(await shop.indexes()).toEqual(indexes);
    }
  });

  test('its status is read net of reservations', async () => {
    await shop.post([[key, 0, 'strict', 10]]);
    await set({ preorderEnabled: false });
    expect((await shop.indexes()).status).toEqual([`O ${guidOfKey(key)}`]);
    await set({ quantity: 11 });
    expect((await shop.indexes()).status).toEqual([`I ${guidOfKey(key)}`]);
  });
});

describe('the progress of an import', () => {
  test('is stored with its rows, also when they change nothing, and expires', async () => {
    const digest = randomUUID();
    const name = keys.importProgress(shop.tenantId, digest);
    const row = newItem({ quantity: 1 });
    await save([row], { digest, before: '', text: 'one', ttlMs: 60_000 });
    expect(await redis().get(name)).toBe('one');
    const left = await redis().pttl(name);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
    const before = await stored(row.key);
    await save([{ ...row, before, after: before }], {
      digest,
      before: 'one',
      text: 'two',
      ttlMs: 60_000,
    });
    expect(await redis().get(name)).toBe('two');
    expect(await shop.ledger()).toHaveLength(1);
  });
});

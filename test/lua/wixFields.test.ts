import { randomUUID } from 'node:crypto';
import { deleteItems, saveItems, type SaveItem } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import {
  changeRecord,
  changeSource,
  readWixPlace,
  readWixSource,
  type WixFieldChange,
} from '../../src/redis/wixItems';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, strangeKey, type Shop } from '../support/shop';

const redis = testRedis();
const wixItemId = randomUUID();
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const save = (items: readonly SaveItem[], wixFields: readonly WixFieldChange[]) =>
  saveItems(shop.redis, {
    tenantId: shop.tenantId,
    items,
    cause: { operation: 'UPDATE' },
    wixFields,
  });
const remove = (key: Buffer, wixFields: readonly WixFieldChange[]) =>
  deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: [{ key, revision: 0 }],
    cause: { operation: 'DELETE' },
    wixFields,
  });
const record = async () => (await readWixPlace(shop.redis, shop.tenantId, wixItemId)).record;
const source = (key: Buffer) => readWixSource(shop.redis, shop.tenantId, key);
const newRow = (key = strangeKey()): SaveItem => ({
  key,
  level: { quantity: 1 },
  before: '',
  after: JSON.stringify({ appId: 'a', productId: 'p', variantId: null, locationId: 'l' }),
});

test('fields are kept with the rows, and are read as they were kept', async () => {
  const row = newRow();
  const read = await record();
  expect(read.value).toBeNull();
  const followed = { wixItemId, createdMs: Date.parse('2024-06-26T08:27:58.632Z') };
  const changes = [
    changeRecord(read, { itemKey: row.key, sequence: 2n ** 63n - 1n }),
    changeSource(await source(row.key), followed),
  ];
  const { lines } = await save([row], changes);
  expect(lines).toHaveLength(1);
  expect((await record()).value).toEqual({ itemKey: row.key, sequence: 2n ** 63n - 1n });
  expect((await source(row.key)).value).toEqual(followed);
});

test('without rows they leave no ledger entry', async () => {
  const changes = [changeRecord(await record(), { itemKey: null, sequence: 5n })];
  expect(await save([], changes)).toMatchObject({ ledgerId: '', lines: [] });
  expect((await record()).value).toEqual({ itemKey: null, sequence: 5n });
  expect(await shop.ledger()).toEqual([]);
});

test('a field that is no more what was read refuses rows and fields', async () => {
  const read = await record();
  await save([], [changeRecord(read, { itemKey: null, sequence: 5n })]);
  const key = await shop.addItem({ quantity: 1 });
  const before = await shop.dump();
  const stale = changeRecord(read, { itemKey: null, sequence: 4n });
  const right = changeSource(await source(key), { wixItemId, createdMs: 0 });
  const changed = { code: 'ITEM_CHANGED', itemIds: [] };
  expect(await refusalOf(save([newRow()], [right, stale]))).toEqual(changed);
  expect(await refusalOf(remove(key, [stale]))).toEqual(changed);
  expect(await shop.dump()).toEqual(before);
});

test('a deletion keeps one field and takes the other away', async () => {
  const key = await shop.addItem({ quantity: 1 });
  await save([], [changeSource(await source(key), { wixItemId, createdMs: 7 })]);
  const kept = changeRecord(await record(), { itemKey: key, sequence: 6n });
  await remove(key, [kept, changeSource(await source(key), null)]);
  expect((await source(key)).value).toBeNull();
  expect((await record()).value).toEqual({ itemKey: key, sequence: 6n });
  expect(await redis().hlen(keys.wixItems(shop.tenantId))).toBe(1);
});

test('a call that names no field touches none', async () => {
  await shop.addItem({ quantity: 1 });
  expect(await redis().exists(keys.wixItems(shop.tenantId))).toBe(0);
});

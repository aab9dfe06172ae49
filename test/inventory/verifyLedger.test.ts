import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { itemHistories } from '../../src/inventory/history';
import { listMovements } from '../../src/inventory/movements';
import { rebuildTenant } from '../../src/inventory/rebuild';
import { stockAt } from '../../src/inventory/stockAt';
import { deleteItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { changeEntry, UNREADABLE, type EntryFields } from '../support/brokenLedger';
import { testRedis } from '../support/redis';
import { digests, openShop, refusalOf, strangeKey, type Shop } from '../support/shop';

/*
 * What verification sees of a ledger and the order records, field by field; and what a rebuild then
 * puts right.
 */

const redis = testRedis();
let shop: Shop;
let key: Buffer;
let itemId: string;
const orderId = randomUUID();

const LINE = { flags: 16, reserved: 32, preorderLimit: 36, threshold: 43 };
const drift = async () => (await shop.verify()).drift;
const rebuild = () => rebuildTenant(shop.deps, shop.tenantId);
/** Changes the line of the item in an entry. */
const inLine = (place: number, write: (lines: Buffer) => void) =>
  changeEntry(shop, place, (fields) => {
    write(fields.get('lines')!);
  });

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 9, preorderLimit: 4, lowStockThreshold: 1 }, 'cup');
  itemId = guidOfKey(key);
  await shop.post([[key, -2, 'strict', 1]], {
    cause: { operation: 'DECREMENT', orderId },
    order: { direction: '-', digests: digests('call', 'content') },
  });
  await shop.post([[key, -1]]);
  expect(await drift()).toEqual([]);
});

describe('what a movement may not change', () => {
  test.each<[string, (lines: Buffer) => unknown, unknown, unknown]>([
    ['tracked', (lines) => (lines[LINE.flags]! ^= 1), false, true],
    ['preorderEnabled', (lines) => (lines[LINE.flags]! ^= 4), true, false],
    ['preorderLimit', (lines) => lines.writeUIntLE(5, LINE.preorderLimit, 3), 5, 4],
    ['lowStockThreshold', (lines) => lines.writeUIntLE(6, LINE.threshold, 3), 6, 1],
    ['reserved', (lines) => lines.writeInt32LE(3, LINE.reserved), 3, 1],
  ])('%s', async (field, write, stored, expected) => {
    const ledgerId = await inLine(2, write);
    expect(await drift()).toContainEqual({ itemId, ledgerId, field, stored, expected });
  });

  test('unless the line says that it reserved units', async () => {
    await shop.post([[key, 0, 'strict', 2]]);
    await shop.post([[key, 0, 'unrestricted', -3]]);
    expect(await drift()).toEqual([]);
    expect((await shop.ledger()).map(({ lines }) => lines[0]!.reservedChanged)).toEqual([
      ...[false, true, false, true, true],
    ]);
  });
});

describe('what saved and deleted items were before', () => {
  const json = (fields: EntryFields, name: string, text: string) =>
    fields.set(name, Buffer.from(text));
  beforeEach(async () => {
    const text = (await redis().hget(keys.documents(shop.tenantId), key))!;
    await shop.change(key, { preorderLimit: 7 });
    await shop.redis.hset(keys.documents(shop.tenantId), key, text);
    await deleteItems(shop.redis, {
      tenantId: shop.tenantId,
      items: [{ key, revision: 0 }],
      cause: { operation: 'DELETE' },
    });
    expect(await drift()).toEqual([]);
  });

  test.each<[string, number, (fields: EntryFields) => unknown]>([
    ['levelBefore.quantity', 3, (fields) => fields.get('levelsBefore')!.writeInt32LE(1, 12)],
    ['levelBefore.reserved', 4, (fields) => fields.get('levelsBefore')!.writeInt32LE(1000, 16)],
    ['levelBefore', 4, (fields) => fields.delete('levelsBefore')],
    ['documentBefore', 4, (fields) => json(fields, 'documentsBefore', '[{"productId":"x"}]')],
    ['documentBefore', 4, (fields) => fields.delete('documentsBefore')],
    ['documentBefore', 3, (fields) => json(fields, 'documentsBefore', '[{"productId":"x"}]')],
    ['reserved', 3, (fields) => fields.get('lines')!.writeInt32LE(2, LINE.reserved)],
    ['preorderLimit', 4, (fields) => fields.get('lines')!.writeUIntLE(1, LINE.preorderLimit, 3)],
  ])('%s of entry %i', async (field, place, change) => {
    const ledgerId = await changeEntry(shop, place, change);
    expect(await drift()).toContainEqual(expect.objectContaining({ itemId, ledgerId, field }));
  });
});

describe("an order's record", () => {
  const name = () => keys.order(shop.tenantId, orderId);
  test.each<[string, (packed: Buffer) => unknown]>([
    ['direction', (packed) => packed.write('+', 2, 'latin1')],
    ['digests', (packed) => (packed[3]! ^= 1)],
    ['digests', (packed) => (packed[26]! ^= 1)],
  ])('%s', async (field, write) => {
    const packed = (await redis().getBuffer(name()))!;
    const damaged = Buffer.from(packed);
    write(damaged);
    await redis().set(name(), damaged);
    const [, entry] = await shop.ledger();
    expect(await drift()).toEqual([
      expect.objectContaining({ orderId, ledgerId: entry!.id, field }),
    ]);
    expect(await rebuild()).toMatchObject({ restoredOrders: 1 });
    expect(await redis().getBuffer(name())).toEqual(packed);
    expect(await drift()).toEqual([]);
  });

  test('of a ledger whose digests were changed', async () => {
    await changeEntry(shop, 1, (fields) => (fields.get('digests')![0]! ^= 1));
    expect(await drift()).toMatchObject([{ orderId, field: 'digests' }]);
  });
});

test('scores of the indexes, which order lists', async () => {
  const status = Buffer.concat([Buffer.from('I'), key]);
  await redis().zadd(keys.statusIndex(shop.tenantId), 3, status);
  await shop.change(key, { lowStockThreshold: 9 });
  await redis().zadd(keys.lowStockIndex(shop.tenantId), -2, key);
  expect(await drift()).toEqual([
    { itemId, field: 'statusIndexScore', stored: 3, expected: 0 },
    { itemId, field: 'lowStockIndexScore', stored: -2, expected: 0 },
  ]);
  expect(await rebuild()).toMatchObject({ restoredItems: 1 });
  expect(await drift()).toEqual([]);
});

test('a document that is missing beside a foreign one', async () => {
  const stranger = strangeKey();
  await redis().hdel(keys.documents(shop.tenantId), key);
  await redis().hset(keys.documents(shop.tenantId), stranger, '{}');
  expect(await drift()).toMatchObject([
    { itemId, field: 'document', stored: null },
    { itemId: guidOfKey(stranger), field: 'document', expected: null },
  ]);
  expect(await rebuild()).toMatchObject({ restoredItems: 1, removedItems: 1 });
  expect(await drift()).toEqual([]);
});

describe.each(UNREADABLE)('an entry of which %s', (fault, change) => {
  test('is named, and the others are compared', async () => {
    const other = await shop.addItem({ quantity: 3 });
    await redis().hdel(keys.levels(shop.tenantId), other);
    const ledgerId = await changeEntry(shop, 2, change);
    const found = await shop.verify();
    expect(found.entries).toBe(4);
    expect(found.drift).toContainEqual({
      ...{ itemId: null, ledgerId, field: 'entry', expected: 'an entry' },
      stored: `The ledger entry ${ledgerId} can't be read: ${fault}.`,
    });
    expect(found.drift).toContainEqual(
      expect.objectContaining({ itemId: guidOfKey(other), field: 'level' }),
    );
  });

  test('is named by those who read history', async () => {
    const [first] = await shop.ledger();
    const ledgerId = await changeEntry(shop, 2, change);
    const refused = { code: 'LEDGER_CONTRADICTS', ledgerId };
    const { deps, tenantId } = shop;
    const page = { first: 5, oldestFirst: false };
    const list = listMovements(deps, tenantId, { ...page, filter: {} });
    expect(await refusalOf(list)).toEqual(refused);
    const history = itemHistories(deps, tenantId, [{ ...page, itemId }]);
    expect(await refusalOf(history)).toEqual(refused);
    const then = stockAt(deps, tenantId, [itemId], { movementId: first!.id });
    expect(await refusalOf(then)).toEqual(refused);
    expect(await refusalOf(deps.feeds.current(tenantId).then(() => shop.ledger()))).toEqual(
      refused,
    );
  });
});

test('documents that are no list, or not one per line, make an entry unreadable', async () => {
  for (const text of ['{}', '[]', 'x']) {
    await changeEntry(shop, 0, (fields) => fields.set('documents', Buffer.from(text)));
    expect((await drift())[0]).toMatchObject({ field: 'entry' });
  }
});

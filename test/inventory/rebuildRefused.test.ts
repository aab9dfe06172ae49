import { randomUUID } from 'node:crypto';
import { guidOfKey, keyOfGuid } from '../../src/core/identity';
import { rebuildTenant } from '../../src/inventory/rebuild';
import { keys } from '../../src/redis/keys';
import { changeEntry, UNREADABLE } from '../support/brokenLedger';
import { trimAll } from '../support/oldLedger';
import { testRedis } from '../support/redis';
import { digests, openShop, type Shop } from '../support/shop';

/*
 * A rebuild overwrites stock with what the ledger says. So it must not believe a ledger that
 * contradicts itself, unless it is told to.
 */

const redis = testRedis();
let shop: Shop;
let cup: Buffer;
let bowl: Buffer;
const orderId = randomUUID();

beforeEach(async () => {
  shop = openShop(redis());
  cup = await shop.addItem({ quantity: 50 }, 'cup');
  bowl = await shop.addItem({ quantity: 20 }, 'bowl');
  await shop.post([[cup, -5]], {
    cause: { operation: 'DECREMENT', orderId },
    order: { direction: '-', digests: digests('call') },
  });
  await shop.post([[bowl, -1]]);
  await shop.post([[cup, -2]]);
});

const name = (which: 'levels' | 'checkpoint' | 'documents') => keys[which](shop.tenantId);
const rebuild = (despiteContradictions?: boolean) =>
  rebuildTenant(shop.deps, shop.tenantId, despiteContradictions ? { despiteContradictions } : {});

/** What a rebuild is refused with; it must not have written anything. */
async function refused(): Promise<{ code: string; message: string; ledgerId: unknown }> {
  const before = await shop.dump();
  const error = await rebuild().then(
    () => new Error('was accepted'),
    (thrown: unknown) => thrown,
  );
  expect(await shop.dump()).toEqual(before);
  const { code, message, details } = error as Error & {
    code: string;
    details?: { ledgerId: string };
  };
  return { code, message, ledgerId: details?.ledgerId };
}

test('with a hole in the middle, whatever the option', async () => {
  const [, , hole, next] = await shop.ledger();
  await redis().xdel(keys.ledger(shop.tenantId), hole!.id);
  expect(await refused()).toEqual({
    code: 'LEDGER_INCOMPLETE',
    message: `A part of the ledger is missing right before its entry ${next!.id}.`,
    ledgerId: next!.id,
  });
  await expect(rebuild(true)).rejects.toMatchObject({ code: 'LEDGER_INCOMPLETE' });
  expect((await shop.level(cup)).quantity).toBe(43);
});

test('with a line that does not follow from the one before, unless told to go on', async () => {
  const id = await changeEntry(shop, 2, (fields) => fields.get('lines')!.writeInt32LE(-9, 62));
  expect(await refused()).toEqual({
    code: 'LEDGER_CONTRADICTS',
    message: `The ledger contradicts itself once, first in entry ${id}.`,
    ledgerId: id,
  });
  const report = await rebuild(true);
  expect(report).toMatchObject({
    restoredItems: 1,
    contradictionCount: 1,
    contradictions: [{ itemId: guidOfKey(cup), ledgerId: id, field: 'quantity' }],
  });
  expect((await shop.level(cup)).quantity).toBe(50 - 9 - 2);
});

test('the message names the first places and says how many there are', async () => {
  const ids = [];
  for (const place of [2, 3, 4]) {
    ids.push(await changeEntry(shop, place, (fields) => fields.get('lines')!.writeInt32LE(3, 62)));
  }
  expect((await refused()).message).toBe(
    `The ledger contradicts itself 3 times, first in entry ${ids.join(', entry ')}.`,
  );
});

test.each(UNREADABLE)('with an entry of which %s, unless told to go on', async (fault, change) => {
  const id = await changeEntry(shop, 2, change);
  const { code, message } = await refused();
  expect([code, message]).toEqual(['LEDGER_CONTRADICTS', expect.stringContaining(`entry ${id}`)]);
  await redis().hdel(name('levels'), bowl);
  const { contradictions } = await rebuild(true);
  expect(contradictions).toContainEqual({
    itemId: null,
    ledgerId: id,
    field: 'entry',
    stored: `The ledger entry ${id} can't be read: ${fault}.`,
    expected: 'an entry',
  });
  expect((await shop.level(bowl)).quantity).toBe(19);
});

test('an item whose creation can not be read is left as it is', async () => {
  await changeEntry(shop, 0, (fields) => fields.delete('movement'));
  const before = [await shop.level(cup), await redis().hget(name('documents'), cup)];
  await redis().hdel(name('levels'), bowl);
  expect(await rebuild(true)).toMatchObject({ restoredItems: 1 });
  expect([await shop.level(cup), await redis().hget(name('documents'), cup)]).toEqual(before);
});

test('items that it can not know are left alone, also where it goes on', async () => {
  const calm = await shop.addItem({ quantity: 4 });
  await changeEntry(shop, -1, (fields) => fields.delete('lines'));
  await redis().hdel(name('levels'), bowl);
  expect(await rebuild(true)).toMatchObject({ restoredItems: 1, removedItems: 0 });
  expect((await shop.level(calm)).quantity).toBe(4);
});

describe('with a checkpoint', () => {
  beforeEach(async () => {
    await trimAll(shop);
    await shop.post([[bowl, -3]]);
  });

  const row = async () => (await redis().hgetBuffer(name('checkpoint'), cup))!;
  test.each<[string, () => Promise<unknown>]>([
    [
      'a changed row',
      async () => {
        const packed = await row();
        packed.writeInt32LE(7, 12);
        return redis().hset(name('checkpoint'), cup, packed);
      },
    ],
    ['a lost row', () => redis().hdel(name('checkpoint'), cup)],
    ['a short row', async () => redis().hset(name('checkpoint'), cup, (await row()).subarray(9))],
    [
      'a strange row',
      async () => redis().hset(name('checkpoint'), keyOfGuid(randomUUID()), await row()),
    ],
    ['a field that is no item', () => redis().hset(name('checkpoint'), 'x', 'y')],
    ['a damaged head', () => redis().hset(name('checkpoint'), 'head', 'x')],
  ])('that has %s', async (_name, damage) => {
    await damage();
    const { code, message } = await refused();
    expect(code).toBe('LEDGER_CONTRADICTS');
    expect(message).toContain(name('checkpoint'));
    expect((await shop.verify()).drift).toContainEqual(
      expect.objectContaining({ key: name('checkpoint') }),
    );
    expect((await shop.level(cup)).quantity).toBe(43);
  });

  test('trimming goes on with the sum', async () => {
    await trimAll(shop);
    await shop.post([[cup, -3]]);
    await trimAll(shop);
    expect((await shop.verify()).drift).toEqual([]);
  });
});

test.each(['levels', 'documents', 'ledger', 'statusIndex', 'checkpoint', 'settings'] as const)(
  'with a key of another type: %s',
  async (which) => {
    const key = keys[which](shop.tenantId);
    await redis().del(key);
    const stored = which === 'settings' ? 'hash' : 'string';
    if (stored === 'hash') await redis().hset(key, 'x', 'y');
    else await redis().set(key, 'x');
    expect(await refused()).toMatchObject({
      code: 'LEDGER_CONTRADICTS',
      message: expect.stringMatching(`^The key ${key} has the type ${stored}, not `) as string,
    });
    await expect(rebuild(true)).rejects.toMatchObject({ code: 'LEDGER_CONTRADICTS' });
    const { drift } = await shop.verify();
    expect(drift).toMatchObject([{ itemId: null, key, field: 'type', stored }]);
  },
);

test("with an order's key of another type", async () => {
  const key = keys.order(shop.tenantId, orderId);
  await redis().del(key);
  await redis().hset(key, 'x', 'y');
  expect((await shop.verify()).drift).toMatchObject([{ orderId, field: 'order' }]);
  expect(await refused()).toMatchObject({
    code: 'LEDGER_CONTRADICTS',
    message: `The key ${key} is no string: delete it.`,
  });
});

import { guidOfKey } from '../../src/core/identity';
import { trimTenant } from '../../src/inventory/trim';
import type { TrimLimit } from '../../src/inventory/trimLimit';
import { readCheckpointId } from '../../src/redis/checkpoint';
import { keys } from '../../src/redis/keys';
import { changeEntry, UNREADABLE } from '../support/brokenLedger';
import { trimAll } from '../support/oldLedger';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, type Shop } from '../support/shop';

/*
 * Trimming destroys what it takes out. What contradicts itself is proof of what went wrong: it
 * stays, with all that came after it.
 */

const redis = testRedis();
let shop: Shop;
let key: Buffer;

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 50 });
  for (let i = 0; i < 7; i += 1) await shop.post([[key, -1]]);
});

const idsOf = async () => (await shop.ledger()).map(({ id }) => id);

test('a hole stops it: what came before is trimmed', async () => {
  const ids = await idsOf();
  await redis().xdel(keys.ledger(shop.tenantId), ids[4]!);
  const drift = (await shop.verify()).drift;
  for (let i = 0; i < 2; i += 1) {
    expect(await refusalOf(trimAll(shop))).toEqual({
      code: 'LEDGER_INCOMPLETE',
      ledgerId: ids[5],
    });
    expect(await readCheckpointId(shop.redis, shop.tenantId)).toBe(ids[3]);
    expect(await idsOf()).toEqual(ids.slice(5));
  }
  // Nothing of it is lost that told what is wrong.
  expect((await shop.verify()).drift).toEqual(drift);
});

test('a contradiction stops it, and is named', async () => {
  const ids = await idsOf();
  await changeEntry(shop, 2, (fields) => fields.get('lines')!.writeInt32LE(-4, 62));
  expect(await refusalOf(trimAll(shop))).toEqual({ code: 'LEDGER_CONTRADICTS', ledgerId: ids[2] });
  expect(await readCheckpointId(shop.redis, shop.tenantId)).toBe(ids[1]);
  expect((await shop.verify()).drift).toContainEqual(
    expect.objectContaining({ ledgerId: ids[2], field: 'quantity', stored: 48, expected: 45 }),
  );
});

test.each(UNREADABLE)('an entry of which %s stops it', async (_fault, change) => {
  const ids = await idsOf();
  await changeEntry(shop, 3, change);
  expect(await refusalOf(trimAll(shop))).toEqual({ code: 'LEDGER_CONTRADICTS', ledgerId: ids[3] });
  expect(await readCheckpointId(shop.redis, shop.tenantId)).toBe(ids[2]);
});

test('a damaged row of the checkpoint stops it where the item moves', async () => {
  const other = await shop.addItem({ quantity: 1 });
  await trimAll(shop);
  await shop.post([[other, -1]]);
  await shop.post([[key, -1]]);
  await shop.post([[key, -1]]);
  const ids = await idsOf();
  const checkpoint = keys.checkpoint(shop.tenantId);
  await redis().hset(checkpoint, key, 'short');
  expect(await refusalOf(trimAll(shop))).toEqual({
    code: 'LEDGER_CONTRADICTS',
    ledgerId: ids[2],
  });
  expect((await shop.verify()).drift).toContainEqual({
    itemId: guidOfKey(key),
    key: checkpoint,
    field: 'row',
    stored: '5 bytes',
    expected: 'a level and a document',
  });
});

test('a ledger that does not begin where its checkpoint ends is left alone', async () => {
  await trimAll(shop);
  const name = keys.checkpoint(shop.tenantId);
  await redis().rename(name, `${name}:away`);
  await shop.post([[key, -1]]);
  expect(await refusalOf(trimAll(shop))).toMatchObject({ code: 'LEDGER_INCOMPLETE' });
  await redis().rename(`${name}:away`, name);
  expect((await shop.verify()).drift).toEqual([]);
});

test('who needs entries from now on is asked before every step', async () => {
  await Promise.all(Array.from({ length: 500 }, () => shop.post([[key, -1, 'unrestricted']])));
  const ids = await idsOf();
  let asked = 0;
  // Somebody comes after the first step.
  const limit: TrimLimit = () => Promise.resolve((asked += 1) === 1 ? null : ids[210]!);
  expect(await trimAll(shop, limit)).toMatchObject({ entries: 211, checkpointId: ids[210] });
});

describe('two at once', () => {
  /** A trimming that waits, right after it has read where the checkpoint is. */
  async function trimInBetween(other: () => Promise<unknown>) {
    let first = true;
    const limit: TrimLimit = async () => {
      if (first) {
        first = false;
        await other();
      }
      return null;
    };
    const deps = { redis: shop.redis, retentionMs: -60_000, ledgerRetentionMs: -60_000 };
    return trimTenant(deps, shop.tenantId, { limits: [limit] });
  }

  test('raise no false alarm: what moved on while it was read is no contradiction', async () => {
    const ids = await idsOf();
    const passed = () => Promise.resolve(ids[4]!);
    const report = await trimInBetween(() => trimAll(shop, passed));
    expect(report.checkpointId).toBe(ids[4]);
    expect(await trimAll(shop)).toMatchObject({ entries: 2 });
    expect((await shop.verify()).drift).toEqual([]);
  });
});

import { guidOfKey } from '../../src/core/identity';
import { explainStock } from '../../src/inventory/explainStock';
import { itemHistories } from '../../src/inventory/history';
import { listMovements } from '../../src/inventory/movements';
import { stockAt } from '../../src/inventory/stockAt';
import { testRedis } from '../support/redis';
import { openShop, strangeKey, type Shop } from '../support/shop';

/*
 * Past the bounds of one request: an item with more than 20,000 movements, and one that rested
 * while they happened and has moved often since.
 */

const BUSY_MOVEMENTS = 20_300;
const LATER_MOVEMENTS = 300;

const redis = testRedis();
let shop: Shop;
let busy: string;
let resting: string;
/** Id of the movement before all those of the busy item. */
let start: string;
/** Ids of the busy item's movements. */
const busyIds: string[] = [];

async function moveOften(key: Buffer, times: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < times; at += 500) {
    const some = Array.from({ length: Math.min(500, times - at) }, () =>
      shop.post([[key, -1, 'unrestricted']]),
    );
    ids.push(...(await Promise.all(some)).map(({ ledgerId }) => ledgerId));
  }
  return ids;
}

beforeAll(async () => {
  shop = openShop(redis());
  const restingKey = await shop.addItem({ quantity: 77 });
  const busyKey = await shop.addItem({ quantity: 50_000 });
  [resting, busy] = [guidOfKey(restingKey), guidOfKey(busyKey)];
  start = (await shop.post([[restingKey, -7]], { cause: { operation: 'SET', actor: 'cli' } }))
    .ledgerId;
  busyIds.push(...(await moveOften(busyKey, BUSY_MOVEMENTS)));
  await moveOften(restingKey, LATER_MOVEMENTS);
}, 120_000);

const quantities = async (ids: string[], movementId: string) =>
  (await stockAt(shop.deps, shop.tenantId, ids, { movementId })).items.map(
    ({ level, exact }) => [level?.quantity, exact], // prettier-ignore
  );

test('stock at a moment is exact from whichever end it is found', async () => {
  expect(await quantities([resting, busy], start)).toEqual([
    [70, true],
    [50_000, true],
  ]);
  const middle = busyIds[9_999]!;
  expect(await quantities([busy, resting], middle)).toEqual([
    [40_000, true],
    [70, true],
  ]);
});

test('an item that is not there may have been: that much is said', async () => {
  const strange = guidOfKey(strangeKey());
  expect(await quantities([strange], start)).toEqual([[undefined, false]]);
  expect(await quantities([strange], busyIds.at(-1)!)).toEqual([[undefined, true]]);
});

test('a search ends its page early and goes on from there', async () => {
  const list = { filter: { actor: 'cli' }, first: 10, oldestFirst: false };
  const one = await listMovements(shop.deps, shop.tenantId, list);
  expect([one.movements, one.hasMore]).toEqual([[], true]);
  const after = one.endCursor!;
  const two = await listMovements(shop.deps, shop.tenantId, { ...list, after });
  expect([two.movements.map(({ id }) => id), two.hasMore]).toEqual([[start], false]);
});

test('a history oldest first goes through all of a long past', async () => {
  const page = async (after?: string) => {
    const request = { itemId: busy, first: 3, after, oldestFirst: true };
    return (await itemHistories(shop.deps, shop.tenantId, [request]))[0]!;
  };
  const one = await page();
  expect(one.steps.map(({ line }) => line.level!.quantity)).toEqual([50_000, 49_999, 49_998]);
  const two = await page(one.endCursor!);
  expect(two.steps.map(({ id }) => id)).toEqual(busyIds.slice(2, 5));
  const last = await page(busyIds.at(-3));
  expect([last.steps.map(({ id }) => id), last.hasMore]).toEqual([busyIds.slice(-2), false]);
});

test('movements of an item and a time long ago are found by a search', async () => {
  const timeMs = Number(busyIds[4]!.split('-')[0]);
  const filter = { itemIds: [busy], time: { max: timeMs } };
  const { movements } = await listMovements(shop.deps, shop.tenantId, {
    filter,
    first: 250,
    oldestFirst: false,
  });
  const expected = busyIds.filter((id) => Number(id.split('-')[0]) <= timeMs).reverse();
  expect(movements.map(({ id }) => id).slice(0, 5)).toEqual(expected.slice(0, 5));
});

test('an explanation begins with what there was before the last 20,000', async () => {
  const { opening, changes, level, movements } = (await explainStock(
    shop.deps,
    shop.tenantId,
    busy,
  ))!;
  expect([opening.kind, opening.quantity, movements]).toEqual(['LIMIT', 49_700, 20_000]);
  expect(opening.movementId).toBe(busyIds[300]);
  expect(opening.quantity + changes[0]!.quantity).toBe(level.quantity);
});

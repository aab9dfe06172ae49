import { InventoryError } from '../../src/core/errors';
import type { ItemCondition } from '../../src/core/itemQuery';
import type { ItemJobKind } from '../../src/inventory/itemJobs';
import { itemJobKinds } from '../../src/items-rest/itemJobKinds';
import { beforeScript } from './beforeScript';
import { jobHub, stock } from './jobHub';

const { hub, run, shelf, items, quantities, order, go, state, create } = jobHub();

const BULK = '/bulk/inventory-items';
const ofProduct = (productId: string): ItemCondition => ({ field: 'productId', in: [productId] });
const holding = (productId: string, quantity: number): ItemCondition => ({
  and: [ofProduct(productId), { field: 'quantity', in: [quantity] }],
});
const setTo = (quantity: number) => ({ written: {}, quantity });
const adjustBy = (units: number, track = false) => ({ units, track });

/** A sale of one item, as a checkout makes it. */
const sell = (inventoryItemId: string, decrementBy: number) =>
  run('POST', `${BULK}/decrement`, { decrementData: [{ inventoryItemId, decrementBy }] });
const remove = (id: string) => run('DELETE', `/inventory-items/${id}`);

/** Kinds whose work is cut off once: before it, or after it and before anybody is told. */
function cutOff(when: 'before' | 'after', step = 1): typeof itemJobKinds {
  let steps = 0;
  const cut = (kind: ItemJobKind): ItemJobKind => {
    return async (...call) => {
      steps += 1;
      if (steps !== step) return kind(...call);
      if (when === 'after') await kind(...call);
      throw new InventoryError('REDIS_UNAVAILABLE');
    };
  };
  return Object.fromEntries(Object.entries(itemJobKinds).map(([name, kind]) => [name, cut(kind)]));
}

async function interrupted(
  ...[kind, where, input, when, step]: [
    string,
    ItemCondition,
    unknown,
    ...Parameters<typeof cutOff>,
  ]
) {
  const ticket = await order(kind, where, input);
  await expect(go(ticket, cutOff(when, step))).rejects.toMatchObject({ kind: 'unavailable' });
  return ticket;
}

describe('a step that was cut off after its work is not done again', () => {
  test('update: a sale in between stands', async () => {
    const { productId, ids } = await shelf(Array.from({ length: 650 }, () => stock(10)));
    const where = holding(productId, 10);
    const ticket = await interrupted('UPDATE', where, setTo(40), 'after', 2);
    expect(await state(ticket)).toMatchObject({ total: 650, succeeded: 300 });
    const sorted = [...ids].sort();
    await sell(sorted[0]!, 1);
    await sell(sorted[400]!, 15);
    await sell(sorted[649]!, 2);
    expect(await go(ticket)).toBe(true);
    expect(await state(ticket)).toMatchObject({
      ...{ status: 'DONE', total: 650, succeeded: 649, skipped: 1, failed: 0 },
    });
    const places = [0, 400, 649, 1];
    expect(await quantities(places.map((place) => sorted[place]!))).toEqual([39, 25, 8, 40]);
  });

  test('delete: what was created again in between stays', async () => {
    const { productId, ids } = await shelf([stock(1), stock(2)]);
    const [kept] = await items([ids[0]!]);
    const ticket = await interrupted('DELETE', ofProduct(productId), null, 'after');
    const { variantId, locationId } = kept!;
    await create({ productId, variantId, locationId, quantity: 77 });
    expect(await go(ticket)).toBe(true);
    expect(await state(ticket)).toMatchObject({ total: 2, succeeded: 2, skipped: 0 });
    expect(await quantities([ids[0]!])).toEqual([77]);
  });

  test('create: those that were made count as made', async () => {
    const { productId } = await shelf([stock(1), stock(2)]);
    const input = { locationId: productId, quantity: 12 };
    const ticket = await interrupted('CREATE', ofProduct(productId), input, 'after');
    expect(await go(ticket)).toBe(true);
    expect(await state(ticket)).toMatchObject({ total: 2, succeeded: 2, skipped: 0 });
  });

  test.each([false, true])('adjust, tracking %s: whoever fits no more counts', async (track) => {
    const { productId, ids } = await shelf([
      ...[stock(10), stock(10), stock(-4)],
      { tracked: false, inStock: true },
    ]);
    const or: ItemCondition[] = [10, -4, null].map((quantity) => {
      return { field: 'quantity', in: [quantity] };
    });
    const where = { and: [ofProduct(productId), { or }] };
    const ticket = await interrupted('ADJUST', where, adjustBy(-3, track), 'after');
    await sell(ids[0]!, 1);
    expect(await go(ticket)).toBe(true);
    const counts = { succeeded: track ? 3 : 2, skipped: 0, failed: track ? 1 : 2 };
    expect(await state(ticket)).toMatchObject({ status: 'DONE', total: 4, ...counts });
    expect(await quantities(ids)).toEqual([6, 7, -4, track ? 0 : undefined]);
  });

  test('adjust, cut off between the saved ones and the movement', async () => {
    const { productId, ids } = await shelf([stock(10), { tracked: false, inStock: true }]);
    const ticket = await order('ADJUST', ofProduct(productId), adjustBy(5, true));
    const gone = () => Promise.reject(new InventoryError('REDIS_UNAVAILABLE'));
    beforeScript(hub(), 'postMovement', gone);
    await expect(go(ticket)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await quantities(ids)).toEqual([10, 5]);
    expect(await go(ticket)).toBe(true);
    expect(await state(ticket)).toMatchObject({ total: 2, succeeded: 2 });
    expect(await quantities(ids)).toEqual([15, 5]);
  });

  test('two processes that run one job do it once', async () => {
    const { productId, ids } = await shelf(Array.from({ length: 700 }, () => stock(10)));
    const ticket = await order('ADJUST', ofProduct(productId), adjustBy(1));
    await Promise.all([go(ticket), go(ticket), go(ticket)]);
    expect(await state(ticket)).toMatchObject({ status: 'DONE', total: 700, succeeded: 700 });
    expect(new Set(await quantities(ids))).toEqual(new Set([11]));
  });
});

describe('an item that is no longer meant when its turn comes is skipped', () => {
  test.each(['UPDATE', 'DELETE', 'ADJUST', 'CREATE'])('%s', async (kind) => {
    const { productId, ids } = await shelf([stock(10), stock(10), stock(10)]);
    const inputs: Record<string, unknown> = {
      UPDATE: setTo(40),
      ADJUST: adjustBy(30),
      CREATE: { locationId: productId, quantity: 1 },
    };
    const where = holding(productId, 10);
    const ticket = await interrupted(kind, where, inputs[kind] ?? null, 'before');
    await sell(ids[0]!, 1);
    await remove(ids[1]!);
    expect(await go(ticket)).toBe(true);
    expect(await state(ticket)).toMatchObject({ total: 3, succeeded: 1, skipped: 2, failed: 0 });
    expect(await quantities([ids[0]!])).toEqual([9]);
  });
});

describe('an item that changes between look and write', () => {
  test('is looked at again', async () => {
    const { productId, ids } = await shelf([stock(10), stock(10)]);
    const where: ItemCondition = {
      and: [ofProduct(productId), { field: 'quantity', compare: 'gte', value: 10 }],
    };
    const update = await order('UPDATE', where, setTo(40));
    beforeScript(hub(), 'saveItems', () => sell(ids[0]!, 1));
    await go(update);
    expect(await state(update)).toMatchObject({ succeeded: 1, skipped: 1, failed: 0 });
    const adjust = await order('ADJUST', where, adjustBy(-1));
    beforeScript(hub(), 'postMovement', () => sell(ids[1]!, 35));
    await go(adjust);
    expect(await state(adjust)).toMatchObject({ total: 1, succeeded: 0, skipped: 1 });
    const remove = await order('DELETE', ofProduct(productId), null);
    beforeScript(hub(), 'deleteItems', () => sell(ids[1]!, 1));
    await go(remove);
    expect(await state(remove)).toMatchObject({ total: 2, succeeded: 2 });
  });

  test('is taken from down to what it then has', async () => {
    const { productId, ids } = await shelf([stock(3), stock(8)]);
    const ticket = await order('ADJUST', ofProduct(productId), adjustBy(-5));
    beforeScript(hub(), 'postMovement', () => sell(ids[0]!, 1).then(() => sell(ids[1]!, 4)));
    await go(ticket);
    expect(await state(ticket)).toMatchObject({ succeeded: 2, failed: 0 });
    expect(await quantities(ids)).toEqual([0, 0]);
  });

  test('all the time fails alone, and the job goes on', async () => {
    const { productId, ids } = await shelf([stock(10_000), stock(10), stock(10)]);
    const ticket = await order('UPDATE', ofProduct(productId), setTo(40));
    const restore = beforeScript(hub(), 'saveItems', () => sell(ids[0]!, 1), {
      everyTime: true,
    });
    await go(ticket);
    restore();
    const job = await state(ticket);
    expect(job).toMatchObject({ status: 'DONE', total: 3, succeeded: 2, failed: 1 });
    expect(job.failures).toMatchObject([{ itemId: ids[0], code: 'REVISION_CONFLICT' }]);
    expect(await quantities(ids.slice(1))).toEqual([40, 40]);
  });
});

test('what passes by itself does not end a job', async () => {
  const { productId } = await shelf([stock(1)]);
  const ticket = await order('UPDATE', ofProduct(productId), setTo(2));
  const contended = { UPDATE: () => Promise.reject(new InventoryError('ITEM_CHANGED')) };
  await expect(go(ticket, contended)).rejects.toMatchObject({ code: 'ITEM_CHANGED' });
  expect(await state(ticket)).toMatchObject({ status: 'RUNNING' });
});

test('the list of items is kept as long as the job, and no draft of it', async () => {
  const { productId } = await shelf(Array.from({ length: 5000 }, () => stock(10)));
  const ticket = await interrupted('ADJUST', ofProduct(productId), adjustBy(1), 'before');
  const { redis } = hub();
  const name = `{${ticket.tenantId}}:item-job:${ticket.jobId}`;
  expect(await redis.keys(`${name}*`)).toHaveLength(2);
  expect(await redis.strlen(`${name}:items`)).toBe(5000 * 16);
  const [job, list] = await Promise.all([redis.pttl(name), redis.pttl(`${name}:items`)]);
  expect(Math.abs(job - list)).toBeLessThan(10_000);
  expect(job).toBeGreaterThan(29 * 24 * 3600 * 1000);
  expect(await go(ticket)).toBe(true);
  expect(await state(ticket)).toMatchObject({ total: 5000, succeeded: 5000 });
});

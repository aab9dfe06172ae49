import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { itemHistories } from '../../src/inventory/history';
import { listMovements, type ListMovements } from '../../src/inventory/movements';
import { deleteItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { testRedis } from '../support/redis';
import { digests, openShop, type Shop, type TestLine } from '../support/shop';

/*
 * Items that were deleted and created again, and orders whose record does not name all of their
 * movements.
 */

const redis = testRedis();
let shop: Shop;
let key: Buffer;
let itemId: string;
const productId = 'cup';

const remove = () =>
  deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: [{ key, revision: 0 }],
    cause: { operation: 'DELETE' },
  });
const post = async (times: number, units = 1) => {
  const posts = Array.from({ length: times }, () => shop.post([[key, units, 'unrestricted']]));
  return (await Promise.all(posts)).map(({ ledgerId }) => ledgerId);
};
const lastId = async () => (await shop.ledger()).at(-1)!.id;

/** All pages of a list: ids. */
async function list(more: Partial<ListMovements>, first = 100): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let hasMore = true; hasMore;) {
    const filter = { itemIds: [itemId] };
    const page = { filter, first, after, oldestFirst: false, ...more };
    const found = await listMovements(shop.deps, shop.tenantId, page);
    ids.push(...found.movements.map(({ id }) => id));
    after = found.endCursor ?? undefined;
    hasMore = found.hasMore;
  }
  return ids;
}

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 5 }, productId);
  itemId = guidOfKey(key);
});

describe('an item that was created again', () => {
  let all: string[];
  let creation: string;
  beforeEach(async () => {
    await post(3);
    await remove();
    await shop.addItem({ quantity: 1 });
    await shop.addItem({ quantity: 7 }, productId);
    creation = await lastId();
    // A line that was ignored did nothing to it.
    await shop.post([[key, -1, 'ignored']]);
    await post(4);
    all = (await shop.ledger())
      .filter(({ lines }) => lines.some((line) => line.itemId === itemId && !line.ignored))
      .map(({ id }) => id);
    expect(all).toHaveLength(5 + 5);
  });

  test.each([1, 3, 5, 6, 100])('has all of its movements, in pages of %i', async (first) => {
    expect(await list({ oldestFirst: true }, first)).toEqual(all);
    expect((await list({}, first)).reverse()).toEqual(all);
    const filter = { itemIds: [itemId], operations: ['DECREMENT'] };
    const moved = all.filter((id) => ![all[0], all[4], creation].includes(id));
    expect(await list({ filter, oldestFirst: true }, first)).toEqual(moved);
    expect((await list({ filter }, first)).reverse()).toEqual(moved);
  });

  test('its history begins with its creation, also beyond 2,000 movements', async () => {
    const later = await post(2100);
    const request = { itemId, first: 6, oldestFirst: true };
    const page = async (after?: string) => {
      const asked = { ...request, ...(after !== undefined && { after }) };
      return (await itemHistories(shop.deps, shop.tenantId, [asked]))[0]!;
    };
    const ids = (await page()).steps.map(({ id }) => id);
    expect(ids).toEqual([...all.slice(5), later[0]]);
    expect((await page(all[1])).steps.map(({ id }) => id)).toEqual(ids);
    expect((await page(creation)).steps[0]!.id).toBe(all[6]);
    expect((await list({ oldestFirst: true }, 250)).slice(0, 10)).toEqual(all);
  });
});

test('an item that was created again in the millisecond in which it was deleted', async () => {
  for (let i = 0; i < 20; i += 1) {
    await Promise.all([remove(), shop.addItem({ quantity: 7 }, productId)]);
  }
  const creation = await lastId();
  await post(2001);
  const request = { itemId, first: 2, oldestFirst: true };
  const [page] = await itemHistories(shop.deps, shop.tenantId, [request]);
  expect(page!.steps.map(({ id, line }) => [id, line.created])[0]).toEqual([creation, true]);
});

describe('movements of an order', () => {
  const orderId = randomUUID();
  const sell = async (times: number) => {
    const line: TestLine = [key, -1, 'unrestricted'];
    const cause = { operation: 'DECREMENT', orderId } as const;
    const posts = Array.from({ length: times }, (_, i) =>
      shop.post([line], { cause, order: { direction: '-', digests: digests(`call ${i}`) } }),
    );
    return (await Promise.all(posts)).map(({ ledgerId }) => ledgerId);
  };

  test('are found when its record has expired', async () => {
    const ids = await sell(3);
    await post(2);
    await redis().del(keys.order(shop.tenantId, orderId));
    expect(await list({ filter: { orderId }, oldestFirst: true }, 2)).toEqual(ids);
    expect((await list({ filter: { orderId } }, 2)).reverse()).toEqual(ids);
  });

  test('are all found when its record no longer names all of them', async () => {
    const ids = await sell(1050);
    expect(await list({ filter: { orderId }, oldestFirst: true }, 250)).toEqual(ids);
  });
});

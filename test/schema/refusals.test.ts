import { randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import { impliedLocationId } from '../../src/core/identity';
import { keys } from '../../src/redis/keys';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { change } from './changes';

const startHub = graphqlHubs();
const hub = graphqlHub();

interface ShownRefusal {
  id: string;
  code: string;
  operation: string;
  reason: string | null;
  orderId: string | null;
  actor: string | null;
  lines: {
    itemId: string;
    code: string;
    taken: number;
    requested: number;
    available: number;
    item: { quantity: number } | null;
    reference: { productId: string } | null;
  }[];
}

const REFUSALS = `query ($filter: RefusalFilterInput, $first: Int! = 50, $after: String) {
  refusals(filter: $filter, first: $first, after: $after) {
    nodes {
      id code operation reason orderId actor time
      lines {
        itemId code requested available taken item { quantity }
        reference { appId productId variantId locationId }
      }
    }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;
interface Page {
  refusals: {
    nodes: ShownRefusal[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
  };
}
const refusals = async (variables: object = {}) =>
  (await hub().run<Page>(REFUSALS, variables)).refusals;
const sell = async (lines: object[], orderId: string, more: object = {}) =>
  (await hub().call('decrement', lines, { orderId, ...more })).status;

test('a refused order is kept with every item it was refused for', async () => {
  const [one, two] = [randomUUID(), randomUUID()];
  const ids = await hub().addItems([
    { productId: one, quantity: 2 },
    { productId: two, quantity: 1, preorderEnabled: true, preorderLimit: 3 },
  ]);
  const orderId = randomUUID();
  const lines = [line(one, 3), line(two, 9), line(one, 1)];
  expect(await sell(lines, orderId, { reason: 'ORDER_PLACED' })).toBe(428);
  const { nodes } = await refusals({ filter: { orderId } });
  const code = 'INSUFFICIENT_AVAILABLE';
  expect(nodes).toMatchObject([
    {
      code,
      operation: 'DECREMENT',
      reason: 'ORDER_PLACED',
      orderId,
      actor: 'member:m-1',
      lines: [
        // The item says what it is of.
        {
          itemId: ids[0],
          code,
          requested: 4,
          available: 2,
          item: { quantity: 2 },
          reference: null,
        },
        { itemId: ids[1], code, requested: 9, available: 4, taken: 0, reference: null },
      ],
    },
  ]);
});

test('items that are unknown and items that are short are both kept', async () => {
  const [one, two, none] = [randomUUID(), randomUUID(), randomUUID()];
  const [, short] = await hub().addItems([
    { productId: one, quantity: 5 },
    { productId: two, quantity: 1 },
  ]);
  const orderId = randomUUID();
  expect(await sell([line(one, 2), line(none, 3), line(two, 1), line(two, 3)], orderId)).toBe(428);
  const reference = {
    appId: WIX_STORES_APP_ID,
    productId: none,
    variantId: null,
    locationId: impliedLocationId(hub().tenantId),
  };
  const { nodes } = await refusals({ filter: { orderId } });
  expect(nodes).toMatchObject([
    {
      code: 'UNKNOWN_ITEM',
      lines: [
        { code: 'UNKNOWN_ITEM', requested: 3, available: 0, item: null, reference },
        { itemId: short, code: 'INSUFFICIENT_AVAILABLE', requested: 4, available: 1 },
      ],
    },
  ]);
});

test('an unknown item, and a strict change of a tool; what is not strict leaves none', async () => {
  const orderId = randomUUID();
  expect(await sell([line(randomUUID(), 2)], orderId)).not.toBe(200);
  const { nodes } = await refusals({ filter: { orderId } });
  expect(nodes).toMatchObject([
    { code: 'UNKNOWN_ITEM', lines: [{ requested: 2, available: 0, item: null }] },
  ]);
  const itemId = await hub().addItem({ quantity: 3 });
  const changes = [{ itemId, delta: -5, compareQuantity: null }];
  expect((await change(hub(), 'adjust', { changes, reason: 'LOST' })).userErrors).toHaveLength(1);
  const found = (await refusals({ filter: { itemId, reason: 'LOST' } })).nodes;
  expect(found).toMatchObject([
    {
      operation: 'ADJUST',
      actor: 'user:test',
      orderId: null,
      lines: [{ itemId, requested: 5, available: 3, reference: null }],
    },
  ]);
  const set = [{ itemId: randomUUID(), quantity: 5, compareQuantity: null }];
  const before = (await refusals()).nodes.length;
  expect((await change(hub(), 'set', { changes: set })).userErrors).toHaveLength(1);
  await hub().run(
    `query ($id: ID!) { inventoryPreview(lines: [{ itemId: $id, units: -9 }]) { possible } }`,
    { id: itemId },
  );
  const stale = [{ itemId, delta: -1, compareQuantity: 9 }];
  expect((await change(hub(), 'adjust', { changes: stale })).userErrors).toHaveLength(1);
  expect((await refusals()).nodes).toHaveLength(before);
});

test('the same call within a minute is kept once, another one of the order again', async () => {
  const productId = randomUUID();
  await hub().addItem({ productId, quantity: 1 });
  const orderId = randomUUID();
  for (let i = 0; i < 3; i += 1) await sell([line(productId, 2)], orderId);
  await sell([line(productId, 3)], orderId);
  const { nodes } = await refusals({ filter: { orderId } });
  expect(nodes.map(({ lines }) => lines[0]!.requested)).toEqual([3, 2]);
});

test('come in pages, newest first, of a time, an order, an item, a reason', async () => {
  const other = await startHub();
  const page = async (variables: object) => (await other.run<Page>(REFUSALS, variables)).refusals;
  const items = Array.from({ length: 5 }, () => randomUUID());
  const ids = await other.addItems(items.map((productId) => ({ productId, quantity: 0 })));
  for (const [i, productId] of items.entries()) {
    const reason = i === 2 ? 'ORDER_PAID' : 'ORDER_PLACED';
    await other.call('decrement', [line(productId, 1)], { orderId: randomUUID(), reason });
  }
  const seen: string[] = [];
  let after: string | null = null;
  for (let more = true; more;) {
    const { nodes, pageInfo } = await page({ first: 2, after });
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    seen.push(...nodes.map(({ lines }) => lines[0]!.itemId));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  expect(seen).toEqual([...ids].reverse());
  const paid = await page({ filter: { reason: 'ORDER_PAID' } });
  expect(paid.nodes.map(({ lines }) => lines[0]!.itemId)).toEqual([ids[2]]);
  const time = { to: '2020-01-01T00:00:00Z' };
  expect((await page({ filter: { time } })).nodes).toEqual([]);
  expect((await page({ filter: { time: { from: time.to } } })).nodes).toHaveLength(5);
  for (const variables of [
    { first: 0 },
    { first: 251 },
    { after: 'x' },
    { filter: { itemId: 'x' } },
  ]) {
    const { errors } = await other.query(REFUSALS, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  }
  // The first hub's tenant has none of them.
  expect((await refusals({ filter: { itemId: ids[0] } })).nodes).toEqual([]);
});

test('lost sales: an order once per item, less what it took after all', async () => {
  const other = await startHub();
  const [productId, unknown] = [randomUUID(), randomUUID()];
  const itemId = await other.addItem({ productId, quantity: 4 });
  const orders = Array.from({ length: 5 }, () => randomUUID());
  const sellThere = async (
    orderId: string,
    units: number,
    reason = 'ORDER_PLACED',
    of = productId,
  ) => (await other.call('decrement', [line(of, units)], { orderId, reason })).status;
  const [twice, paid, served, partly, stranger] = orders as [
    string,
    string,
    string,
    string,
    string,
  ];
  await sellThere(twice, 9);
  await sellThere(twice, 6);
  await sellThere(paid, 5, 'ORDER_PAID');
  await sellThere(served, 5);
  // What an order had before it was refused is none of what it wanted then.
  expect(await sellThere(partly, 1)).toBe(200);
  await sellThere(partly, 7);
  expect(await sellThere(partly, 2, 'ORDER_EDITED')).toBe(200);
  await sellThere(stranger, 2, 'ORDER_PLACED', unknown);
  await change(other, 'adjust', { changes: [{ itemId, delta: 4, compareQuantity: null }] });
  expect(await sellThere(served, 5)).toBe(200);
  const { lostSales } = await other.run<{ lostSales: object }>(
    `{ lostSales { refusals sales {
      code reason orders requested missing item { quantity } reference { productId }
    } } }`,
  );
  const short = { code: 'INSUFFICIENT_AVAILABLE', item: { quantity: 0 }, reference: null };
  expect(lostSales).toEqual({
    refusals: 6,
    sales: [
      // Twice: 6 of 4. Partly: 7 of 3, of which it took 2 since.
      { ...short, reason: 'ORDER_PLACED', orders: 2, requested: 6 + 5, missing: 2 + 4 },
      {
        ...{ code: 'UNKNOWN_ITEM', item: null, reference: { productId: unknown } },
        ...{ reason: 'ORDER_PLACED', orders: 1, requested: 2, missing: 2 },
      },
      { ...short, reason: 'ORDER_PAID', orders: 1, requested: 5, missing: 1 },
    ],
  });
  const { refusals: listed } = await other.run<Page>(REFUSALS, { filter: { orderId: partly } });
  expect(listed.nodes.map(({ lines }) => lines[0]!.taken)).toEqual([1]);
  const none = await other.run(
    `{ lostSales(to: "2020-01-01T00:00:00Z") { refusals sales { itemId } } }`,
  );
  expect(none).toEqual({ lostSales: { refusals: 0, sales: [] } });
  const { errors } = await other.query(
    `{ lostSales(from: "2021-01-01T00:00:00Z", to: "2020-01-01T00:00:00Z") { refusals } }`,
  );
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
});

test('a refusal that cannot be kept is the same refusal, and is logged', async () => {
  const other = await startHub();
  const productId = randomUUID();
  await other.addItem({ productId, quantity: 0 });
  // Not a stream: Redis refuses to add to it.
  await other.redis.set(keys.refusals(other.tenantId), 'x');
  const warned: string[] = [];
  other.inventory.log = { warn: (message) => warned.push(message) };
  const { status } = await other.call('decrement', [line(productId, 1)], { orderId: randomUUID() });
  expect(status).toBe(428);
  expect(warned).toEqual([expect.stringMatching(/^a refusal could not be kept: /)]);
});

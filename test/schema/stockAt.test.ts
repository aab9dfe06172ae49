import { randomUUID } from 'node:crypto';
import { trimTenant } from '../../src/inventory/trim';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';
import { change } from './changes';
import { history, itemWithPast, movements, refusalsOf } from './shownHistory';

const startHub = graphqlHubs();
const hub = graphqlHub();

let productId: string;
let itemId: string;
let orderId: string;
beforeAll(async () => {
  ({ productId, itemId, orderId } = await itemWithPast(hub()));
});

describe('stock at a moment', () => {
  const STOCK_AT = `query ($ids: [ID!]!, $time: DateTime, $movementId: ID) {
    stockAt(itemIds: $ids, time: $time, movementId: $movementId) {
      itemId existed exact tracked quantity reserved available inStock preordered
      availabilityStatus item { quantity }
    }
  }`;
  const stockAt = async (variables: object) =>
    (await hub().run<{ stockAt: object[] }>(STOCK_AT, variables)).stockAt;

  test('is what it was right after a movement', async () => {
    const [, sold, created] = (await history(hub(), { id: itemId })).nodes;
    const strange = randomUUID();
    const common = { itemId, existed: true, exact: true, tracked: true, reserved: 0 };
    expect(await stockAt({ ids: [itemId, strange], movementId: sold!.id })).toMatchObject([
      {
        ...common,
        quantity: 0,
        available: 0,
        preordered: 2,
        availabilityStatus: 'PREORDER',
        item: { quantity: 5 },
      },
      { itemId: strange, existed: false, exact: true, quantity: null, item: null },
    ]);
    const [timeMs, sequence] = created!.id.split('-').map(Number);
    expect(await stockAt({ ids: [itemId], movementId: created!.id })).toMatchObject([
      { ...common, quantity: 10, preordered: 0, availabilityStatus: 'IN_STOCK' },
    ]);
    const before = `${timeMs! - 1}-${sequence! - 1}`;
    expect(await stockAt({ ids: [itemId], movementId: before })).toMatchObject([
      { itemId, existed: false, quantity: null },
    ]);
    expect(await stockAt({ ids: [itemId] })).toMatchObject([{ quantity: 5, available: 5 }]);
  });

  test('of an untracked item it says whether it could be sold', async () => {
    const shelf = await hub().addItem({ tracked: false, inStock: true });
    expect(await stockAt({ ids: [shelf] })).toMatchObject([
      { tracked: false, quantity: null, available: null, inStock: true },
    ]);
  });

  test('what breaks a bound is refused', async () => {
    const ids = [itemId];
    const future = new Date(Date.now() + 3_600_000).toISOString();
    const many = Array.from({ length: 251 }, () => itemId);
    for (const variables of [
      { ids: [] },
      { ids: many },
      { ids: ['x'] },
      { ids, time: future },
      { ids, movementId: 'x' },
      { ids, movementId: '1-999999' },
      { ids, movementId: '1-1', time: '2020-01-01T00:00:00Z' },
    ]) {
      expect((await refusalsOf(hub(), STOCK_AT, variables))[0]![0]).toBe('INVALID_INPUT');
    }
  });
});

const EXPLAIN = `query ($id: ID!) { explain(itemId: $id) {
  quantity reserved available preordered tracked movements
  opening { kind quantity preordered movementId }
  changes { operation reason movements quantity preordered lastMovementId }
} }`;

test('an explanation adds up', async () => {
  const [came, sold, created] = (await history(hub(), { id: itemId })).nodes;
  const { explain } = await hub().run<{ explain: object }>(EXPLAIN, { id: itemId });
  expect(explain).toMatchObject({
    quantity: 5,
    reserved: 0,
    available: 5,
    preordered: 2,
    movements: 2,
    opening: { kind: 'CREATED', quantity: 10, preordered: 0, movementId: created!.id },
    changes: [
      { operation: 'ADJUST', reason: 'RECEIVED', quantity: 5, lastMovementId: came!.id },
      { operation: 'DECREMENT', quantity: -10, preordered: 2, lastMovementId: sold!.id },
    ],
  });
  expect(await hub().run(EXPLAIN, { id: randomUUID() })).toEqual({ explain: null });
  expect((await refusalsOf(hub(), EXPLAIN, { id: 'x' }))[0]![0]).toBe('INVALID_INPUT');
});

test('another tenant sees none of it, whatever it names', async () => {
  const other = await startHub();
  await other.addItem({ quantity: 1 });
  const { nodes } = await history(hub(), { id: itemId });
  const asked = await other.run<{ inventoryItem: null; explain: null; stockAt: object[] }>(
    `query ($id: ID!) {
      inventoryItem(id: $id) { history { nodes { id } } }
      explain(itemId: $id) { quantity }
      stockAt(itemIds: [$id]) { existed }
    }`,
    { id: itemId },
  );
  expect(asked).toEqual({ inventoryItem: null, explain: null, stockAt: [{ existed: false }] });
  for (const filter of [{ itemIds: [itemId] }, { productIds: [productId] }, { orderId }]) {
    expect((await movements(other, { filter })).nodes).toEqual([]);
  }
  const after = await movements(other, { after: nodes[0]!.id, oldestFirst: true });
  const own = (await movements(other)).nodes.map(({ id }) => id);
  expect(own).toEqual(expect.arrayContaining(after.nodes.map(({ id }) => id)));
});

test('when movements are no longer kept, what is left still adds up', async () => {
  const other = await startHub();
  const id = await other.addItem({ quantity: 10 });
  const adjust = (delta: number) =>
    change(other, 'adjust', { changes: [{ itemId: id, delta, compareQuantity: null }] });
  const first = (await adjust(-1)).movement!;
  await adjust(-2);
  await adjust(-3);
  const retention = { redis: other.redis, retentionMs: 0, ledgerRetentionMs: 1 };
  const limits = [() => Promise.resolve(first.id)];
  await trimTenant(retention, other.tenantId, { ageMs: 1, limits });
  const { explain } = await other.run<{ explain: object }>(EXPLAIN, { id });
  expect(explain).toMatchObject({
    quantity: 4,
    opening: { kind: 'KEPT', quantity: 9 },
    changes: [{ movements: 2, quantity: -5 }],
  });
  const at =
    'query ($ids: [ID!]!, $at: ID) { stockAt(itemIds: $ids, movementId: $at) { quantity } }';
  expect(await other.run(at, { ids: [id], at: first.id })).toEqual({ stockAt: [{ quantity: 9 }] });
  const { errors } = await other.query(at, { ids: [id], at: '1-1' });
  expect(errors).toMatchObject([{ extensions: { code: 'CURSOR_GONE' } }]);
});

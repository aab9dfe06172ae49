import { randomUUID } from 'node:crypto';
import { impliedLocationId } from '../../src/core/identity';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { change, type Changed } from './changes';
import { createItem, deleteItem, expectClean, placesOf } from './editing';

const hub = graphqlHub();
const startHub = graphqlHubs();
afterEach(() => expectClean(hub()));

const newLocation = async (close = false) => {
  const id = randomUUID();
  await hub().run(
    `mutation ($id: ID!) {
      locationCreate(input: { name: "Place", id: $id }) { userErrors { code } }
    }`,
    { id },
  );
  if (close) {
    await hub().run(
      `mutation ($id: ID!) {
        locationDeactivate(input: { id: $id, revision: 1 }) { userErrors { code } }
      }`,
      { id },
    );
  }
  return id;
};
const newItem = async (values: object = {}) => {
  const row = { productId: randomUUID(), quantity: 10, ...values };
  const { item, userErrors } = await createItem(hub(), row);
  expect(userErrors).toEqual([]);
  return item!;
};
interface Move {
  fromItemId: string;
  toItemId?: string | null;
  toLocationId?: string | null;
  quantity: number;
  compareQuantity?: number | null;
}
const move = (moves: readonly Move[], key?: string, at = hub()): Promise<Changed> =>
  change(
    at,
    'move',
    { reason: 'TRANSFER', changes: moves.map((one) => ({ compareQuantity: null, ...one })) },
    { key },
  );
const refused = async (moves: readonly Move[]) => {
  const before = (await hub().ledger()).length;
  const { movement, userErrors } = await move(moves);
  expect(movement).toBeNull();
  expect(await hub().ledger()).toHaveLength(before);
  return userErrors;
};
const itemAt = async (productId: string, locationId: string) => {
  const { productInventory: found } = await hub().run<{
    productInventory: { items: Record<string, unknown>[] };
  }>(
    `query ($productId: ID!) { productInventory(productId: $productId) { items {
      id locationId name sku barcode tracked quantity revision preorder { enabled message }
      lowStockThreshold extendedFields createdDate
    } } }`,
    { productId },
  );
  return found.items.find((item) => item['locationId'] === locationId) ?? null;
};

test('an item that is not there is created in the same movement, as the same thing', async () => {
  const to = await newLocation();
  const words = { name: 'Cup', sku: 'C-1', barcode: '1', extendedFields: { a: { b: 1 } } };
  const preorder = { preorderEnabled: true, preorderLimit: 5, preorderMessage: 'May' };
  const item = await newItem({ ...words, ...preorder, lowStockThreshold: 2 });
  const before = (await hub().ledger()).length;
  const moved = await move([{ fromItemId: item.id, toLocationId: to.toUpperCase(), quantity: 4 }]);
  expect(moved.userErrors).toEqual([]);
  const there = (await itemAt(item.productId, to))!;
  expect(moved.movement!.lines).toMatchObject([
    { itemId: item.id, delta: -4, quantityAfter: 6 },
    { itemId: there['id'], delta: 4, quantityAfter: 4 },
  ]);
  expect(there).toMatchObject({
    ...words,
    tracked: true,
    quantity: 4,
    revision: '1',
    preorder: { enabled: false, message: 'May' },
    lowStockThreshold: null,
  });
  expect(there['createdDate']).toBe(moved.movement!.time);
  const entries = (await hub().ledger()).slice(before);
  expect(entries).toHaveLength(1);
  expect(entries[0]!.lines.map(({ created }) => created)).toEqual([false, true]);
  const sold = await hub().call('decrement', [{ ...line(item.productId, 4), locationId: to }]);
  expect(sold.status).toBe(200);
});

test('one that is there takes the units, also at the default location', async () => {
  const { tenantId } = hub();
  const implied = impliedLocationId(tenantId);
  const item = await newItem();
  const to = await newLocation();
  await move([{ fromItemId: item.id, toLocationId: to, quantity: 4 }]);
  const there = (await itemAt(item.productId, to))!['id'] as string;
  const back = await move([
    { fromItemId: there, toLocationId: implied, quantity: 1 },
    { fromItemId: there, toItemId: item.id, quantity: 1 },
  ]);
  expect(back.movement!.lines).toMatchObject([
    { itemId: there, delta: -2 },
    { itemId: item.id, delta: 2, quantityAfter: 8 },
  ]);
  expect(await itemAt(item.productId, implied)).toMatchObject({ quantity: 8, revision: '3' });
});

test('several moves of one variant to a new place make one item', async () => {
  const to = await newLocation();
  const variantId = randomUUID();
  const item = await newItem({ variantId });
  const other = await newItem({ productId: item.productId, variantId, locationId: randomUUID() });
  const { movement } = await move([
    { fromItemId: item.id, toLocationId: to, quantity: 4 },
    { fromItemId: other.id, toLocationId: to, quantity: 3 },
  ]);
  expect(movement!.lines.map(({ delta }) => delta)).toEqual([-4, 7, -3]);
  expect(await itemAt(item.productId, to)).toMatchObject({ quantity: 7, revision: '1' });
});

test('all or nothing: a short move creates no item anywhere', async () => {
  const to = await newLocation();
  const [rich, poor] = [await newItem(), await newItem({ quantity: 1 })];
  const errors = await refused([
    { fromItemId: rich.id, toLocationId: to, quantity: 2 },
    { fromItemId: poor.id, toLocationId: to, quantity: 2 },
  ]);
  expect(placesOf(errors)).toEqual([['INSUFFICIENT_AVAILABLE', 'input.changes.1.quantity']]);
  expect(await itemAt(rich.productId, to)).toBeNull();
});

test('every wrong place is told of', async () => {
  const [open, closed] = [await newLocation(), await newLocation(true)];
  const item = await newItem();
  const there = await hub().addItem({ productId: item.productId, locationId: closed });
  const [fromItemId, quantity] = [item.id, 1];
  const bare = { fromItemId, quantity };
  const shapes = await refused([
    bare,
    { ...bare, toItemId: null, toLocationId: null },
    { ...bare, toItemId: there, toLocationId: open },
    { ...bare, toLocationId: 'shelf' },
    { ...bare, toLocationId: open },
  ]);
  expect(placesOf(shapes)).toEqual([
    ['INVALID_INPUT', 'input.changes.0'],
    ['INVALID_INPUT', 'input.changes.1'],
    ['INVALID_INPUT', 'input.changes.2'],
    ['INVALID_INPUT', 'input.changes.3.toLocationId'],
  ]);
  for (const { message } of shapes.slice(0, 3)) {
    expect(message).toMatch(/must have one of toItemId and toLocationId, got (?:none|both)/);
  }
  const places = await refused([
    { ...bare, toLocationId: randomUUID() },
    { ...bare, toLocationId: closed },
    { ...bare, toItemId: there },
    { ...bare, toLocationId: item.locationId },
    { ...bare, toLocationId: open },
  ]);
  expect(placesOf(places)).toEqual([
    ['NO_SUCH_LOCATION', 'input.changes.0.toLocationId'],
    ['LOCATION_CLOSED', 'input.changes.1.toLocationId'],
    ['LOCATION_CLOSED', 'input.changes.2.toItemId'],
    ['INVALID_INPUT', 'input.changes.3.toLocationId'],
  ]);
  // What is at a closed location may leave it.
  await change(hub(), 'adjust', {
    changes: [{ itemId: there, delta: 2, compareQuantity: null }],
  });
  const left = await move([{ fromItemId: there, toItemId: item.id, quantity: 2 }]);
  expect(left.userErrors).toEqual([]);
});

test('unknown items and untracked ones are named where the input names them', async () => {
  const to = await newLocation();
  const item = await newItem();
  const [stranger, nowhere] = [randomUUID(), randomUUID()];
  const unknown = await refused([
    { fromItemId: item.id, toLocationId: to, quantity: 1 },
    { fromItemId: stranger, toLocationId: to, quantity: 3 },
    { fromItemId: item.id, toItemId: nowhere, quantity: 1 },
  ]);
  expect(placesOf(unknown)).toEqual([
    ['UNKNOWN_ITEM', 'input.changes.1.fromItemId'],
    ['UNKNOWN_ITEM', 'input.changes.2.toItemId'],
  ]);
  const { refusals } = await hub().run<{ refusals: { nodes: { lines: object[] }[] } }>(
    '{ refusals(first: 1) { nodes { code operation lines { itemId requested } } } }',
  );
  expect(refusals.nodes).toMatchObject([
    {
      code: 'UNKNOWN_ITEM',
      operation: 'MOVE',
      lines: [{ itemId: stranger, requested: 3 }, { itemId: nowhere }],
    },
  ]);
  await hub().addItem({ productId: item.productId, locationId: to, tracked: false, inStock: true });
  const untracked = await refused([{ fromItemId: item.id, toLocationId: to, quantity: 1 }]);
  expect(placesOf(untracked)).toEqual([['ITEM_NOT_TRACKED', 'input.changes.0.toLocationId']]);
});

test('an item whose quantity is compared stands in one move only, named or not', async () => {
  const to = await newLocation();
  const item = await newItem();
  await move([{ fromItemId: item.id, toLocationId: to, quantity: 5 }]);
  const there = (await itemAt(item.productId, to))!['id'] as string;
  const errors = await refused([
    { fromItemId: there, toItemId: item.id, quantity: 1, compareQuantity: 5 },
    { fromItemId: item.id, toLocationId: to, quantity: 1 },
  ]);
  expect(placesOf(errors)).toEqual([['INVALID_INPUT', 'input.changes.1.toLocationId']]);
});

test('a repeat has the recorded result, whatever became of item and place', async () => {
  const [to, key] = [await newLocation(), randomUUID()];
  const item = await newItem();
  const moves = [{ fromItemId: item.id, toLocationId: to, quantity: 4 }];
  const { movement } = await move(moves, key);
  const there = (await itemAt(item.productId, to))!['id'] as string;
  for (const id of [item.id, there]) {
    expect((await deleteItem(hub(), { id })).userErrors).toEqual([]);
  }
  await hub().run(
    `mutation ($id: ID!) {
      locationDeactivate(input: { id: $id, revision: 1 }) { userErrors { code } }
    }`,
    { id: to },
  );
  const again = await move([{ ...moves[0]!, toLocationId: to.toUpperCase() }], key);
  expect([again.replayed, again.movement!.id]).toEqual([true, movement!.id]);
  const other = await move([{ ...moves[0]!, quantity: 3 }], key);
  expect(placesOf(other.userErrors)).toEqual([['IDEMPOTENCY_KEY_MISMATCH', null]]);
});

test('40 moves at once to a new place make one item and lose no unit', async () => {
  const to = await newLocation();
  const item = await newItem({ quantity: 30 });
  const other = await startHub({ tenantId: hub().tenantId });
  const moves = [{ fromItemId: item.id, toLocationId: to, quantity: 1 }];
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => move(moves, undefined, i % 2 ? other : hub())),
  );
  const short = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
  expect(short).toEqual(Array.from({ length: 10 }, () => 'INSUFFICIENT_AVAILABLE'));
  expect(await itemAt(item.productId, to)).toMatchObject({ quantity: 30, revision: '30' });
});

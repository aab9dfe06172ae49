import { randomUUID } from 'node:crypto';
import { verifyTenant } from '../../src/inventory/verify';
import { graphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { addCounted, count as takeStock, newest as newestMovement } from './counting';

const hub = graphqlHub();

const count = (input: object, send: { key?: string } = {}) => takeStock(hub(), input, send);
const newest = () => newestMovement(hub());
const addItem = (quantity: number) => addCounted(hub(), quantity);
const quantityOf = async (id: string) => {
  const { inventoryItem } = await hub().run<{ inventoryItem: { quantity: number } }>(
    'query ($id: ID!) { inventoryItem(id: $id) { quantity } }',
    { id },
  );
  return inventoryItem.quantity;
};
const sell = async (productId: string, units: number) => {
  const call = await hub().call('decrement', [line(productId, units)], { orderId: randomUUID() });
  expect(call.status).toBe(200);
};
test('a count keeps what was sold since it was taken', async () => {
  const { productId, itemId } = await addItem(10);
  await sell(productId, 2);
  const { id } = await newest();
  await sell(productId, 3);
  const reference = 'urn:count:1';
  // Somebody found 7 where the books had 8; 3 have gone since.
  const counted = await count({
    lines: [{ itemId: itemId.toUpperCase(), countedQuantity: 7 }],
    asOfMovementId: id,
    reference,
  });
  expect(counted).toEqual({
    asOf: id,
    replayed: false,
    userErrors: [],
    lines: [
      {
        itemId,
        countedQuantity: 7,
        expectedQuantity: 8,
        difference: -1,
        superseded: false,
        presentQuantity: 4,
        item: { quantity: 4 },
      },
    ],
    movement: {
      id: (await newest()).id,
      operation: 'COUNT',
      reason: 'COUNT',
      asOf: id,
      reference,
      lines: [{ itemId, delta: -1 }],
    },
  });
});

test('a count of a time has all that happened up to it', async () => {
  const { productId, itemId } = await addItem(10);
  await sell(productId, 1);
  const { time } = await newest();
  // Not in the millisecond of the count.
  while (Date.now() <= new Date(time).getTime()) await new Promise(setImmediate);
  await sell(productId, 4);
  const { lines } = await count({
    lines: [{ itemId, countedQuantity: 12 }],
    asOfTime: time,
  });
  expect(lines).toMatchObject([{ expectedQuantity: 9, difference: 3, presentQuantity: 8 }]);
});

test('without a moment it is of now; what is as expected is recorded too', async () => {
  const [one, two] = [await addItem(5), await addItem(6)];
  const counted = await count({
    lines: [
      { itemId: one.itemId, countedQuantity: 5 },
      { itemId: two.itemId, countedQuantity: 4 },
    ],
  });
  expect(counted.movement!.lines).toEqual([
    { itemId: one.itemId, delta: 0 },
    { itemId: two.itemId, delta: -2 },
  ]);
  expect(counted.lines.map(({ difference }) => difference)).toEqual([0, -2]);
  const before = await newest();
  const again = await count({ lines: [{ itemId: two.itemId, countedQuantity: 4 }] });
  expect(again.userErrors).toEqual([]);
  expect(again.movement).toMatchObject({ asOf: before.id, lines: [{ delta: 0 }] });
  expect(again.lines).toMatchObject([{ expectedQuantity: 4, difference: 0, presentQuantity: 4 }]);
  expect(again.asOf).toBe(before.id);
});

test('an item may fall below zero: more was sold since than was counted', async () => {
  const { productId, itemId } = await addItem(10);
  const { id } = await newest();
  await sell(productId, 9);
  const { lines, userErrors } = await count({
    lines: [{ itemId, countedQuantity: 3 }],
    asOfMovementId: id,
  });
  expect(userErrors).toEqual([]);
  expect(lines).toMatchObject([{ difference: -7, presentQuantity: -6 }]);
});

test('300 items in one count', async () => {
  const ids = await hub().addItems(
    Array.from({ length: 300 }, (_, i) => ({ productId: randomUUID(), quantity: i })),
  );
  const counted = await count({
    lines: ids.map((itemId, i) => ({ itemId, countedQuantity: i + (i % 2) })),
  });
  expect(counted.userErrors).toEqual([]);
  expect(counted.movement!.lines).toHaveLength(300);
  expect(counted.lines.map(({ expectedQuantity }) => expectedQuantity)).toEqual(
    ids.map((_, i) => i),
  );
});

describe('safe to retry', () => {
  test('the same key has the result that was recorded, and moves nothing', async () => {
    const [{ productId, itemId }, same] = [await addItem(10), await addItem(2)];
    const key = randomUUID();
    const input = {
      lines: [
        { itemId, countedQuantity: 8 },
        { itemId: same.itemId, countedQuantity: 2 },
      ],
    };
    const first = await count(input, { key });
    await sell(productId, 3);
    const again = await count(input, { key });
    expect(again.replayed).toBe(true);
    expect([again.asOf, again.movement]).toEqual([first.asOf, first.movement]);
    expect(again.lines).toMatchObject([
      { expectedQuantity: 10, difference: -2, presentQuantity: 5 },
      { expectedQuantity: 2, difference: 0, presentQuantity: 2 },
    ]);
    expect(await quantityOf(itemId)).toBe(5);
    const other = await count({ lines: [{ itemId, countedQuantity: 1 }] }, { key });
    expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_MISMATCH' }]);
  });

  test('also when everything was as expected, whatever was sold meanwhile', async () => {
    const { productId, itemId } = await addItem(10);
    const key = randomUUID();
    const input = { lines: [{ itemId, countedQuantity: 10 }] };
    const first = await count(input, { key });
    await sell(productId, 4);
    const again = await count(input, { key });
    expect(again).toMatchObject({ replayed: true, movement: first.movement, asOf: first.asOf });
    expect(again.lines).toMatchObject([{ difference: 0, presentQuantity: 6 }]);
    expect(await quantityOf(itemId)).toBe(6);
  });
});

test('100 callers sell and count at once: the books are exact', async () => {
  const { productId, itemId } = await addItem(1000);
  const { id } = await newest();
  const counts = Array.from({ length: 20 }, (_, i) => 990 + i);
  const acts = Array.from({ length: 100 }, (_, i) =>
    i % 5 === 0
      ? async () => {
          const lines = [{ itemId, countedQuantity: counts[i / 5]! }];
          return (await count({ lines, asOfMovementId: id })).lines[0]!.difference;
        }
      : async () => {
          await sell(productId, 1);
          return -1;
        },
  );
  const changes = await Promise.all(acts.map((act) => act()));
  // All counts are of the moment before the sales: the last one to come stands.
  const found = changes.filter((_, i) => i % 5 === 0).reduce((sum, each) => sum + each, 1000);
  expect(counts).toContain(found);
  const sum = changes.reduce((total, change) => total + change, 0);
  expect(await quantityOf(itemId)).toBe(1000 + sum);
});

test('in the end the books are right', async () => {
  expect(await verifyTenant(hub().inventory, hub().tenantId)).toMatchObject({ driftCount: 0 });
});

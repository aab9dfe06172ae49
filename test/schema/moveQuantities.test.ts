import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { change, type Changed, type ShownError } from './changes';

const hub = graphqlHub();

type Move = readonly [from: string, to: string, quantity: number, compareQuantity?: number | null];
const move = (moves: readonly Move[]): Promise<Changed> =>
  change(hub(), 'move', {
    reason: 'TRANSFER',
    changes: moves.map(([fromItemId, toItemId, quantity, compareQuantity = null]) => ({
      fromItemId,
      toItemId,
      quantity,
      compareQuantity,
    })),
  });
/** One variant at several locations. */
const places = async (...quantities: (number | null)[]) => {
  const variantId = randomUUID();
  return hub().addItems(
    quantities.map((quantity) => ({
      productId: variantId,
      variantId,
      locationId: randomUUID(),
      ...(quantity === null ? { tracked: false, inStock: true } : { quantity }),
    })),
  );
};
const pair = async (here: number, there: number) => (await places(here, there)) as [string, string];
const refused = async (answer: Promise<Changed>): Promise<ShownError[]> => {
  const before = (await hub().ledger()).length;
  const { movement, userErrors } = await answer;
  expect(movement).toBeNull();
  expect((await hub().ledger()).length).toBe(before);
  return userErrors;
};
const codes = (errors: readonly ShownError[]) => errors.map(({ code, field }) => [code, field]);
const at = (place: number, name?: string) => [
  'input',
  'changes',
  String(place),
  ...(name === undefined ? [] : [name]),
];

test('both sides are one movement', async () => {
  const [here, there] = await pair(10, 1);
  const { movement, userErrors } = await move([[here, there, 4, 10]]);
  expect(userErrors).toEqual([]);
  expect(movement).toMatchObject({
    operation: 'MOVE',
    reason: 'TRANSFER',
    lines: [
      { itemId: here, delta: -4, quantityAfter: 6 },
      { itemId: there, delta: 4, quantityAfter: 5 },
    ],
  });
  const last = (await hub().ledger()).at(-1)!;
  expect(last.lines).toHaveLength(2);
});

test('1..300 moves', async () => {
  const pairs = await Promise.all(Array.from({ length: 301 }, () => pair(1, 0)));
  const moves = pairs.map(([here, there]): Move => [here, there, 1]);
  const { movement } = await move(moves.slice(0, 300));
  expect(movement!.lines).toHaveLength(600);
  expect(movement!.lines.reduce((sum, { delta }) => sum + delta, 0)).toBe(0);
  expect(codes(await refused(move(moves)))).toEqual([['INVALID_INPUT', ['input', 'changes']]]);
  expect(codes(await refused(move([])))).toEqual([['INVALID_INPUT', ['input', 'changes']]]);
});

test('takes no more than is available, and names every short move', async () => {
  const pairs = [await pair(1, 0), await pair(5, 0), await pair(0, 9)];
  const errors = await refused(move(pairs.map(([here, there]) => [here, there, 2])));
  expect(errors).toMatchObject([
    { field: at(0, 'quantity'), shortage: { itemId: pairs[0]![0], requested: 2, available: 1 } },
    { field: at(2, 'quantity'), shortage: { itemId: pairs[2]![0], requested: 2, available: 0 } },
  ]);
});

test('one item may feed several, and is checked with the sum', async () => {
  const [here, there, other] = (await places(5, 0, 0)) as [string, string, string];
  const errors = await refused(
    move([
      [here, there, 3],
      [here, other, 3],
    ]),
  );
  const shortage = { itemId: here, requested: 6, available: 5 };
  expect(errors).toMatchObject([
    { field: at(0, 'quantity'), shortage },
    { field: at(1, 'quantity'), shortage },
  ]);
});

test('compareQuantity is of the place that is left', async () => {
  const [[a, b], [c, d]] = [await pair(5, 1), await pair(7, 2)];
  const errors = await refused(
    move([
      [a, b, 1, 5],
      [c, d, 1, 2],
    ]),
  );
  expect(errors).toMatchObject([
    { code: 'COMPARE_QUANTITY_STALE', field: at(1, 'compareQuantity'), presentQuantity: 7 },
  ]);
  const missing = { changes: [{ fromItemId: a, toItemId: b, quantity: 1 }] };
  const unsaid = await refused(change(hub(), 'move', missing));
  expect(codes(unsaid)).toEqual([['INVALID_INPUT', at(0, 'compareQuantity')]]);
  expect(unsaid[0]!.message).toContain('or null to skip the comparison');
});

test.each<[string, (a: string, b: string) => Move, string, string]>([
  ['0 units', (a, b) => [a, b, 0], 'quantity', 'INVALID_INPUT'],
  ['negative units', (a, b) => [a, b, -1], 'quantity', 'INVALID_INPUT'],
  ['too many units', (a, b) => [a, b, 1_000_000_001], 'quantity', 'INVALID_INPUT'],
  ['to itself', (a) => [a, a.toUpperCase(), 1], 'toItemId', 'INVALID_INPUT'],
  ['from no id', (_a, b) => ['here', b, 1], 'fromItemId', 'INVALID_INPUT'],
  ['to no id', (a) => [a, 'there', 1], 'toItemId', 'INVALID_INPUT'],
  ['from an unknown item', (_a, b) => [randomUUID(), b, 1], 'fromItemId', 'UNKNOWN_ITEM'],
  ['to an unknown item', (a) => [a, randomUUID(), 1], 'toItemId', 'UNKNOWN_ITEM'],
])('%s is refused', async (_name, moveOf, field, code) => {
  const [here, there] = await pair(5, 5);
  const [good, also] = await pair(5, 5);
  const errors = await refused(move([[good, also, 1], moveOf(here, there)]));
  expect(codes(errors)).toEqual([[code, at(1, field)]]);
});

test('every wrong move is told of, in order', async () => {
  const [here, there] = await pair(5, 5);
  const errors = await refused(
    move([
      [here, there, 0],
      [here, there, 1],
      [here, here, 1],
      ['here', there, 1],
    ]),
  );
  expect(codes(errors)).toEqual([
    ['INVALID_INPUT', at(0, 'quantity')],
    ['INVALID_INPUT', at(2, 'toItemId')],
    ['INVALID_INPUT', at(3, 'fromItemId')],
  ]);
});

test('an item that is compared may stand in one move only', async () => {
  const [here, there] = await pair(5, 5);
  const errors = await refused(
    move([
      [here, there, 1, 5],
      [here, there, 1, 5],
    ]),
  );
  expect(codes(errors)).toEqual([['INVALID_INPUT', at(1, 'fromItemId')]]);
});

test('units arrive as what they were', async () => {
  const [shirt] = await pair(5, 5);
  const [mug, elsewhere] = await pair(5, 5);
  const errors = await refused(
    move([
      [mug, elsewhere, 1],
      [shirt, mug, 1],
      [elsewhere, shirt, 1],
    ]),
  );
  expect(codes(errors)).toEqual([
    ['INVALID_INPUT', at(1, 'toItemId')],
    ['INVALID_INPUT', at(2, 'toItemId')],
  ]);
});

test('both sides must be tracked, and neither may leave the bounds', async () => {
  const [here, untracked, full] = (await places(5, null, 1_000_000_000)) as [
    string,
    string,
    string,
  ];
  const codesOf = async (from: string, to: string) => codes(await refused(move([[from, to, 1]])));
  expect(await codesOf(here, untracked)).toEqual([['ITEM_NOT_TRACKED', at(0, 'toItemId')]]);
  expect(await codesOf(untracked, here)).toEqual([['ITEM_NOT_TRACKED', at(0, 'fromItemId')]]);
  expect(await codesOf(here, full)).toEqual([['QUANTITY_OUT_OF_RANGE', at(0, 'quantity')]]);
});

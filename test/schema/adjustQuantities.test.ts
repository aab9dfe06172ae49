import { graphqlHub } from '../support/graphqlHub';
import { change, sendChange, type ShownError } from './changes';

const hub = graphqlHub();

type Line = readonly [itemId: string, units: number, compareQuantity?: number | null];
const toChanges = (lines: readonly Line[], name: 'delta' | 'quantity') =>
  lines.map(([itemId, units, compareQuantity = null]) => ({
    itemId,
    [name]: units,
    compareQuantity,
  }));
const adjust = (lines: readonly Line[], more: object = {}) =>
  change(hub(), 'adjust', { changes: toChanges(lines, 'delta'), ...more });
const set = (lines: readonly Line[], more: object = {}) =>
  change(hub(), 'set', { changes: toChanges(lines, 'quantity'), ...more });
const items = (...quantities: number[]) =>
  hub().addItems(quantities.map((quantity) => ({ quantity })));
const quantities = async (ids: readonly string[]) => {
  const { nodes } = (
    await hub().run<{ inventoryItems: { nodes: { id: string; quantity: number }[] } }>(
      `query ($ids: [ID!]) {
        inventoryItems(first: 250, filter: { ids: $ids }) { nodes { id quantity } }
      }`,
      { ids },
    )
  ).inventoryItems;
  return ids.map((id) => nodes.find((node) => node.id === id)?.quantity);
};

/** Refused: nothing changed, and these errors. */
async function refused(
  answer: Promise<{ movement: unknown; replayed: boolean; userErrors: ShownError[] }>,
): Promise<ShownError[]> {
  const before = (await hub().ledger()).length;
  const { movement, replayed, userErrors } = await answer;
  expect([movement, replayed]).toEqual([null, false]);
  expect((await hub().ledger()).length).toBe(before);
  return userErrors;
}
const codes = (errors: readonly ShownError[]) => errors.map(({ code, field }) => [code, field]);

describe('an adjustment', () => {
  test('adds and takes, and answers with the movement as the ledger keeps it', async () => {
    const [a, b] = (await items(5, 5)) as [string, string];
    const reference = 'https://erp.example/receipts/7';
    const { data } = await sendChange(
      hub(),
      'adjust',
      {
        reason: 'RECEIVED',
        reference,
        changes: toChanges(
          [
            [a, 3],
            [b, -5],
          ],
          'delta',
        ),
      },
      { headers: { 'X-Request-Id': 'receipt-7' } },
    );
    const { movement, replayed, userErrors } = data!.changed;
    expect([replayed, userErrors]).toEqual([false, []]);
    const common = { preorderDelta: 0, reservedAfter: 0, revision: '2', ignored: false };
    const marks = { ...common, shortfall: false, overReturn: false };
    expect(movement).toEqual({
      id: expect.stringMatching(/^\d+-\d+$/) as string,
      sequence: movement!.id.split('-')[1],
      time: new Date(Number(movement!.id.split('-')[0])).toISOString(),
      operation: 'ADJUST',
      reason: 'RECEIVED',
      orderId: null,
      actor: 'user:test',
      requestId: 'receipt-7',
      reference,
      lines: [
        { itemId: a, units: 3, delta: 3, quantityAfter: 8, ...marks, item: { quantity: 8 } },
        { itemId: b, units: -5, delta: -5, quantityAfter: 0, ...marks, item: { quantity: 0 } },
      ],
    });
    const last = (await hub().ledger()).at(-1);
    expect(last).toMatchObject({ id: movement!.id, operation: 'ADJUST', reason: 'RECEIVED' });
  });

  test('two changes of one item are summed before they are checked', async () => {
    const [id] = (await items(4)) as [string];
    const errors = await refused(
      adjust([
        [id, -3],
        [id.toUpperCase(), -2],
      ]),
    );
    const short = { itemId: id, requested: 5, available: 4 };
    expect(errors).toMatchObject([
      {
        code: 'INSUFFICIENT_AVAILABLE',
        field: ['input', 'changes', '0', 'delta'],
        shortage: short,
      },
      {
        code: 'INSUFFICIENT_AVAILABLE',
        field: ['input', 'changes', '1', 'delta'],
        shortage: short,
      },
    ]);
    const { movement } = await adjust([
      [id, -6],
      [id, 4],
    ]);
    expect(movement!.lines).toMatchObject([{ itemId: id, delta: -2, quantityAfter: 2 }]);
  });

  test('STRICT never goes below zero, and names every short line', async () => {
    const ids = await items(1, 100, 0, 2);
    const errors = await refused(adjust(ids.map((id) => [id, -3])));
    expect(errors).toEqual(
      [0, 2, 3].map((place) => ({
        code: 'INSUFFICIENT_AVAILABLE',
        field: ['input', 'changes', String(place), 'delta'],
        message: expect.stringContaining('requested 3, available') as string,
        shortage: { itemId: ids[place], requested: 3, available: [1, 100, 0, 2][place] },
        presentQuantity: null,
      })),
    );
    expect(await quantities(ids)).toEqual([1, 100, 0, 2]);
  });

  test('UNRESTRICTED goes below zero, and the ledger says so', async () => {
    const [id] = (await items(1)) as [string];
    const { movement } = await adjust([[id, -3]], { guard: 'UNRESTRICTED' });
    expect(movement!.lines).toMatchObject([{ delta: -3, quantityAfter: -2, shortfall: true }]);
    const up = await adjust([[id, 1]]);
    expect(up.movement!.lines).toMatchObject([{ quantityAfter: -1 }]);
  });

  test('preorder capacity is for orders: it is not taken', async () => {
    const id = await hub().addItem({ quantity: 1, preorderEnabled: true, preorderLimit: 10 });
    const errors = await refused(adjust([[id, -2]]));
    expect(errors).toMatchObject([{ shortage: { requested: 2, available: 1 } }]);
    // An order could have had it, and a preview tells of one.
    const { inventoryPreview } = await hub().run<{ inventoryPreview: { userErrors: object[] } }>(
      `query ($id: ID!) { inventoryPreview(lines: [{ itemId: $id, units: -12 }]) {
        userErrors { code shortage { requested available } }
      } }`,
      { id },
    );
    expect(inventoryPreview.userErrors).toMatchObject([
      { shortage: { requested: 12, available: 11 } },
    ]);
  });

  test('300 changes are one movement, 301 and none are refused', async () => {
    const ids = await items(...Array.from({ length: 301 }, (_, i) => i));
    const { movement } = await adjust(ids.slice(0, 300).map((id) => [id, 1]));
    expect(movement!.lines.map(({ quantityAfter }) => quantityAfter)).toEqual(
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    const tooMany = await refused(adjust(ids.map((id) => [id, 1])));
    expect(codes(tooMany)).toEqual([['INVALID_INPUT', ['input', 'changes']]]);
    expect(tooMany[0]!.message).toBe('input.changes must be 1..300 entries, got 301');
    expect(codes(await refused(adjust([])))).toEqual([['INVALID_INPUT', ['input', 'changes']]]);
  });
});

describe('setting', () => {
  test('sets the number, whatever was there, also below zero', async () => {
    const ids = await items(7, 0, 3, 5);
    const { movement } = await set(ids.map((id, i) => [id, [2, 9, 3, -4][i]!]));
    expect(movement).toMatchObject({ operation: 'SET', reason: 'COUNT' });
    expect(movement!.lines.map(({ delta, quantityAfter }) => [delta, quantityAfter])).toEqual([
      [-5, 2],
      [9, 9],
      [0, 3],
      [-9, -4],
    ]);
    expect(await quantities(ids)).toEqual([2, 9, 3, -4]);
  });

  test('an item may stand in one change only', async () => {
    const [id] = (await items(1)) as [string];
    const errors = await refused(
      set([
        [id, 2],
        [id.toUpperCase(), 3],
      ]),
    );
    expect(codes(errors)).toEqual([['INVALID_INPUT', ['input', 'changes', '1', 'itemId']]]);
  });
});

describe.each(['adjust', 'set'] as const)('compareQuantity of %s', (kind) => {
  const name = kind === 'adjust' ? 'delta' : 'quantity';
  const send = (changes: object[]) => change(hub(), kind, { changes });

  test('must be given: leaving it out is not the same as an explicit null', async () => {
    const [a, b] = (await items(1, 1)) as [string, string];
    const changes = [
      { itemId: a, [name]: 1, compareQuantity: null },
      { itemId: b, [name]: 1 },
    ];
    const errors = await refused(send(changes));
    expect(codes(errors)).toEqual([
      ['INVALID_INPUT', ['input', 'changes', '1', 'compareQuantity']],
    ]);
    expect(errors[0]!.message).toMatch(/the present quantity, or null to skip the comparison$/);
    const given = changes.map((one) => ({ compareQuantity: null, ...one }));
    expect((await send(given)).userErrors).toEqual([]);
  });

  test('goes through when right; a stale one is answered with the present quantity', async () => {
    const ids = (await items(4, 5, 6)) as [string, string, string];
    const compare = (...expected: (number | null)[]) =>
      ids.map((itemId, i) => ({ itemId, [name]: 1, compareQuantity: expected[i]! }));
    const errors = await refused(send(compare(9, 5, 0)));
    const field = (place: number) => ['input', 'changes', String(place), 'compareQuantity'];
    expect(errors).toMatchObject([
      { code: 'COMPARE_QUANTITY_STALE', field: field(0), presentQuantity: 4 },
      { code: 'COMPARE_QUANTITY_STALE', field: field(2), presentQuantity: 6 },
    ]);
    expect(await quantities(ids)).toEqual([4, 5, 6]);
    const { userErrors } = await send(compare(4, null, 6));
    expect(userErrors).toEqual([]);
    expect(await quantities(ids)).toEqual(kind === 'adjust' ? [5, 6, 7] : [1, 1, 1]);
  });

  test('of 20 callers that compare with the same number, one comes through', async () => {
    const [id] = (await items(10)) as [string];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        send([{ itemId: id, [name]: i + 1, compareQuantity: 10 }]),
      ),
    );
    const through = answers.filter(({ userErrors }) => userErrors.length === 0);
    expect(through).toHaveLength(1);
    const [now] = await quantities([id]);
    expect(through[0]!.movement!.lines[0]!.quantityAfter).toBe(now);
  });

  test('compares each item once', async () => {
    const [id] = (await items(1)) as [string];
    const errors = await refused(
      send([null, 1].map((compareQuantity) => ({ itemId: id, [name]: 1, compareQuantity }))),
    );
    expect(codes(errors)).toEqual([['INVALID_INPUT', ['input', 'changes', '1', 'itemId']]]);
  });
});

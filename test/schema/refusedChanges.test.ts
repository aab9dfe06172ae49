import { randomUUID } from 'node:crypto';
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

describe.each(['adjust', 'set'] as const)('%s is refused', (kind) => {
  const send = (lines: readonly Line[], more: object = {}) =>
    kind === 'adjust' ? adjust(lines, more) : set(lines, more);
  const units = kind === 'adjust' ? 'delta' : 'quantity';

  test('for every unknown item', async () => {
    const [id] = (await items(1)) as [string];
    const errors = await refused(
      send([
        [randomUUID(), 1],
        [id, 1],
        [randomUUID(), 1],
      ]),
    );
    expect(codes(errors)).toEqual([
      ['UNKNOWN_ITEM', ['input', 'changes', '0', 'itemId']],
      ['UNKNOWN_ITEM', ['input', 'changes', '2', 'itemId']],
    ]);
  });

  test('for every untracked item', async () => {
    const [id] = (await items(1)) as [string];
    const untracked = await hub().addItem({ tracked: false, inStock: true });
    const errors = await refused(
      send([
        [id, 1],
        [untracked, 1],
      ]),
    );
    expect(codes(errors)).toEqual([['ITEM_NOT_TRACKED', ['input', 'changes', '1', 'itemId']]]);
  });

  test('for an id that is none', async () => {
    const errors = await refused(send([['shirt', 1]]));
    expect(codes(errors)).toEqual([['INVALID_INPUT', ['input', 'changes', '0', 'itemId']]]);
  });

  test('for a number beyond the bounds', async () => {
    const [id] = (await items(1)) as [string];
    for (const number of [1_000_000_001, -1_000_000_001]) {
      const errors = await refused(send([[id, number]]));
      expect(codes(errors)).toEqual([['INVALID_INPUT', ['input', 'changes', '0', units]]]);
    }
  });

  test('for every line that is wrong, the first 100 in order', async () => {
    const [id] = (await items(1)) as [string];
    const unsaid = { itemId: id, [units]: 1 };
    const wrong = toChanges(
      [
        ['shirt', 1],
        [id, 1_000_000_001],
      ],
      units,
    );
    const changes = [...toChanges([[randomUUID(), 1]], units), ...wrong, unsaid];
    const errors = await refused(change(hub(), kind, { changes }));
    expect(codes(errors)).toEqual([
      ['INVALID_INPUT', ['input', 'changes', '1', 'itemId']],
      ['INVALID_INPUT', ['input', 'changes', '2', units]],
      ['INVALID_INPUT', ['input', 'changes', '3', 'compareQuantity']],
    ]);
    expect(new Set(errors.map(({ message }) => message)).size).toBe(3);
    const many = await refused(send(Array.from({ length: 300 }, () => ['shirt', 1])));
    expect(many.map(({ field }) => field![2])).toEqual(
      Array.from({ length: 100 }, (_, i) => `${i}`),
    );
  });

  test.each([
    ['', 'reference'],
    ['receipt 7', 'reference'],
    [`urn:${'x'.repeat(497)}`, 'reference'],
  ])('for the reference %p', async (reference, field) => {
    const [id] = (await items(1)) as [string];
    const errors = await refused(send([[id, 1]], { reference }));
    expect(codes(errors)).toEqual([['INVALID_INPUT', ['input', field]]]);
  });

  test('for a custom reason without its code, and for a code without a custom reason', async () => {
    const [id] = (await items(1)) as [string];
    for (const cause of [
      { reason: 'CUSTOM' },
      { reason: 'CUSTOM', reasonCode: '' },
      { reason: 'CUSTOM', reasonCode: 'unknown' },
      { reason: 'COUNT', reasonCode: 'gift' },
    ]) {
      const errors = await refused(send([[id, 1]], cause));
      expect(codes(errors)).toEqual([['INVALID_INPUT', ['input', 'reasonCode']]]);
    }
  });
});

test('a quantity that would leave the bounds is refused, for each item it would', async () => {
  const ids = await items(1_000_000_000, 5, -1_000_000_000);
  const errors = await refused(
    adjust(
      [
        [ids[0]!, 1],
        [ids[1]!, 1],
        [ids[2]!, -1],
      ],
      { guard: 'UNRESTRICTED' },
    ),
  );
  expect(codes(errors)).toEqual([
    ['QUANTITY_OUT_OF_RANGE', ['input', 'changes', '0', 'delta']],
    ['QUANTITY_OUT_OF_RANGE', ['input', 'changes', '2', 'delta']],
  ]);
});

test.each([
  ['units that are no whole number', { changes: [{ itemId: 'x', delta: 0.5 }] }],
  ['an unknown reason', { reason: 'BECAUSE', changes: [] }],
  ['an unknown guard', { guard: 'NONE', changes: [] }],
  ['no changes', {}],
])('%s: refused before anything runs', async (_name, input) => {
  const { status, errors, data } = await sendChange(hub(), 'adjust', input);
  expect([status, data]).toEqual([400, undefined]);
  expect(errors![0]!.extensions['code']).toBe('BAD_USER_INPUT');
});

test("a tenant's own reason is kept as the reason", async () => {
  const [id] = (await items(1)) as [string];
  await hub().run(
    'mutation { settingsUpdate(input: { reasonCodes: ["gift", "expo"] }) { userErrors { code } } }',
  );
  const { movement, userErrors } = await adjust([[id, 1]], {
    reason: 'CUSTOM',
    reasonCode: 'expo',
  });
  expect(userErrors).toEqual([]);
  expect(movement!.reason).toBe('expo');
});

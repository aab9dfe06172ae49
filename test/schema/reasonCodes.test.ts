import { randomUUID } from 'node:crypto';
import { movementReasons, orderReasons } from '../../src/core/movement';
import { graphqlHub } from '../support/graphqlHub';
import { change } from './changes';
import { expectClean, placesOf, type FoundError } from './editing';

const hub = graphqlHub();
afterEach(() => expectClean(hub()));

interface Updated {
  settings: { reasonCodes: string[]; revision: number } | null;
  userErrors: FoundError[];
}

const update = async (reasonCodes: unknown, token?: string) => {
  const operation = `mutation ($input: SettingsUpdateInput!) {
    settingsUpdate(input: $input) { settings { reasonCodes revision } userErrors { code field } }
  }`;
  const send = token === undefined ? {} : { token };
  const input = { reasonCodes };
  return (await hub().run<{ settingsUpdate: Updated }>(operation, { input }, send)).settingsUpdate;
};
const kinds = ['adjust', 'set', 'move'] as const;
const input = async (kind: (typeof kinds)[number]) => {
  const productId = randomUUID();
  const [itemId, toItemId] = await hub().addItems([
    { productId, quantity: 5 },
    { productId, quantity: 5, locationId: randomUUID() },
  ]);
  const any = { compareQuantity: null };
  return {
    adjust: { changes: [{ itemId, delta: 1, ...any }] },
    set: { changes: [{ itemId, quantity: 1, ...any }] },
    move: { changes: [{ fromItemId: itemId, toItemId, quantity: 1, ...any }] },
  }[kind];
};

test('100 codes of 1 and 50 characters are kept as they are, each once', async () => {
  const codes = [
    'é',
    'x'.repeat(50),
    'Gift "%d"',
    ...Array.from({ length: 97 }, (_, i) => `c${i}`),
  ];
  expect((await update(codes)).settings).toMatchObject({ reasonCodes: codes });
  expect((await update(['a', 'b', 'a'])).settings).toMatchObject({ reasonCodes: ['a', 'b'] });
  expect((await update(null)).settings).toMatchObject({ reasonCodes: ['a', 'b'] });
  expect((await update([])).settings).toMatchObject({ reasonCodes: [] });
});

test.each<[string, string[]]>([
  ['101 codes', Array.from({ length: 101 }, (_, i) => `c${i}`)],
  ['an empty code', ['a', '']],
  ['a code of 51 characters', ['x'.repeat(51)]],
  ['a code nobody can read', ['a\u0000b']],
  ['a code with half a character', ['a\ud83d']],
  ["a code that is everybody's word", ['DAMAGED']],
  ["a code that is an order's word", ['ORDER_PLACED']],
])('%s is refused, and nothing is changed', async (_, codes) => {
  const { settings } = await update(['kept']);
  const refused = await update(codes);
  expect(refused.settings).toBeNull();
  expect(placesOf(refused.userErrors)).toEqual([['INVALID_INPUT', 'input.reasonCodes']]);
  const again = await update(['kept']);
  expect(again.settings).toEqual(settings);
});

describe.each(kinds)('a change by %s', (kind) => {
  test("with a code of the tenant's is recorded with it", async () => {
    await update(['gift']);
    const sent = { ...(await input(kind)), reason: 'CUSTOM', reasonCode: 'gift' };
    const { movement, userErrors } = await change(hub(), kind, sent);
    expect([movement!.reason, userErrors]).toEqual(['gift', []]);
    expect((await hub().ledger()).at(-1)).toMatchObject({ id: movement!.id, reason: 'gift' });
  });

  test('is replayed by its key after the code is gone, and nothing else is', async () => {
    await update(['gift']);
    const sent = { ...(await input(kind)), reason: 'CUSTOM', reasonCode: 'gift' };
    const key = randomUUID();
    const first = await change(hub(), kind, sent, { key });
    await update([]);
    const again = await change(hub(), kind, sent, { key });
    expect(again).toEqual({ ...first, replayed: true });
    const other = await change(hub(), kind, { ...sent, reference: 'urn:x' }, { key });
    expect(placesOf(other.userErrors)).toEqual([['IDEMPOTENCY_KEY_MISMATCH', null]]);
    const fresh = await change(hub(), kind, sent, { key: randomUUID() });
    expect(placesOf(fresh.userErrors)).toEqual([['INVALID_INPUT', 'input.reasonCode']]);
  });

  test('with any other code is refused', async () => {
    await update(['gift']);
    const given = await input(kind);
    const entries = (await hub().ledger()).length;
    const wrong = [
      ...[undefined, null, '', 'Gift', 'gift ', 'sale', 'CUSTOM', 'toString', '__proto__'].map(
        (reasonCode) => ({ reason: 'CUSTOM', reasonCode }),
      ),
      ...[...movementReasons, ...orderReasons].map((reasonCode) => ({
        reason: 'CUSTOM',
        reasonCode,
      })),
      { reason: 'DAMAGED', reasonCode: 'gift' },
    ];
    for (const each of wrong) {
      const { movement, userErrors } = await change(hub(), kind, { ...given, ...each });
      expect([each, movement]).toEqual([each, null]);
      expect(placesOf(userErrors)).toEqual([['INVALID_INPUT', 'input.reasonCode']]);
    }
    expect(await hub().ledger()).toHaveLength(entries);
  });

  test('with a word everybody has is recorded with that', async () => {
    const { movement } = await change(hub(), kind, { ...(await input(kind)), reason: 'TRANSFER' });
    expect(movement!.reason).toBe('TRANSFER');
  });
});

test("a code is the tenant's own: another tenant does not have it", async () => {
  const token = await hub().signToken(['inventory:admin'], { tenantId: randomUUID() });
  expect((await update(['theirs'], token)).userErrors).toEqual([]);
  const sent = { ...(await input('adjust')), reason: 'CUSTOM', reasonCode: 'theirs' };
  const { userErrors } = await change(hub(), 'adjust', sent);
  expect(placesOf(userErrors)).toEqual([['INVALID_INPUT', 'input.reasonCode']]);
});

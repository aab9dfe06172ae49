import { randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { ERRORS, type ShownError } from './changes';

const hub = graphqlHub();
const startHub = graphqlHubs();

interface Answered {
  replayed: boolean;
  result: Record<string, unknown> | null;
  userErrors: ShownError[];
}

/** A mutation of a place or a setting, as tests ask for it. */
interface Kind {
  /** Type of its only argument, and what the answer shows. */
  argument: string;
  type: string;
  result: string;
}
const LOCATION = `result: location { id name isDefault active revision updatedDate }`;
const kinds = {
  locationCreate: { argument: 'input', type: 'LocationCreateInput!', result: LOCATION },
  locationUpdate: { argument: 'input', type: 'LocationUpdateInput!', result: LOCATION },
  locationDeactivate: { argument: 'input', type: 'LocationDeactivateInput!', result: LOCATION },
  defaultLocationSet: { argument: 'locationId', type: 'ID!', result: LOCATION },
  settingsUpdate: {
    argument: 'input',
    type: 'SettingsUpdateInput!',
    result: 'result: settings { revision defaultLocationId reasonCodes lowStockThreshold }',
  },
} satisfies Record<string, Kind>;
type Field = keyof typeof kinds;

const send = async (
  field: Field,
  value: unknown,
  { key, header, at = hub() }: { key?: string; header?: string; at?: GraphqlHub } = {},
): Promise<Answered> => {
  const { argument, type, result } = kinds[field];
  const directive = key === undefined ? '' : `@idempotent(key: "${key}")`;
  const operation = `mutation ($value: ${type}) {
    answered: ${field}(${argument}: $value) ${directive} { replayed ${result} ${ERRORS} }
  }`;
  const headers = header === undefined ? {} : { headers: { 'Idempotency-Key': header } };
  return (await at.run<{ answered: Answered }>(operation, { value }, headers)).answered;
};
const newLocation = async (name = 'Place', at = hub()) => {
  const id = randomUUID();
  const { userErrors } = await send('locationCreate', { name, id }, { at });
  expect(userErrors).toEqual([]);
  return id;
};
const count = async (at: GraphqlHub) =>
  (await at.run<{ locations: object[] }>('{ locations { id } }')).locations.length;

/** What a call says, another input for its key, and what somebody else does afterwards. */
const stories: Record<
  Field,
  () => Promise<{ value: unknown; other: unknown; later: () => Promise<unknown> }>
> = {
  locationCreate: () =>
    Promise.resolve({
      value: { name: 'Depot' },
      other: { name: 'Depot', id: randomUUID() },
      later: () => newLocation(),
    }),
  locationUpdate: async () => {
    const id = await newLocation();
    const value = { id, revision: 1, name: 'Renamed' };
    const later = () => send('locationUpdate', { id, revision: 2, name: 'Again' });
    return { value, other: { ...value, name: 'Else' }, later };
  },
  locationDeactivate: async () => {
    const [id, target] = [await newLocation(), await newLocation()];
    const value = { id, revision: 1 };
    const later = () => send('locationUpdate', { id, revision: 2, name: 'Closed' });
    return { value, other: { ...value, transferToLocationId: target }, later };
  },
  defaultLocationSet: async () => {
    const [value, other] = [await newLocation(), await newLocation()];
    return { value, other, later: () => send('defaultLocationSet', other) };
  },
  settingsUpdate: () =>
    Promise.resolve({
      value: { reasonCodes: [randomUUID()] },
      other: { reasonCodes: [] },
      later: () => send('settingsUpdate', { lowStockThreshold: 3, reasonCodes: ['later'] }),
    }),
};

describe.each(Object.keys(kinds) as Field[])('%s', (field) => {
  test.each(['key', 'header'] as const)('can be retried with a %s', async (way) => {
    const { value, later } = await stories[field]();
    const keyed = { [way]: randomUUID() };
    const first = await send(field, value, keyed);
    expect([first.replayed, first.userErrors]).toEqual([false, []]);
    await later();
    const other = await startHub({ tenantId: hub().tenantId });
    const again = await send(field, value, { ...keyed, at: other });
    expect(again).toEqual({ ...first, replayed: true });
    await later();
  });

  test('the same key with another input is an error of its own', async () => {
    const { value, other } = await stories[field]();
    const key = randomUUID();
    await send(field, value, { key });
    const { replayed, result, userErrors } = await send(field, other, { key });
    expect([replayed, result]).toEqual([false, null]);
    expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_MISMATCH', field: null }]);
  });

  test('20 uses of one key at once, in two processes, are one', async () => {
    const { value } = await stories[field]();
    const key = randomUUID();
    const other = await startHub({ tenantId: hub().tenantId });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => send(field, value, { key, at: i % 2 ? other : hub() })),
    );
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const results = answers.map(({ result }) => JSON.stringify(result));
    expect(new Set(results).size).toBe(1);
  });

  test("a key is the tenant's own", async () => {
    const { value } = await stories[field]();
    const key = randomUUID();
    await send(field, value, { key });
    const { replayed, userErrors } = await send(field, value, { key, at: await startHub() });
    expect(replayed).toBe(false);
    expect(userErrors.map(({ code }) => code)).not.toContain('IDEMPOTENCY_KEY_MISMATCH');
  });

  test('a key has 1..255 characters', async () => {
    const { value } = await stories[field]();
    const { userErrors } = await send(field, value, { key: 'k'.repeat(256) });
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: null }]);
    const fits = await send(field, value, { key: 'k'.repeat(255), at: await startHub() });
    expect(fits.userErrors.filter(({ message }) => message.includes('255'))).toEqual([]);
  });
});

test('20 inputs with one key at once: one is applied, the others mismatch', async () => {
  const at = await startHub();
  const before = await count(at);
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      send('locationCreate', { name: `Shop ${i}` }, { key, at }),
    ),
  );
  expect(answers.filter(({ result }) => result)).toHaveLength(1);
  const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
  expect(codes).toEqual(Array.from({ length: 19 }, () => 'IDEMPOTENCY_KEY_MISMATCH'));
  expect((await count(at)) - before).toBe(1);
});

test('one key for two mutations that say the same is a mismatch', async () => {
  const id = await newLocation();
  const key = randomUUID();
  await send('defaultLocationSet', id, { key });
  const { userErrors } = await send('settingsUpdate', { defaultLocationId: id }, { key });
  expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_MISMATCH' }]);
});

test('a refusal is no outcome: the next try is checked afresh', async () => {
  const id = await newLocation();
  const key = randomUUID();
  const ahead = { id, revision: 2, name: 'Later' };
  const refused = await send('locationUpdate', ahead, { key });
  expect(refused.userErrors).toMatchObject([{ code: 'REVISION_CONFLICT' }]);
  await send('locationUpdate', { id, revision: 1, name: 'Now' });
  const { replayed, result } = await send('locationUpdate', ahead, { key });
  expect([replayed, result!['name']]).toEqual([false, 'Later']);
});

test('operation tells that a keyed change of a setting was applied', async () => {
  const key = randomUUID();
  await send('settingsUpdate', { reasonCodes: ['audit'] }, { key });
  const asked = 'query ($key: String!) { operation(key: $key) { key movement { id } } }';
  expect(await hub().run(asked, { key })).toEqual({ operation: { key, movement: null } });
});

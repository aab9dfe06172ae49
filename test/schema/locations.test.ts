import { randomUUID } from 'node:crypto';
import { impliedLocationId } from '../../src/core/identity';
import { saveLocation } from '../../src/redis/commands';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { ERRORS, type ShownError } from './changes';

const hub = graphqlHub();
const startHub = graphqlHubs();

interface ShownLocation {
  id: string;
  name: string | null;
  isDefault: boolean;
  active: boolean;
  revision: number;
  createdDate: string | null;
  updatedDate: string | null;
}
interface Answered {
  location: ShownLocation | null;
  userErrors: ShownError[];
}

const FIELDS = 'id name isDefault active revision createdDate updatedDate';
const mutate = async (
  field: 'locationCreate' | 'locationUpdate',
  input: object,
  at: Pick<GraphqlHub, 'run'> = hub(),
): Promise<Answered> => {
  const type = `L${field.slice(1)}Input`;
  const operation = `mutation ($input: ${type}!) {
    ${field}(input: $input) { location { ${FIELDS} } ${ERRORS} }
  }`;
  return (await at.run<Record<string, Answered>>(operation, { input }))[field]!;
};
const setDefault = async (locationId: string): Promise<Answered> =>
  (
    await hub().run<{ defaultLocationSet: Answered }>(
      `mutation ($id: ID!) {
        defaultLocationSet(locationId: $id) { location { ${FIELDS} } ${ERRORS} }
      }`,
      { id: locationId },
    )
  ).defaultLocationSet;
const all = async (at: Pick<GraphqlHub, 'run'> = hub()) =>
  (await at.run<{ locations: ShownLocation[] }>(`query { locations { ${FIELDS} } }`)).locations;
const one = async (id: string) =>
  (await hub().run(`query ($id: ID!) { location(id: $id) { ${FIELDS} } }`, { id }))['location'];
const codes = ({ location, userErrors }: Answered) => {
  expect(location).toBeNull();
  return userErrors.map(({ code, field }) => [code, field]);
};

test('a tenant without any has the default one, unnamed', async () => {
  const fresh = await startHub();
  const implied = {
    id: impliedLocationId(fresh.tenantId),
    name: null,
    isDefault: true,
    active: true,
    revision: 0,
    createdDate: null,
    updatedDate: null,
  };
  expect(await all(fresh)).toEqual([implied]);
});

test('a new one has the id it is given, else its own, and is in the list by name', async () => {
  const id = randomUUID();
  const { location, userErrors } = await mutate('locationCreate', {
    name: 'Warehouse',
    id: id.toUpperCase(),
  });
  expect(userErrors).toEqual([]);
  const time = expect.stringMatching(/^\d{4}-.*Z$/) as string;
  const dates = { createdDate: time, updatedDate: time };
  const shown = { id, name: 'Warehouse', isDefault: false, active: true, revision: 1, ...dates };
  expect(location).toEqual(shown);
  expect(await one(id.toUpperCase())).toEqual(location);
  const other = (await mutate('locationCreate', { name: 'Annex', id: null })).location!;
  expect(other.id).toMatch(/^[0-9a-f-]{36}$/);
  const names = (await all()).map(({ name }) => name);
  expect(names).toEqual([null, 'Annex', 'Warehouse']);
  expect(await one(randomUUID())).toBeNull();
});

test('a change needs the present revision, and adds one to it', async () => {
  const { location } = await mutate('locationCreate', { name: 'Shop' });
  const { id, createdDate } = location!;
  const renamed = await mutate('locationUpdate', { id, revision: 1, name: 'Shop 2' });
  expect(renamed.location).toMatchObject({ name: 'Shop 2', revision: 2, createdDate });
  const stale = await mutate('locationUpdate', { id, revision: 1, name: 'Shop 3' });
  expect(codes(stale)).toEqual([['REVISION_CONFLICT', ['input', 'revision']]]);
  const same = await mutate('locationUpdate', { id: id.toUpperCase(), revision: 2 });
  expect(same.location).toEqual(renamed.location);
  expect(await one(id)).toEqual(same.location);
});

test('of two changes with one revision one comes through', async () => {
  const { location } = await mutate('locationCreate', { name: 'Kiosk' });
  const { id } = location!;
  const other = await startHub({ tenantId: hub().tenantId });
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      mutate('locationUpdate', { id, revision: 1, name: `Kiosk ${i}` }, i % 2 ? other : hub()),
    ),
  );
  expect(answers.filter((answer) => answer.location)).toHaveLength(1);
  expect(await one(id)).toMatchObject({ revision: 2 });
});

test.each<[string, 'locationCreate' | 'locationUpdate', object, string, string]>([
  ['a blank name', 'locationCreate', { name: ' ' }, 'INVALID_INPUT', 'name'],
  ['a name nobody can read', 'locationCreate', { name: 'a\u0000b' }, 'INVALID_INPUT', 'name'],
  ['a long name', 'locationCreate', { name: 'x'.repeat(151) }, 'INVALID_INPUT', 'name'],
  ['an id that is none', 'locationCreate', { name: 'A', id: 'a' }, 'INVALID_INPUT', 'id'],
  ['an unknown one', 'locationUpdate', { revision: 1 }, 'NO_SUCH_LOCATION', 'id'],
])('%s is refused', async (_name, field, input, code, place) => {
  const id = randomUUID();
  const answer = await mutate(field, field === 'locationUpdate' ? { id, ...input } : input);
  expect(codes(answer)).toEqual([[code, ['input', place]]]);
});

test('an id twice is refused', async () => {
  const id = randomUUID();
  await mutate('locationCreate', { name: 'A', id });
  const again = await mutate('locationCreate', { name: 'B', id: id.toUpperCase() });
  expect(codes(again)).toEqual([['ALREADY_EXISTS', ['input', 'id']]]);
});

test('1,000 at the most', async () => {
  const many = await startHub();
  const after = JSON.stringify({ name: 'Locker', active: true, revision: 1 });
  for (let i = 0; i < 1000; i += 1) {
    await saveLocation(many.redis, many.tenantId, { id: randomUUID(), before: '', after });
  }
  const one = await mutate('locationCreate', { name: 'One more' }, many);
  expect(codes(one)).toEqual([['LIMIT_REACHED', null]]);
});

test('the default can be any of them, and the list shows it at once', async () => {
  const { location } = await mutate('locationCreate', { name: 'Main' });
  const { id } = location!;
  const answer = await setDefault(id.toUpperCase());
  expect(answer).toEqual({ location: { ...location, isDefault: true }, userErrors: [] });
  const defaults = (await all()).filter(({ isDefault }) => isDefault);
  expect(defaults.map((each) => each.id)).toEqual([id]);
  expect(codes(await setDefault('main'))).toEqual([['INVALID_INPUT', ['locationId']]]);
});

test('mutations of one request each show what they did themselves', async () => {
  const [a, b] = [randomUUID(), randomUUID()];
  const answer = await hub().run<Record<string, Answered>>(
    `mutation ($a: ID!, $b: ID!) {
      one: defaultLocationSet(locationId: $a) { location { id isDefault } }
      two: defaultLocationSet(locationId: $b) { location { id isDefault } }
    }`,
    { a, b },
  );
  expect(answer).toEqual({
    one: { location: { id: a, isDefault: true } },
    two: { location: { id: b, isDefault: true } },
  });
});

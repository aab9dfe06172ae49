import { randomUUID } from 'node:crypto';
import { wireHub } from './wireHub';

const { hub, run, refusal, create } = wireHub();
const untouched = wireHub();

interface WirePlace {
  id: string;
  name: string;
  [name: string]: unknown;
}

interface Page {
  storesLocations: WirePlace[];
  pagingMetadata: { count: number; cursors: { next?: string; prev?: string }; hasNext: boolean };
}

const query = (asked: object = {}) => run<Page>('POST', '/locations/query', { query: asked });
const names = ({ storesLocations }: Page) => storesLocations.map(({ name }) => name);

const CREATE = `mutation ($name: String!) {
  locationCreate(input: { name: $name }) { location { id } userErrors { code } }
}`;
const NAMES = ['Berlin', 'Amsterdam', 'Cairo', 'berlin north'];
let ids: string[] = [];

beforeAll(async () => {
  ids = [];
  for (const name of NAMES) {
    type Created = { locationCreate: { location: { id: string } } };
    ids.push((await hub().run<Created>(CREATE, { name })).locationCreate.location.id);
  }
});

test('a location is given by its id', async () => {
  const { storesLocation } = await run<{ storesLocation: WirePlace }>(
    'GET',
    `/locations/${ids[0]}`,
  );
  const date = expect.stringMatching(/^\d{4}-.*Z$/) as string;
  expect(storesLocation).toEqual({
    id: ids[0],
    revision: '1',
    createdDate: date,
    updatedDate: date,
    wixLocationId: ids[0],
    locationType: 'PHYSICAL',
    name: 'Berlin',
    defaultLocation: false,
  });
  expect(await refusal('GET', `/locations/${randomUUID()}`)).toMatchObject({
    status: 404,
    code: 'NO_SUCH_LOCATION',
  });
  expect(await refusal('GET', '/locations/berlin')).toMatchObject({ status: 400, rule: 'FORMAT' });
});

test('the default one is given, and not created by that', async () => {
  const implied = await untouched.run('GET', '/locations/default');
  const { storesLocation } = implied as { storesLocation: WirePlace };
  expect(storesLocation).toEqual({
    id: expect.any(String) as string,
    revision: '0',
    wixLocationId: storesLocation.id,
    locationType: 'VIRTUAL',
    name: 'Default location',
    defaultLocation: true,
  });
  const { redis, tenantId } = untouched.hub();
  expect(await redis.keys(`{${tenantId}}*`)).toEqual([]);
  expect(await untouched.run('GET', `/locations/${storesLocation.id}`)).toEqual(implied);
  const SET = 'mutation ($id: ID!) { defaultLocationSet(locationId: $id) { userErrors { code } } }';
  await untouched.hub().run(SET, { id: ids[0] });
  const changed = await untouched.run('GET', '/locations/default');
  expect(changed).toMatchObject({ storesLocation: { id: ids[0], defaultLocation: true } });
});

test('a query without anything gives all, the newest first', async () => {
  const page = await query();
  expect(names(page)).toEqual([...NAMES].reverse().concat('Default location'));
  expect(page.pagingMetadata).toEqual({ count: 5, cursors: {}, hasNext: false });
});

test.each<[string, object | (() => object), string[]]>([
  ['a plain value', { name: 'Berlin' }, ['Berlin']],
  ['$eq', { name: { $eq: 'Cairo' } }, ['Cairo']],
  [
    '$ne',
    { name: { $ne: 'Cairo' }, locationType: 'PHYSICAL' },
    ['Amsterdam', 'Berlin', 'berlin north'],
  ],
  ['$in', { name: { $in: ['Cairo', 'Berlin'] } }, ['Berlin', 'Cairo']],
  ['$nin', { name: { $nin: NAMES } }, ['Default location']],
  ['$startsWith', { name: { $startsWith: 'BER' } }, ['Berlin', 'berlin north']],
  ['$endsWith', { name: { $endsWith: 'NORTH' } }, ['berlin north']],
  ['$contains', { name: { $contains: 'air' } }, ['Cairo']],
  ['$gt and $lt', { name: { $gt: 'B', $lt: 'C' } }, ['Berlin']],
  ['$exists', { createdDate: { $exists: false } }, ['Default location']],
  ['a flag', { defaultLocation: true }, ['Default location']],
  ['a type', { locationType: { $in: ['VIRTUAL'] } }, ['Default location']],
  ['an id', () => ({ id: ids[2]!.toUpperCase() }), ['Cairo']],
  ['a Wix id', () => ({ wixLocationId: { $hasSome: [ids[1]] } }), ['Amsterdam']],
  ['dates', { createdDate: { $gte: '2000-01-01', $lt: '2000-01-02' } }, []],
  ['$or', { $or: [{ name: 'Cairo' }, { name: 'Amsterdam' }] }, ['Amsterdam', 'Cairo']],
  ['$and', { $and: [{ name: { $gt: 'B' } }, { name: { $lt: 'D' } }] }, ['Berlin', 'Cairo']],
  ['$not', { $not: { locationType: 'PHYSICAL' } }, ['Default location']],
  [
    '$not of a field',
    { name: { $not: { $startsWith: 'b' } }, locationType: 'PHYSICAL' },
    ['Amsterdam', 'Cairo'],
  ],
  [
    'names of the SDK',
    () => ({ _id: { $in: [ids[0]] }, _createdDate: { $exists: true } }),
    ['Berlin'],
  ],
  ['another word for an operator', { name: { $ge: 'C', $le: 'D' } }, ['Cairo']],
  ['$isEmpty', { name: { $isEmpty: true } }, []],
  [
    'a date to the millisecond',
    { createdDate: { $gt: '2000-01-01T00:00:00.123456Z' }, name: 'Cairo' },
    ['Cairo'],
  ],
])('a query filters by %s', async (_, filter, expected) => {
  const asked = typeof filter === 'function' ? (filter as () => object)() : filter;
  const page = await query({ filter: asked, sort: [{ fieldName: 'name' }] });
  expect(names(page)).toEqual(expected);
});

test('a query sorts by several fields', async () => {
  const sort = [
    { fieldName: 'defaultLocation', order: 'DESC' },
    { fieldName: 'name', order: 'DESC' },
  ];
  expect(names(await query({ sort }))).toEqual([
    'Default location',
    'berlin north',
    'Cairo',
    'Berlin',
    'Amsterdam',
  ]);
});

test('cursors lead to the end and back, with the filter and order they began with', async () => {
  const filter = { locationType: 'PHYSICAL' };
  const sort = [{ fieldName: 'name', order: 'DESC' }];
  const first = await query({ filter, sort, cursorPaging: { limit: 3 } });
  expect(names(first)).toEqual(['berlin north', 'Cairo', 'Berlin']);
  expect(first.pagingMetadata).toMatchObject({ count: 3, hasNext: true });
  expect(first.pagingMetadata.cursors).not.toHaveProperty('prev');
  const next = { cursor: first.pagingMetadata.cursors.next, limit: 3 };
  const last = await query({ cursorPaging: next });
  expect(names(last)).toEqual(['Amsterdam']);
  expect(last.pagingMetadata.cursors).not.toHaveProperty('next');
  const previous = { cursor: last.pagingMetadata.cursors.prev, limit: 2 };
  expect(names(await query({ cursorPaging: previous }))).toEqual(['Cairo', 'Berlin']);
  expect(names(await query({ filter, sort, cursorPaging: next }))).toEqual(['Amsterdam']);
  for (const other of [{ filter: { name: 'x' } }, { sort: [{ fieldName: 'name' }] }]) {
    const asked = { query: { ...other, cursorPaging: next } };
    expect(await refusal('POST', '/locations/query', asked)).toMatchObject({
      status: 400,
      field: 'query.cursorPaging.cursor',
    });
  }
  const items = { query: { cursorPaging: next } };
  expect(await refusal('POST', '/inventory-items/query', items)).toMatchObject({ status: 400 });
});

test('a filter too long for a cursor is kept', async () => {
  const strangers = Array.from({ length: 900 }, () => randomUUID());
  const filter = { id: { $in: [...ids, ...strangers] } };
  const first = await query({ filter, cursorPaging: { limit: 3 } });
  expect(first.pagingMetadata.cursors.next!.length).toBeLessThan(1000);
  const rest = await query({ cursorPaging: { cursor: first.pagingMetadata.cursors.next } });
  expect([...names(first), ...names(rest)].sort()).toEqual([...NAMES].sort());
});

test('a location that only items name is none until somebody creates it', async () => {
  const id = randomUUID();
  await create({ locationId: id });
  expect(await refusal('GET', `/locations/${id}`)).toMatchObject({ status: 404 });
  expect(names(await query({ filter: { id } }))).toEqual([]);
});

test.each<[string, object, string]>([
  ['an unknown field', { filter: { size: 1 } }, 'query.filter.size'],
  ['an unknown operator', { filter: { name: { $near: 1 } } }, 'query.filter.name.$near'],
  ['an unknown type', { filter: { locationType: 'HEAD_OFFICE' } }, 'query.filter.locationType'],
  ['a limit that is a text', { cursorPaging: { limit: '5' } }, 'query.cursorPaging.limit'],
  ['paging by number', { paging: { limit: 5 } }, 'query.paging'],
  [
    'an operator of other fields',
    { filter: { defaultLocation: { $gt: true } } },
    'query.filter.defaultLocation.$gt',
  ],
  [
    'a date that is none',
    { filter: { createdDate: { $gt: 'today' } } },
    'query.filter.createdDate.$gt',
  ],
  ['a number as name', { filter: { name: 5 } }, 'query.filter.name'],
  ['no operator', { filter: { name: {} } }, 'query.filter.name'],
  ['a filter that is none', { filter: 'all' }, 'query.filter'],
  ['a null in $or', { filter: { $or: [null] } }, 'query.filter.$or[0]'],
  ['a field that is not sorted by', { sort: [{ fieldName: 'id' }] }, 'query.sort[0].fieldName'],
  ['an unknown order', { sort: [{ fieldName: 'name', order: 'UP' }] }, 'query.sort[0].order'],
  ['a long sort', { sort: Array.from({ length: 9 }, () => ({ fieldName: 'name' })) }, 'query.sort'],
  ['a large page', { cursorPaging: { limit: 101 } }, 'query.cursorPaging.limit'],
  ['a cursor that is none', { cursorPaging: { cursor: 'e30' } }, 'query.cursorPaging.cursor'],
  ['a misspelt field', { filters: {} }, 'query.filters'],
])('a query with %s is refused', async (_, asked, field) => {
  expect(await refusal('POST', '/locations/query', { query: asked })).toMatchObject({
    status: 400,
    field,
  });
});

test.each([{ filter: { name: 'x' } }, { qeury: {} }])(
  'a payload %j is refused',
  async (payload) => {
    expect(await refusal('POST', '/locations/query', payload)).toMatchObject({
      status: 400,
      field: Object.keys(payload)[0],
      rule: 'OTHER',
    });
  },
);

test('a filter has bounds', async () => {
  let deep: object = { name: 'x' };
  for (let i = 0; i < 11; i += 1) deep = { $not: deep };
  const many = { $or: Array.from({ length: 201 }, () => ({ name: 'x' })) };
  for (const filter of [deep, many]) {
    expect(await refusal('POST', '/locations/query', { query: { filter } })).toMatchObject({
      status: 400,
    });
  }
});

import { randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { LIST_ITEMS, listPage, type PageRequest } from './walk';

const hub = graphqlHub();
const startHub = graphqlHubs();
const list = { filter: { text: 'ring' }, sort: { field: 'QUANTITY', descending: true } };

let cursor: string;
let ids: string[];
beforeAll(async () => {
  await hub().addItems(
    Array.from({ length: 6 }, (_, i) => ({ name: i < 5 ? `Ring ${i}` : 'Other', quantity: i })),
  );
  const { edges, nodes } = await listPage(hub(), list);
  ids = nodes.map(({ id }) => id);
  cursor = edges[1]!.cursor;
});

const after = async (request: PageRequest, at: Pick<GraphqlHub, 'run'> = hub()) =>
  (await listPage(at, request)).nodes.map(({ id }) => id);
const refusal = async (request: PageRequest, at: Pick<GraphqlHub, 'query'> = hub()) => {
  const { data, errors } = await at.query(LIST_ITEMS, request);
  expect(data).toBeNull();
  expect(errors).toHaveLength(1);
  expect(errors![0]!.extensions).toEqual({ code: 'INVALID_INPUT' });
  return errors![0]!.message;
};

const foreign = 'must be a cursor of an earlier answer';
const another = 'must be a cursor of a list with the same filter and sort';

test('a cursor carries its list: filter and sort need not be said again, but may', async () => {
  const rest = ids.slice(2);
  expect(await after({ after: cursor })).toEqual(rest);
  expect(await after({ ...list, after: cursor })).toEqual(rest);
  expect(await after({ filter: list.filter, after: cursor })).toEqual(rest);
  expect(await after({ sort: list.sort, after: cursor })).toEqual(rest);
  expect(await after({ last: 1, before: cursor })).toEqual(ids.slice(0, 1));
});

test('another filter or sort beside it is refused', async () => {
  for (const other of [
    { filter: { text: 'rin' } },
    { filter: {} },
    { filter: { text: 'ring', tracked: true } },
    { sort: { field: 'QUANTITY', descending: false } },
    { sort: { field: 'AVAILABLE', descending: true } },
  ]) {
    expect(await refusal({ after: cursor, ...other })).toBe(`after ${another}`);
    expect(await refusal({ last: 2, before: cursor, ...other })).toBe(`before ${another}`);
  }
  const { edges } = await listPage(hub(), {});
  const mixed = { after: cursor, before: edges[3]!.cursor };
  expect(await refusal(mixed)).toBe(`before ${another}`);
});

describe('of a filter over 4,000 characters', () => {
  const many = Array.from({ length: 997 }, () => randomUUID());
  const filter = () => ({ text: 'ring', ids: [...ids.slice(0, 3), ...many] });
  const unsaid = (field: string) =>
    `${field} must come with the filter of its list: ` +
    'a cursor does not carry one over 4000 characters of JSON';

  test('it is short, and goes on with the same filter beside it, however spelled', async () => {
    const page = await listPage(hub(), { ...list, filter: filter(), first: 1 });
    expect(page).toMatchObject({ totalCount: 3, nodes: [{ id: ids[0] }] });
    const { endCursor } = page.pageInfo;
    expect(endCursor!.length).toBeLessThan(300);
    const again = { filter: filter(), after: endCursor };
    expect(await after(again)).toEqual(ids.slice(1, 3));
    const { ids: named, text } = filter();
    const upper = { ids: named.map((id) => id.toUpperCase()), text };
    expect(await after({ filter: upper, after: endCursor })).toEqual(ids.slice(1, 3));
    const back = await listPage(hub(), { ...again, first: 1 });
    const before = { filter: filter(), last: 5, before: back.pageInfo.startCursor };
    expect(await after(before)).toEqual(ids.slice(0, 1));
  });

  test('without it, and with another one, it is refused', async () => {
    const page = await listPage(hub(), { ...list, filter: filter(), first: 1 });
    const { endCursor } = page.pageInfo;
    expect(await refusal({ after: endCursor })).toBe(unsaid('after'));
    expect(await refusal({ last: 1, before: endCursor })).toBe(unsaid('before'));
    for (const other of [
      { ...filter(), tracked: true },
      { ...filter(), ids: filter().ids.slice(1) },
      list.filter,
    ]) {
      expect(await refusal({ filter: other, after: endCursor })).toBe(`after ${another}`);
    }
    // A cursor of the short filter is none of the long one's list.
    expect(await refusal({ filter: filter(), after: cursor })).toBe(`after ${another}`);
  });

  test('4,000 are carried, one more is not', async () => {
    const of = (sku: string) => ({ or: [{ skus: [sku] }, { text: 'ring' }] });
    const padded = (length: number) => of('x'.repeat(length - JSON.stringify(of('')).length));
    const carried = async (length: number) => {
      const page = await listPage(hub(), { filter: padded(length), first: 1 });
      const answer = await hub().query(LIST_ITEMS, { after: page.pageInfo.endCursor });
      return answer.errors === undefined;
    };
    expect([await carried(4000), await carried(4001)]).toEqual([true, false]);
  });
});

test('a changed cursor is refused, whatever was changed', async () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let i = 0; i < cursor.length; i += 1) {
    // Some bit of each character, and not one that base64 drops at the end.
    const other = letters[letters.indexOf(cursor[i]!) ^ 0b100000]!;
    const changed = cursor.slice(0, i) + other + cursor.slice(i + 1);
    expect(await refusal({ after: changed })).toBe(`after ${foreign}`);
  }
  for (const text of ['', 'x', cursor.slice(0, -4), cursor.slice(4), `${cursor}AAAA`, '日本']) {
    expect(await refusal({ last: 1, before: text })).toBe(`before ${foreign}`);
  }
});

test('a cursor made by hand is refused, also one with an honest place', async () => {
  const bytes = Buffer.from(cursor, 'base64url');
  const content = bytes.subarray(12).toString();
  const forged = (text: string) =>
    Buffer.concat([bytes.subarray(0, 12), Buffer.from(text)]).toString('base64url');
  expect(await after({ after: forged(content) })).toHaveLength(3);
  expect(await refusal({ after: forged(content.replace('ring', '')) })).toBe(`after ${foreign}`);
  expect(await refusal({ after: forged('[') })).toBe(`after ${foreign}`);
});

describe('elsewhere', () => {
  test('another process of the same tenant takes it', async () => {
    const other = await startHub({ tenantId: hub().tenantId });
    expect(await after({ after: cursor }, other)).toEqual(ids.slice(2));
  });

  test('another tenant does not', async () => {
    const other = await startHub();
    await other.addItem({ name: 'Ring', quantity: 1 });
    expect(await refusal({ after: cursor }, other)).toBe(`after ${foreign}`);
  });
});

import { CHECKS_PER_RATE_POINT, MAX_ITEM_CHECKS } from '../../src/schema/itemChecks';
import { graphqlHubs, type GraphqlAnswer, type GraphqlHub } from '../support/graphqlHub';

/*
 * What a list takes that its document does not tell: conditions checked item by item.
 */

const startHub = graphqlHubs();
const ITEMS = 1000;
let hub: GraphqlHub;

beforeAll(async () => {
  hub = await startHub({ pointsPerMinute: 1_000_000 });
  await hub.addItems(Array.from({ length: ITEMS }, (_, i) => ({ name: `item ${i}`, quantity: i })));
});

const remaining = ({ headers }: GraphqlAnswer<unknown>) =>
  Number(headers.get('ratelimit-remaining'));
const codesOf = ({ errors }: GraphqlAnswer<unknown>) => [
  ...new Set((errors ?? []).map(({ extensions }) => extensions['code'])),
];
/** Conditions of which each must be checked on each item. */
const negations = (count: number) => ({
  and: Array.from({ length: count }, (_, i) => ({ not: { text: `other ${i}` } })),
});
const LIST = `query ($filter: InventoryItemFilterInput) {
  inventoryItems(first: 1, filter: $filter) { nodes { id } totalCount }
}`;

/** Points that an operation uses beside the one of every request. */
async function pointsOf(at: GraphqlHub, document: string, filter: object, subject: string) {
  const token = await at.signToken(['inventory:read'], { subject });
  const before = remaining(await at.query('{ __typename }', {}, { token }));
  const answer = await at.query(document, { filter }, { token });
  expect(answer.errors).toBeUndefined();
  return before - remaining(answer) - 1;
}

test('conditions that are checked item by item use the rate', async () => {
  // 20 texts of 20 checks on each item, to count them; few more for the one item of the page.
  const points = await pointsOf(hub, LIST, negations(20), 'texts');
  expect(points).toBe(Math.floor((ITEMS * 20 * 20) / CHECKS_PER_RATE_POINT));
  const nested = { or: [{ or: [negations(10)] }, negations(10)] };
  expect(await pointsOf(hub, LIST, nested, 'nested')).toBe(points);
  const flags = { and: Array.from({ length: 40 }, () => ({ tracked: true })) };
  expect(await pointsOf(hub, LIST, flags, 'flags')).toBe(
    Math.floor((ITEMS * 40) / CHECKS_PER_RATE_POINT),
  );
});

test('a page that nothing is found for is paid for as well', async () => {
  const page = LIST.replace('totalCount', '');
  const none = { and: [...negations(20).and, { tracked: false }] };
  const points = await pointsOf(hub, page, none, 'page');
  expect(points).toBe(Math.floor((ITEMS * (20 * 20 + 1)) / CHECKS_PER_RATE_POINT));
});

test('what an index serves, and what is found at once, costs nothing', async () => {
  expect(await pointsOf(hub, LIST, {}, 'all')).toBe(0);
  expect(await pointsOf(hub, LIST, { lowStock: false }, 'low')).toBe(0);
  expect(await pointsOf(hub, LIST, { text: 'item 999' }, 'text')).toBe(0);
  expect(await pointsOf(hub, LIST.replace('totalCount', ''), negations(20), 'soon')).toBe(0);
});

test('lists of one operation add up, up to a limit', async () => {
  const lists = (count: number) =>
    `query ($filter: InventoryItemFilterInput) {
      ${Array.from({ length: count }, (_, i) => `a${i}: ${inner}`).join(' ')}
    }`;
  const inner = 'inventoryItems(first: 1, filter: $filter) { totalCount }';
  // As many as a filter may have, and they find nothing: checked for the page, and to count.
  const filter = { and: [...negations(23).and, { tracked: false }] };
  const fits = Math.floor(MAX_ITEM_CHECKS / (2 * ITEMS * (23 * 20 + 1)));
  expect((await hub.query(lists(fits), { filter })).errors).toBeUndefined();
  const answer = await hub.query(lists(30), { filter });
  expect([answer.status, codesOf(answer), answer.data]).toEqual([
    200,
    ['OPERATION_TOO_COMPLEX'],
    null,
  ]);
  expect(answer.errors![0]!.message).toContain(`more than ${MAX_ITEM_CHECKS} conditions`);
  // Each operation begins anew.
  expect((await hub.query(lists(fits), { filter })).errors).toBeUndefined();
});

test('past the rate the list ends: 429, and when to come; another tenant has his own', async () => {
  const limited = await startHub({ tenantId: hub.tenantId, pointsPerMinute: 20 });
  const other = await startHub({ pointsPerMinute: 20 });
  const filter = negations(24);
  const codes: unknown[] = [];
  let answer: GraphqlAnswer<unknown>;
  do {
    answer = await limited.query(LIST, { filter });
    codes.push(...codesOf(answer));
  } while (answer.status === 200 && codes.length < 20);
  expect([answer.status, codes, answer.data]).toEqual([429, ['RATE_LIMITED'], null]);
  expect(remaining(answer)).toBe(0);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await other.query(LIST, { filter })).errors).toBeUndefined();
});

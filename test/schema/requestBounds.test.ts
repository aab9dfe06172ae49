import { randomUUID } from 'node:crypto';
import { keyOfGuid } from '../../src/core/identity';
import { postMovement } from '../../src/redis/commands';
import { MAX_FRAGMENTS, parseLimits } from '../../src/schema/documentLimits';
import { MAX_VARIABLE_DEPTH } from '../../src/schema/requestLimits';
import { MAX_RESULT_FIELDS } from '../../src/schema/resultLimit';
import {
  graphqlHub,
  graphqlHubs,
  type GraphqlAnswer,
  type GraphqlHub,
} from '../support/graphqlHub';
import { change } from './changes';

/*
 * Requests made to keep the hub busy or to bring it down: each is refused, none is a bug.
 */

const hub = graphqlHub();
const startHub = graphqlHubs();

const codesOf = ({ errors }: Pick<GraphqlAnswer<unknown>, 'errors'>) => [
  ...new Set((errors ?? []).map(({ extensions }) => extensions['code'])),
];
const noBug = () => {
  expect(hub().logged.join('')).not.toContain('request failed');
};
afterEach(noBug);

/** Takes one of each. */
const moveAll = (from: GraphqlHub, ids: readonly string[]) =>
  postMovement(from.redis, {
    tenantId: from.tenantId,
    lines: ids.map((id) => ({ key: keyOfGuid(id), units: -1, guard: 'strict' as const })),
    cause: { operation: 'DECREMENT' },
    settingsRevision: 0,
    retentionMs: 60_000,
  });

const nested = (depth: number) =>
  JSON.parse(`${'{"and":['.repeat(depth)}${']}'.repeat(depth)}`) as object;

describe('a document', () => {
  const tokens = parseLimits.maxLexicalTokens!;

  test.each<[string, string, string]>([
    ['of too many tokens', `{ ${'__typename '.repeat(tokens)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['nested 1,000 deep', `${'{ a '.repeat(1000)}${'}'.repeat(1000)}`, 'GRAPHQL_VALIDATION_FAILED'],
    ['nested 8,000 deep', `${'{ a '.repeat(8000)}${'}'.repeat(8000)}`, 'GRAPHQL_PARSE_FAILED'],
    [
      'with a chain of fragments',
      `{ ...F0 } ${Array.from(
        { length: 3000 },
        (_, i) => `fragment F${i} on Query { ...F${i + 1} }`,
      ).join(' ')} fragment F3000 on Query { __typename }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'with a long list of fields',
      `{ ${'settings { revision } '.repeat(5000)} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s is refused', async (_what, document, code) => {
    const answer = await hub().query(document);
    expect([answer.status, codesOf(answer)]).toEqual([400, [code]]);
  });

  test(`with ${MAX_FRAGMENTS} fragments is served, with one more it is not`, async () => {
    const document = (count: number) => {
      const names = Array.from({ length: count }, (_, i) => `F${i}`);
      const fragments = names.map((name) => `fragment ${name} on Settings { revision }`);
      const spreads = names.map((name) => `...${name}`);
      return `{ settings { ${spreads.join(' ')} } } ${fragments.join(' ')}`;
    };
    expect(await hub().run(document(MAX_FRAGMENTS))).toEqual({ settings: { revision: 0 } });
    const { errors } = await hub().query(document(MAX_FRAGMENTS + 1));
    expect(errors![0]!.message).toContain(`${MAX_FRAGMENTS + 1} fragments`);
  });

  test('with 300 changes written out in it is served', async () => {
    const ids = await hub().addItems(Array.from({ length: 300 }, () => ({ quantity: 5 })));
    const changes = ids.map((id) => `{ itemId: "${id}", delta: -1, compareQuantity: 5 }`);
    const { inventoryAdjustQuantities } = await hub().run<Record<string, object>>(
      `mutation { inventoryAdjustQuantities(input: {
        reason: COUNT, changes: [${changes.join()}]
      }) { userErrors { message } } }`,
    );
    expect(inventoryAdjustQuantities).toEqual({ userErrors: [] });
  });
});

describe('variables', () => {
  const LIST =
    'query ($filter: InventoryItemFilterInput) { inventoryItems(filter: $filter) { totalCount } }';

  test.each([MAX_VARIABLE_DEPTH, 30_000])('%d deep and more are refused', async (depth) => {
    // Not by JSON.stringify: it would go as deep.
    const filter = `${'{"and":['.repeat(depth)}{}${']}'.repeat(depth)}`;
    const response = await fetch(hub().url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${hub().allScopes}` },
      body: `{"query":${JSON.stringify(LIST)},"variables":{"filter":${filter}}}`,
    });
    const text = await response.text();
    expect([response.status, text]).toEqual([400, expect.stringContaining('BAD_USER_INPUT')]);
    expect(text).toContain(`more than ${MAX_VARIABLE_DEPTH} deep`);
  });

  test('less deep ones are answered by what they mean', async () => {
    const answer = await hub().query(LIST, { filter: nested(20) });
    expect(codesOf(answer)).toEqual(['INVALID_INPUT']);
  });
});

test('without a token only small requests are looked at', async () => {
  const send = (length: number) =>
    hub().query(`{ __typename ${'#'.repeat(length)}\n}`, {}, { token: null });
  expect((await send(5000)).data).toEqual({ __typename: 'Query' });
  const large = await send(10_000);
  expect([large.status, codesOf(large)]).toEqual([401, ['UNAUTHENTICATED']]);
  expect(large.headers.get('www-authenticate')).toBe('Bearer');
});

describe('an answer', () => {
  const LINES = `nodes { id lines {
    itemId units delta quantityAfter revision ignored item { id name quantity sku tracked }
  } }`;
  const MOVEMENTS = `query ($first: Int!) { movements(first: $first) { ${LINES} } }`;

  test(`has at most ${MAX_RESULT_FIELDS} fields in its lists`, async () => {
    const own = await startHub();
    const ids = await own.addItems(Array.from({ length: 300 }, () => ({ quantity: 1000 })));
    for (let i = 0; i < 30; i += 1) {
      const changes = ids.map((itemId) => ({ itemId, delta: -1, compareQuantity: null }));
      await change(own, 'adjust', { changes });
    }
    const few = await own.run<{ movements: { nodes: { lines: object[] }[] } }>(MOVEMENTS, {
      first: 20,
    });
    expect(few.movements.nodes.map(({ lines }) => lines.length)).toEqual(Array(20).fill(300));
    const many = await own.query(MOVEMENTS, { first: 30 });
    expect([many.status, codesOf(many), many.data]).toEqual([200, ['OPERATION_TOO_COMPLEX'], null]);
    expect(many.errors![0]!.message).toContain(`more than ${MAX_RESULT_FIELDS} fields`);
    // Fragments and aliases hide nothing, and each operation begins anew.
    const pages = [1, 2, 3].map((i) => `m${i}: movements(first: 10) { ...F }`);
    const hidden = `query { ${pages.join(' ')} }
      fragment F on MovementConnection { ...G } fragment G on MovementConnection { ${LINES} }`;
    expect(codesOf(await own.query(hidden))).toEqual(['OPERATION_TOO_COMPLEX']);
    expect(codesOf(await own.query(MOVEMENTS, { first: 20 }))).toEqual([]);
    // Histories of all lines would be read before anything of them is shown.
    const histories = `{ movements(first: 20) { nodes { lines { item { history(first: 250) {
      nodes { __typename }
    } } } } } }`;
    const refused = await own.query(histories);
    expect([refused.status, refused.data]).toEqual([200, null]);
    expect(refused.errors!.map(({ message, extensions }) => [message, extensions])).toEqual([
      [many.errors![0]!.message, { code: 'OPERATION_TOO_COMPLEX' }],
    ]);
  });

  test('of a mutation that would have more says what became of its changes', async () => {
    const own = await startHub();
    const ids = await own.addItems(Array.from({ length: 300 }, () => ({ quantity: 1000 })));
    const changes = ids.map((itemId) => ({ itemId, delta: -1, compareQuantity: null }));
    const { data, errors } = await own.query<Record<string, object>>(
      `mutation ($input: InventoryAdjustQuantitiesInput!) {
        inventoryAdjustQuantities(input: $input) {
          userErrors { code }
          movement { id lines { item { history(first: 250) { nodes { id } } } } }
        }
        missing: locationDeactivate(input: { id: "${randomUUID()}", revision: 1 }) {
          userErrors { code }
        }
      }`,
      { input: { reason: 'COUNT', changes } },
    );
    expect(data!.inventoryAdjustQuantities).toMatchObject({
      userErrors: [],
      movement: { id: (await own.ledger()).at(-1)!.id },
    });
    expect(data!.missing).toEqual({ userErrors: [{ code: 'NO_SUCH_LOCATION' }] });
    expect(errors!.map(({ extensions }) => extensions)).toEqual([
      { code: 'OPERATION_TOO_COMPLEX' },
    ]);
  });

  test('counts the way back to a page oldest first', async () => {
    const own = await startHub();
    const ids = await own.addItems(Array.from({ length: 250 }, () => ({ quantity: 1000 })));
    for (let i = 0; i < 410; i += 1) await moveAll(own, ids);
    const ask = (first: number, oldestFirst: boolean) =>
      own.query<{ inventoryItems: { nodes: { history: { nodes: object[] } }[] } }>(
        `query ($first: Int!, $oldestFirst: Boolean!) { inventoryItems(first: $first) {
          nodes { history(first: 1, oldestFirst: $oldestFirst) { nodes { quantityAfter } } }
        } }`,
        { first, oldestFirst },
      );
    const few = await ask(200, true);
    expect(few.data!.inventoryItems.nodes.map(({ history }) => history.nodes)).toEqual(
      Array(200).fill([{ quantityAfter: 1000 }]),
    );
    const many = await ask(250, true);
    expect([many.data, codesOf(many)]).toEqual([null, ['OPERATION_TOO_COMPLEX']]);
    expect((await ask(250, false)).errors).toBeUndefined();
  }, 60_000);
});

test('a costly operation uses more of its token’s rate', async () => {
  const limited = await startHub({ pointsPerMinute: 10 });
  const token = await limited.signToken(['inventory:read']);
  const ask = (first: number) => {
    const query = `{ inventoryItems(first: ${first}) { nodes { id name sku quantity } } }`;
    return limited.query(query, {}, { token });
  };
  const left = ({ headers }: { headers: Headers }) => Number(headers.get('ratelimit-remaining'));
  expect(left(await ask(50))).toBe(9);
  // 250 items of 5 points, less than 2,000.
  expect(left(await ask(250))).toBe(7);
  for (const remaining of [5, 3, 1]) expect(left(await ask(250))).toBe(remaining);
  const over = await ask(250);
  expect([over.status, codesOf(over), left(over)]).toEqual([429, ['RATE_LIMITED'], 0]);
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('ids beside wrong input are no part of a cost that is kept', async () => {
  const adjust = (count: number) =>
    change(hub(), 'adjust', {
      changes: Array.from({ length: count }, () => ({
        itemId: randomUUID(),
        delta: 1,
        compareQuantity: null,
      })),
    });
  expect((await adjust(1)).userErrors).toHaveLength(1);
  expect((await adjust(300)).userErrors).toHaveLength(300);
});

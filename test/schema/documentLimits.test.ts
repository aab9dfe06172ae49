import { randomUUID } from 'node:crypto';
import { MAX_VALUE_DEPTH } from '../../src/schema/documentLimits';
import { graphqlHub, type GraphqlAnswer } from '../support/graphqlHub';
import { Subscriber } from '../support/liveClient';

/*
 * What a document is refused for is said in the hub's words: nobody is told of its parser, its
 * validator, or how its server is set up.
 */

const hub = graphqlHub();
const dark = graphqlHub({ introspection: false });

afterEach(() => {
  for (const each of [hub(), dark()]) {
    expect(each.logged.join('')).not.toContain('request failed');
  }
});

const told = ({ status, errors }: GraphqlAnswer<unknown>) => [
  status,
  ...(errors ?? []).flatMap(({ message, extensions }) => [extensions['code'], message]),
];
const TOO_DEEP = [400, 'GRAPHQL_PARSE_FAILED', 'The document is nested too deeply.'];
const CUT_SHORT =
  'The document was not checked to its end: it breaks a limit of its shape, such as how often ' +
  'fields of one name are selected.';
const nested = (open: string, middle: string, close: string, depth: number) =>
  open.repeat(depth) + middle + close.repeat(depth);
const listOf = (filter: string) => `{ inventoryItems(filter: ${filter}) { totalCount } }`;

test.each<[string, string]>([
  ['selections', '{a'.repeat(3000)],
  ['values', listOf(nested('{and:[', '{}', ']}', 5000))],
  ['types', `query ($a: ${nested('[', 'Int', ']', 10_000)}) { __typename }`],
])('%s that are nested too deeply, with a token and without', async (_what, document) => {
  expect(told(await hub().query(document))).toEqual(TOO_DEEP);
  expect(told(await hub().query(document, {}, { token: null })).slice(1, 2)).toEqual([
    document.length > 9000 ? 'UNAUTHENTICATED' : 'GRAPHQL_PARSE_FAILED',
  ]);
});

const reference = (depth: number, alias = 'a') => {
  // The argument is a value of two levels itself.
  const options = nested('{a:', '1', '}', depth - 1);
  return `${alias}: inventoryItemByReference(catalogReference: {
    appId: "${randomUUID()}", catalogItemId: "x", options: ${options}
  }) { id }`;
};

test(`values are at most ${MAX_VALUE_DEPTH} deep`, async () => {
  const fits = `{ ${reference(MAX_VALUE_DEPTH)} }`;
  expect(told(await hub().query(fits))).toEqual([200]);
  const deeper = [
    `{ ${reference(MAX_VALUE_DEPTH + 1)} }`,
    // The validator would compare them, each deeper than the stack.
    `{ ${reference(900)} ${reference(900)} }`,
    listOf(`{ ids: ${nested('[', '', ']', 500)} }`),
    `query ($a: ${nested('[', 'Int', ']', 500)}) { __typename }`,
    `query ($a: InventoryItemFilterInput = ${nested('{and:[', '{}', ']}', 200)}) {
      inventoryItems(filter: $a) { totalCount }
    }`,
  ];
  for (const document of deeper) {
    const [status, code, message] = told(await hub().query(document));
    expect([status, code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect(message).toBe(`The values of the document are more than ${MAX_VALUE_DEPTH} deep.`);
  }
});

test('fields of one name are selected so often that they can not all be compared', async () => {
  const selected = (times: number) => `{ settings { ${'revision '.repeat(times)} } }`;
  expect(told(await hub().query(selected(700)))).toEqual([200]);
  const refused = [400, 'GRAPHQL_VALIDATION_FAILED', CUT_SHORT];
  expect(told(await hub().query(selected(1100)))).toEqual(refused);
});

test('introspection that is off', async () => {
  const off = 'Introspection is off here: __schema and __type are not served.';
  for (const document of [
    '{ __schema { types { name } } }',
    '{ ...F } fragment F on Query { x: __type(name: "Query") { name } }',
  ]) {
    expect(told(await dark().query(document))).toEqual([400, 'GRAPHQL_VALIDATION_FAILED', off]);
    expect(told(await hub().query(document))).toEqual([200]);
  }
});

test('by GET the words are the same', async () => {
  const search = new URLSearchParams({ query: '{a'.repeat(3000) });
  const response = await fetch(`${hub().url}?${search.toString()}`, {
    headers: { 'Apollo-Require-Preflight': 'yes' },
  });
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining('The document is nested too deeply.'),
  ]);
});

test.each<[string, string, string[]]>([
  ['nested', '{a'.repeat(3000), ['The document is nested too deeply.']],
  ['many fields', `subscription { inventoryChanged { ${'cursor '.repeat(1100)} } }`, [CUT_SHORT]],
])('over WebSocket they are the same: %s', async (_what, query, messages) => {
  const target = { url: hub().url, token: hub().allScopes };
  const subscriber = new Subscriber(target, {}, query);
  expect(await subscriber.ended).toMatchObject(messages.map((message) => ({ message })));
  await subscriber.stop();
});

import { execute, getIntrospectionQuery, parse, type IntrospectionOptions } from 'graphql';
import { buildHubSchema } from '../../src/schema/buildSchema';
import { OperationCosts } from '../../src/schema/operationCosts';
import { graphqlHub, graphqlHubs, type GraphqlAnswer } from '../support/graphqlHub';

/*
 * Introspection has the limits of other operations, also for who has no token.
 */

const schema = buildHubSchema();
const hub = graphqlHub();
const startHub = graphqlHubs();

const FULL: IntrospectionOptions = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};
const DEEP = `types { name fields { name type { name fields { name } ofType { name } } } }`;
const many = (count: number, inner: string) =>
  `{ ${Array.from({ length: count }, (_, i) => `a${i}: ${inner}`).join(' ')} }`;

function fieldsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).map(fieldsOf);
  return inner.reduce((sum, each) => sum + each, Array.isArray(value) ? 0 : inner.length);
}

test.each<[string, string]>([
  ['the query of tools', getIntrospectionQuery()],
  ['the query of tools with all options', getIntrospectionQuery(FULL)],
  ['types within types', `{ __schema { ${DEEP} } }`],
  ['one type', '{ __type(name: "Query") { fields { name args { name type { name } } } } }'],
  ['no type', '{ __type(name: "Nothing") { fields { name } } }'],
  [
    'fragments',
    `{ __schema { ...S ... on __Schema { directives { locations args { name } } } } }
     fragment S on __Schema { queryType { ...T } mutationType { ...T } }
     fragment T on __Type { name fields { name type { kind ...E } } }
     fragment E on __Type { enumValues { name } ofType { enumValues { name } } }`,
  ],
])('%s costs half a point for each field that is answered', async (_what, query) => {
  const document = parse(query);
  const { data } = await execute({ schema, document });
  // `__schema` or `__type` itself is the one point.
  const fields = fieldsOf(data) - 1;
  const cost = new OperationCosts().costOf(schema, document, null, {});
  expect(cost).toBe(1 + Math.ceil(fields / 2));
  const answer = await hub().query(query, {}, { token: null });
  expect([answer.status, answer.errors]).toEqual([200, undefined]);
});

test('a type that a variable names may be any', () => {
  const costs = new OperationCosts();
  const document = parse('query ($name: String!) { __type(name: $name) { fields { name } } }');
  const every = costs.costOf(schema, parse('{ __schema { types { fields { name } } } }'), null, {});
  for (const name of ['Int', 'Query']) {
    expect(costs.costOf(schema, document, null, { name })).toBeGreaterThan(every - 100);
  }
});

const codesOf = ({ errors }: GraphqlAnswer<unknown>) =>
  (errors ?? []).map(({ extensions }) => extensions['code']);

const OBJECT = `{ name kind fields {
  name description isDeprecated deprecationReason args { name } type { name kind }
} }`;

test.each<[string, string]>([
  ['__schema', many(30, `__schema { ${DEEP} }`)],
  [
    '__type',
    `${many(30, '__type(name: "Query") { fields { ...F } }')} fragment F on __Field {
      name description args { name type { name ofType { name inputFields { name description } } } }
      type { ofType ${OBJECT} }
      deprecationReason ... on __Field { type ${OBJECT} }
    }`,
  ],
])('many of %s are refused, with a token and without', async (_what, query) => {
  for (const token of [null, hub().allScopes]) {
    const answer = await hub().query(query, {}, { token });
    expect([answer.status, codesOf(answer), answer.data]).toEqual([
      400,
      ['OPERATION_TOO_COMPLEX'],
      undefined,
    ]);
  }
});

test('with a token it uses the rate', async () => {
  const limited = await startHub({ pointsPerMinute: 20 });
  const left = ({ headers }: GraphqlAnswer<unknown>) => Number(headers.get('ratelimit-remaining'));
  // One for the call, 4 for some 8,000 fields.
  const query = getIntrospectionQuery();
  expect(left(await limited.query(query))).toBe(15);
  for (let i = 0; i < 3; i += 1) expect((await limited.query(query)).status).toBe(200);
  const over = await limited.query(query);
  expect([over.status, codesOf(over)]).toEqual([429, ['RATE_LIMITED']]);
  // Another token has its own.
  const token = await limited.signToken([], { subject: 'other' });
  expect((await limited.query(query, {}, { token })).status).toBe(200);
});

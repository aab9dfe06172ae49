import { createHash } from 'node:crypto';
import { auditServer } from 'graphql-http';
import { gql, GraphQLClient } from 'graphql-request';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';

const ORIGIN = 'https://backoffice.example';
const hub = graphqlHub({ corsOrigins: [ORIGIN] });
const startHub = graphqlHubs();

const auth = () => ({ Authorization: `Bearer ${hub().allScopes}` });
const MUTATION =
  'mutation { settingsUpdate(input: { unknownItems: RECORD }) { settings { revision } } }';
const revision = async () => {
  const { settings } = await hub().run<{ settings: { revision: number } }>(
    '{ settings { revision } }',
  );
  return settings.revision;
};

describe('a page of somebody else can not make a browser call', () => {
  test.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(MUTATION)}`],
    ['text/plain', JSON.stringify({ query: MUTATION })],
    ['multipart/form-data; boundary=x', `--x\r\n\r\n${MUTATION}\r\n--x--`],
    [undefined, JSON.stringify({ query: MUTATION })],
  ])('a post of type %p is refused', async (type, body) => {
    const before = await revision();
    const response = await fetch(hub().url, {
      method: 'POST',
      headers: { ...auth(), ...(type !== undefined && { 'Content-Type': type }) },
      body: type === undefined ? Buffer.from(body) : body,
    });
    expect(response.status).toBe(400);
    await response.text();
    expect(await revision()).toBe(before);
  });

  test('a query by GET needs a header that forms do not send; a mutation needs POST', async () => {
    const before = await revision();
    const get = (operation: string, headers: Record<string, string> = {}) =>
      fetch(`${hub().url}?query=${encodeURIComponent(operation)}`, {
        headers: { ...auth(), ...headers },
      });
    expect((await get('{ settings { revision } }')).status).toBe(400);
    const asked = { 'Apollo-Require-Preflight': 'yes' };
    expect((await get('{ settings { revision } }', asked)).status).toBe(200);
    const mutation = await get(MUTATION, asked);
    expect([mutation.status, mutation.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await revision()).toBe(before);
  });
});

describe('CORS', () => {
  const preflight = async (origin: string) => {
    const { status, headers } = await fetch(hub().url, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key',
      },
    });
    return { status, headers };
  };

  test.each(['https://studio.apollographql.com', ORIGIN])('lets %s in', async (origin) => {
    const { status, headers } = await preflight(origin);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(headers.get('access-control-allow-headers')).toContain('idempotency-key');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await hub().query('{ __typename }', {}, { headers: { Origin: origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('vary')).toContain('Origin');
    const exposed = answer.headers.get('access-control-expose-headers');
    for (const name of ['RateLimit-Remaining', 'Retry-After']) expect(exposed).toContain(name);
  });

  test.each([
    'https://evil.example',
    'https://studio.apollographql.com.evil.example',
    'http://studio.apollographql.com',
    `${ORIGIN}:8443`,
    'null',
  ])('tells %s nothing', async (origin) => {
    const { headers } = await preflight(origin);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    const answer = await hub().query('{ __typename }', {}, { headers: { Origin: origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('what the hub tells of itself', () => {
  let closed: GraphqlHub;
  let open: GraphqlHub;
  beforeAll(async () => {
    closed = await startHub({ introspection: false });
    open = await startHub({ sandbox: { token: 'a-token-for-the-page' } });
  });
  const page = async (at: GraphqlHub) => {
    const response = await fetch(at.url, { headers: { Accept: 'text/html' } });
    return { status: response.status, text: await response.text() };
  };

  test('introspection is on where it is set, off where it is not', async () => {
    const ask = '{ __schema { queryType { name } } }';
    expect(await hub().run(ask)).toEqual({ __schema: { queryType: { name: 'Query' } } });
    for (const each of [ask, '{ __type(name: "Query") { name } }']) {
      const { status, text, data } = await closed.query(each);
      expect([status, data]).toEqual([400, undefined]);
      expect(text).toContain('Introspection is off');
    }
    expect(await closed.run('{ __typename }')).toEqual({ __typename: 'Query' });
  });

  test('a wrong field is not answered with the names of right ones where it is off', async () => {
    const { text } = await closed.query('{ inventoryItem2(id: "x") { id } }');
    expect(text).toContain('Cannot query field');
    expect(text).not.toContain('Did you mean');
  });

  test('a browser gets Apollo Sandbox with operations and any token, or no page', async () => {
    const { status, text } = await page(open);
    expect(status).toBe(200);
    expect(text).toContain('a-token-for-the-page');
    expect(text).toContain('inventoryItems');
    const empty = await page(await startHub({ sandbox: {} }));
    expect(empty.status).toBe(200);
    expect(empty.text).toContain('"headers":{"Authorization":""}');
    const none = await page(hub());
    expect(none.status).toBe(400);
    expect(none.text).not.toContain('<html');
  });
});

describe('answers', () => {
  test('carry the request id they were given, or one of their own', async () => {
    const given = await hub().query('{ __typename }', {}, { headers: { 'X-Request-Id': 'abc-1' } });
    expect(given.headers.get('x-request-id')).toBe('abc-1');
    expect((await hub().query('{ __typename }')).headers.get('x-request-id')).toMatch(
      /^[\w-]{8,}$/,
    );
  });

  test('are not kept by anybody on the way', async () => {
    expect((await hub().query('{ settings { revision } }')).headers.get('cache-control')).toBe(
      'no-store',
    );
  });

  test.each([
    ['{"query": "{ set', 'BAD_REQUEST'],
    ['{}', 'BAD_REQUEST'],
    ['{"query": 1}', 'BAD_REQUEST'],
    ['{"query": "{ settings { revision "}', 'GRAPHQL_PARSE_FAILED'],
    ['{"query": "{ settings { revisions } }"}', 'GRAPHQL_VALIDATION_FAILED'],
    ['{"query": "query A { __typename } query B { __typename }"}', 'OPERATION_RESOLUTION_FAILURE'],
    ['{"query": "query ($n: Int!) { __typename @skip(if: false) }"}', 'GRAPHQL_VALIDATION_FAILED'],
    [
      '{"query": "query ($n: Int!) { inventoryItems(first: $n) { totalCount } }"}',
      'BAD_USER_INPUT',
    ],
  ])('%s: 400 %s', async (body, code) => {
    const response = await fetch(hub().url, {
      method: 'POST',
      headers: { ...auth(), 'Content-Type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain(`"${code}"`);
    expect(text).not.toMatch(/node_modules|\/src\/|\bat /);
  });
});

test('an operation that was sent once can be asked for by its digest', async () => {
  const query = '{ settings { revision } } # kept';
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const send = async (more: object) => {
    const response = await fetch(hub().url, {
      method: 'POST',
      headers: { ...auth(), 'Content-Type': 'application/json' },
      body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash } }, ...more }),
    });
    return response.text();
  };
  expect(await send({})).toContain('PERSISTED_QUERY_NOT_FOUND');
  expect(await send({ query: '{ __typename }' })).toContain('provided sha does not match query');
  const data = await send({ query });
  expect(data).toContain('"revision"');
  expect(await send({})).toBe(data);
});

describe('others speak with it', () => {
  test('graphql-request', async () => {
    const client = new GraphQLClient(hub().url, { headers: auth() });
    const id = await hub().addItem({ sku: 'GR-1', quantity: 3 });
    const found = await client.request<unknown>(
      gql`
        query ($skus: [String!]) {
          inventoryItems(filter: { skus: $skus }) {
            totalCount
            nodes {
              id
              quantity
            }
          }
        }
      `,
      { skus: ['GR-1'] },
    );
    expect(found).toEqual({
      inventoryItems: { totalCount: 1, nodes: [{ id, quantity: 3 }] },
    });
    const adjust = gql`
      mutation ($input: InventoryAdjustQuantitiesInput!) {
        inventoryAdjustQuantities(input: $input) {
          replayed
          movement {
            lines {
              quantityAfter
            }
          }
        }
      }
    `;
    const changes = [{ itemId: id, delta: 4, compareQuantity: 3 }];
    const send = () =>
      client.request(
        adjust,
        { input: { reason: 'RECEIVED', changes } },
        { 'Idempotency-Key': 'k' },
      );
    const movement = { lines: [{ quantityAfter: 7 }] };
    expect(await send()).toEqual({ inventoryAdjustQuantities: { replayed: false, movement } });
    expect(await send()).toEqual({ inventoryAdjustQuantities: { replayed: true, movement } });
    const stranger = new GraphQLClient(hub().url);
    await expect(stranger.request('{ settings { revision } }')).rejects.toMatchObject({
      response: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
  });

  test('GraphQL over HTTP: no audit of graphql-http that MUST pass fails', async () => {
    const results = await auditServer({
      url: hub().url,
      // Its GETs come without a header that tells them from those of a form.
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, {
          ...init,
          headers: {
            ...(init.headers as Record<string, string>),
            ...auth(),
            'Apollo-Require-Preflight': 'yes',
          },
        }),
    });
    const failed = results.filter(({ status }) => status !== 'ok');
    const said = failed.map((result) => `${result.status} ${result.id} ${result.name}`);
    console.log([`graphql-http: ${results.length} audits`, ...said].join('\n'));
    expect(results.length).toBeGreaterThan(50);
    expect(failed.filter(({ status }) => status === 'error').map(({ name }) => name)).toEqual([]);
    expect(failed.filter(({ name }) => name.startsWith('MUST')).map(({ name }) => name)).toEqual(
      [],
    );
  });
});

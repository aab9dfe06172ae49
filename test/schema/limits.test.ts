import { randomUUID } from 'node:crypto';
import { keys } from '../../src/redis/keys';
import { MAX_ALIASES, MAX_DEPTH } from '../../src/schema/documentLimits';
import { MAX_COMPLEXITY } from '../../src/schema/requestLimits';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';

const hub = graphqlHub();
const startHub = graphqlHubs();

const codesOf = ({ errors }: { errors: { extensions: object }[] | undefined }) =>
  (errors ?? []).map(({ extensions }) => (extensions as { code: string }).code);

describe('the rate', () => {
  const LIMIT = 5;
  const SETTINGS = '{ settings { revision } }';
  let limited: GraphqlHub;
  beforeAll(async () => {
    limited = await startHub({ pointsPerMinute: LIMIT });
  });
  const rateOf = ({ headers }: { headers: Headers }) =>
    ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`ratelimit-${name}`)));

  test('every answer tells where the token stands; past it: 429, and when to come', async () => {
    const token = await limited.signToken(['inventory:read']);
    for (let left = LIMIT - 1; left >= 0; left -= 1) {
      const answer = await limited.query(SETTINGS, {}, { token });
      expect([answer.status, answer.errors]).toEqual([200, undefined]);
      const [limit, remaining, reset] = rateOf(answer);
      expect([limit, remaining]).toEqual([LIMIT, left]);
      expect(reset).toBeGreaterThan(0);
      expect(reset).toBeLessThanOrEqual(60);
    }
    for (let i = 0; i < 2; i += 1) {
      const answer = await limited.query(SETTINGS, {}, { token });
      expect([answer.status, codesOf(answer), answer.data]).toEqual([
        429,
        ['RATE_LIMITED'],
        undefined,
      ]);
      const [limit, remaining, reset] = rateOf(answer);
      expect([limit, remaining]).toEqual([LIMIT, 0]);
      expect(Number(answer.headers.get('retry-after'))).toBe(reset);
      expect(reset).toBeGreaterThan(0);
    }
  });

  test('is of a token, whichever process is asked', async () => {
    const other = await startHub({ tenantId: limited.tenantId, pointsPerMinute: LIMIT });
    const token = await limited.signToken(['inventory:read'], { subject: 'two' });
    for (let i = 0; i < LIMIT; i += 1) {
      await (i % 2 ? limited : other).query(SETTINGS, {}, { token });
    }
    for (const at of [limited, other]) {
      expect((await at.query(SETTINGS, {}, { token })).status).toBe(429);
    }
    const fresh = await limited.signToken(['inventory:read'], { subject: 'three' });
    expect((await limited.query(SETTINGS, {}, { token: fresh })).status).toBe(200);
  });

  test('a refused call uses points too, a call without a token has none to use', async () => {
    const token = await limited.signToken([], { subject: 'four' });
    const answer = await limited.query(SETTINGS, {}, { token });
    expect([codesOf(answer), rateOf(answer)[1]]).toEqual([['FORBIDDEN'], LIMIT - 1]);
    for (let i = 0; i < LIMIT + 1; i += 1) {
      const without = await limited.query(SETTINGS, {}, { token: null });
      expect(without.headers.get('ratelimit-limit')).toBeNull();
      expect(codesOf(without)).toEqual(['UNAUTHENTICATED']);
    }
  });

  test('what was used is forgotten after a minute', async () => {
    const names = await limited.redis.keys(`${keys.limit(limited.tenantId, '')}*`);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const left = await limited.redis.pttl(name);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(60_000);
    }
  });
});

describe('the shape of an operation', () => {
  test(`at most ${MAX_DEPTH} deep`, async () => {
    const deep = await hub().query(
      `{ inventoryItems ${'{ nodes '.repeat(MAX_DEPTH)} ${'}'.repeat(MAX_DEPTH)} }`,
    );
    expect([deep.status, new Set(codesOf(deep))]).toEqual([
      400,
      new Set(['GRAPHQL_VALIDATION_FAILED']),
    ]);
    expect(deep.text).toContain(`Query depth limit of ${MAX_DEPTH} exceeded`);
    const whole = `{ order(orderId: "${randomUUID()}") {
      movements { lines { item { location { name } } } }
    } }`;
    expect((await hub().query(whole)).errors).toBeUndefined();
  });

  test(`at most ${MAX_ALIASES} aliases`, async () => {
    const aliased = (count: number) =>
      `{ ${Array.from({ length: count }, (_, i) => `a${i}: settings { revision }`).join(' ')} }`;
    expect((await hub().query(aliased(MAX_ALIASES))).errors).toBeUndefined();
    const more = await hub().query(aliased(MAX_ALIASES + 1));
    expect([more.status, codesOf(more)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
  });

  const FULL = `nodes {
    id name variantName sku barcode tracked quantity inStock reserved available availabilityStatus
    preorder { enabled limit counter remaining } revision updatedDate location { id name isDefault }
  } pageInfo { hasNextPage endCursor } totalCount`;

  test('a page of 250 with all that there is, also twice', async () => {
    expect(
      (await hub().query(`{ inventoryItems(first: 250) { ${FULL} } }`)).errors,
    ).toBeUndefined();
    const twice = `{
      a: inventoryItems(first: 250) { ${FULL} }
      b: inventoryItems(last: 250) { ${FULL} }
    }`;
    expect((await hub().query(twice)).errors).toBeUndefined();
  });

  test.each<[string, string, object]>([
    ['in the operation', 'first: 250', {}],
    ['in its variables', 'first: $length', { length: 250 }],
    ['from the end', 'last: $length', { length: 250 }],
  ])('many long pages at once cost too much: length %s', async (_name, length, variables) => {
    const pages = Array.from(
      { length: 20 },
      (_, i) => `p${i}: inventoryItems(${length}) { ${FULL} }`,
    );
    const declared = length.includes('$') ? 'query ($length: Int)' : 'query';
    const answer = await hub().query(`${declared} { ${pages.join(' ')} }`, variables);
    expect([answer.status, codesOf(answer)]).toEqual([400, ['OPERATION_TOO_COMPLEX']]);
    expect(answer.errors![0]!.message).toMatch(
      new RegExp(`^The operation costs \\d+ points; the limit is ${MAX_COMPLEXITY}\\.$`),
    );
  });

  test('fragments and other operations of the document do not hide the cost', async () => {
    const pages = Array.from(
      { length: 20 },
      (_, i) => `p${i}: inventoryItems(first: 250) { ...F }`,
    );
    const document = `query Small { settings { revision } } query Large { ${pages.join(' ')} }
      fragment F on InventoryItemConnection { ${FULL} }`;
    const send = async (operationName: string) => {
      const response = await fetch(hub().url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${hub().allScopes}`,
        },
        body: JSON.stringify({ query: document, operationName }),
      });
      return response.text();
    };
    expect(await send('Large')).toContain('OPERATION_TOO_COMPLEX');
    expect(await send('Small')).not.toContain('errors');
  });

  test('fragments of fragments of fragments are counted before they can be many', async () => {
    const spreads = (name: string) => `...${name} `.repeat(20);
    const fragments = ['A', 'B', 'C', 'D'].map(
      (name, i) => `fragment ${name} on InventoryItem { location { id } ${spreads('BCDE'[i]!)} }`,
    );
    const bomb = `{ inventoryItems { nodes { ${spreads('A')} } } }
      ${fragments.join(' ')} fragment E on InventoryItem { id }`;
    const answer = await hub().query(bomb);
    expect(answer.status).toBe(400);
    expect(codesOf(answer)).toHaveLength(1);
  });

  test('a negative length costs nothing less', async () => {
    const pages = Array.from(
      { length: 20 },
      (_, i) => `p${i}: inventoryItems(first: -250) { totalCount }`,
    );
    expect(codesOf(await hub().query(`{ ${pages.join(' ')} }`))).toContain('INVALID_INPUT');
  });
});

describe('the size of a request', () => {
  test('a body over 2 MiB is refused', async () => {
    const fits = await hub().query('{ __typename }', { more: 'x'.repeat(2 * 1024 * 1024 - 200) });
    expect(fits.errors).toBeUndefined();
    const large = await hub().query('{ __typename }', { more: 'x'.repeat(2 * 1024 * 1024) });
    expect([large.status, JSON.parse(large.text)]).toEqual([
      413,
      {
        errors: [
          { message: 'The body is over the limit.', extensions: { code: 'BODY_TOO_LARGE' } },
        ],
      },
    ]);
  });

  test('1,000 items in one mutation are within it', async () => {
    const items = Array.from({ length: 1000 }, () => ({
      productId: randomUUID(),
      name: 'x'.repeat(80),
      variantName: 'x'.repeat(250),
      quantity: 1,
    }));
    const { inventoryItemsCreate } = await hub().run<{
      inventoryItemsCreate: { userErrors: object[] };
    }>(
      `mutation ($input: InventoryItemsCreateInput!) {
        inventoryItemsCreate(input: $input) { userErrors { message } }
      }`,
      { input: { items } },
    );
    expect(inventoryItemsCreate.userErrors).toEqual([]);
  });

  test('operations come one at a time', async () => {
    const response = await fetch(hub().url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${hub().allScopes}` },
      body: JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Operation batching disabled');
  });
});

import { createHash, randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs, type GraphqlAnswer } from '../support/graphqlHub';
import { Subscriber } from '../support/liveClient';

/*
 * GraphQL lets a variable that may be null stand where null may not, if there is a default. A null
 * there is the caller's mistake: told before anything runs, by name, and no way around the limits.
 */

const hub = graphqlHub();
const startHub = graphqlHubs();

afterEach(() => {
  expect(hub().logged.join('')).not.toContain('request failed');
});

const told = ({ status, errors, data }: GraphqlAnswer<unknown>) => [
  status,
  ...(errors ?? []).flatMap(({ message, extensions }) => [extensions['code'], message]),
  ...(data === undefined ? [] : [data]),
];

const ID = randomUUID();
const CHANGE = `reason: COUNT, changes: [{ itemId: "${ID}", delta: 1, compareQuantity: null }]`;
const CREATE = `items: [{ productId: "${randomUUID()}", name: "x" }]`;

const nulls: [field: string, type: string, document: string][] = [
  ['movements.first', 'Int!', 'query ($v: Int) { movements(first: $v) { nodes { id } } }'],
  ['movements.first', 'Int!', 'query ($v: Int = 5) { movements(first: $v) { nodes { id } } }'],
  [
    'movements.oldestFirst',
    'Boolean!',
    'query ($v: Boolean) { movements(oldestFirst: $v) { nodes { id } } }',
  ],
  [
    'history.first',
    'Int!',
    `query ($v: Int) { inventoryItem(id: "${ID}") { history(first: $v) { nodes { id } } } }`,
  ],
  [
    'history.oldestFirst',
    'Boolean!',
    `query ($v: Boolean) { inventoryItem(id: "${ID}") { ...F } }
     fragment F on InventoryItem { history(oldestFirst: $v) { nodes { id } } }`,
  ],
  ['events.first', 'Int!', 'query ($v: Int) { events(first: $v) { nodes { id } } }'],
  ['inventoryItem.id', 'ID!', `query ($v: ID = "${ID}") { inventoryItem(id: $v) { id } }`],
  [
    'inventoryPreview.guard',
    'MovementGuard!',
    `query ($v: MovementGuard) {
      inventoryPreview(guard: $v, lines: [{ itemId: "${ID}", units: 1 }]) { userErrors { code } }
    }`,
  ],
  [
    'inventoryAdjustQuantities.input.guard',
    'MovementGuard!',
    `mutation ($v: MovementGuard) {
      inventoryAdjustQuantities(input: { guard: $v, ${CHANGE} }) { userErrors { code } }
    }`,
  ],
  [
    'inventoryAdjustQuantities.input.changes.delta',
    'Int!',
    `mutation ($v: Int = 1) { inventoryAdjustQuantities(input: { reason: COUNT,
      changes: [{ itemId: "${ID}", delta: $v, compareQuantity: null }]
    }) { userErrors { code } } }`,
  ],
  [
    'inventoryItemsCreate.input.errorPolicy',
    'ErrorPolicy!',
    `mutation ($v: ErrorPolicy) {
      inventoryItemsCreate(input: { errorPolicy: $v, ${CREATE} }) { userErrors { code } }
    }`,
  ],
  [
    'inventoryItems.sort.descending',
    'Boolean!',
    `query ($v: Boolean) {
      inventoryItems(sort: { field: CREATED, descending: $v }) { nodes { id } }
    }`,
  ],
  [
    'inventoryItems.filter.ids',
    'ID!',
    `query ($v: ID = "${ID}") { inventoryItems(filter: { ids: [$v] }) { nodes { id } } }`,
  ],
  [
    '@include.if',
    'Boolean!',
    'query ($v: Boolean = true) { settings @include(if: $v) { revision } }',
  ],
  [
    '@skip.if',
    'Boolean!',
    'query ($v: Boolean = true) { settings { ... @skip(if: $v) { revision } } }',
  ],
  [
    '@idempotent.key',
    'String!',
    `mutation ($v: String = "x") {
      inventoryAdjustQuantities(input: { ${CHANGE} }) @idempotent(key: $v) { userErrors { code } }
    }`,
  ],
];

test.each(nulls)('null for %s of the type %s is refused by name', async (field, type, document) => {
  const refused = [400, 'BAD_USER_INPUT', `${field} must be of the type ${type}, got null from $v`];
  expect(told(await hub().query(document, { v: null }))).toEqual(refused);
  // Also when the document is known, and in the middle of others.
  expect(told(await hub().query(document, { v: null }))).toEqual(refused);
  const { errors } = await hub().query(document);
  expect(errors?.map(({ message }) => message) ?? []).not.toContain(refused[2]);
});

test('a default of null is a null', async () => {
  const document = 'query ($v: Int = null) { movements(first: $v) { nodes { id } } }';
  expect(told(await hub().query(document))[1]).toBe('BAD_USER_INPUT');
  expect(await hub().run(document, { v: 1 })).toEqual({ movements: { nodes: [] } });
  // A name that every object has.
  const inherited = document.replaceAll('$v', '$constructor');
  expect(told(await hub().query(inherited))[1]).toBe('BAD_USER_INPUT');
});

test('what is left out may be given null, and so may what can be null', async () => {
  const left = `query ($v: Int, $with: Boolean!) {
    movements(first: $v) @include(if: $with) { nodes { id } }
    ...F @skip(if: true)
    inventoryItems(first: $v) { nodes { id } }
  } fragment F on Query { events(first: $v) { nodes { id } } }`;
  expect(await hub().run(left, { v: null, with: false })).toEqual({
    inventoryItems: { nodes: [] },
  });
  const [status, code, message] = told(await hub().query(left, { v: null, with: true }));
  expect([status, code]).toEqual([400, 'BAD_USER_INPUT']);
  expect(message).toContain('movements.first');
});

test('every variable of another type is told of', async () => {
  const document = `query ($a: Int, $b: Boolean) {
    movements(first: $a, oldestFirst: $b) { nodes { id } }
  }`;
  for (let i = 0; i < 2; i += 1) {
    const answer = await hub().query(document, { a: 'many', b: null });
    expect(told(answer).slice(0, 2)).toEqual([400, 'BAD_USER_INPUT']);
    const both = await hub().query(document, { a: 'many', b: 3 });
    expect(both.errors).toHaveLength(2);
  }
});

test('nothing of the operation runs', async () => {
  const id = await hub().addItem({ quantity: 5 });
  const change = `reason: COUNT, changes: [{ itemId: "${id}", delta: 1, compareQuantity: null }]`;
  const document = `mutation ($v: MovementGuard) {
    a: inventoryAdjustQuantities(input: { ${change} }) { userErrors { code } }
    b: inventoryAdjustQuantities(input: { guard: $v, ${change} }) { userErrors { code } }
  }`;
  expect((await hub().query(document, { v: null })).status).toBe(400);
  const read = `{ inventoryItem(id: "${id}") { quantity } }`;
  expect(await hub().run(read)).toEqual({ inventoryItem: { quantity: 5 } });
});

describe('a GET of a persisted query', () => {
  const send = async (more: Record<string, string>, query: string) => {
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash } });
    const search = new URLSearchParams({ extensions, ...more });
    const response = await fetch(`${hub().url}?${search.toString()}`, {
      headers: { Authorization: `Bearer ${hub().allScopes}`, 'Apollo-Require-Preflight': 'yes' },
    });
    return { status: response.status, text: await response.text() };
  };

  test('is checked as others are, the first time and later', async () => {
    const query = 'query ($v: Int) { movements(first: $v) { nodes { id } } }';
    const one = JSON.stringify({ v: 1 });
    expect((await send({ query, variables: one }, query)).status).toBe(200);
    for (const more of [{ query }, {}]) {
      const refused = await send({ ...more, variables: JSON.stringify({ v: null }) }, query);
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringContaining('movements.first'),
      ]);
      expect(refused.text).toContain('BAD_USER_INPUT');
    }
    expect((await send({ variables: one }, query)).status).toBe(200);
  });

  test('costs what it costs with the variables it is sent', async () => {
    const query = `query ($v: Int = 250) {
      inventoryItems(first: $v) { nodes { history(first: 75) { nodes { id } } } }
    }`;
    expect((await send({ query, variables: '{"v":1}' }, query)).status).toBe(200);
    expect((await send({ variables: '{"v":null}' }, query)).status).toBe(200);
    for (const more of [{ variables: '{"v":250}' }, { variables: '{}' }, {}]) {
      const { status, text } = await send(more, query);
      expect([status, text]).toEqual([400, expect.stringContaining('OPERATION_TOO_COMPLEX')]);
    }
  });
});

describe('the limit of an operation', () => {
  const lists = Array.from(
    { length: 25 },
    (_, i) => `a${i}: movements(first: 250) { nodes { id } }`,
  );

  test('holds beside a null', async () => {
    const document = `query ($k: Int) {
      inventoryItem(id: "${ID}") { history(first: $k) { nodes { id } } }
      ${lists.join(' ')}
    }`;
    expect(told(await hub().query(document, { k: 1 }))[1]).toBe('OPERATION_TOO_COMPLEX');
    expect(told(await hub().query(document, { k: null }))).toEqual([
      400,
      'BAD_USER_INPUT',
      'history.first must be of the type Int!, got null from $k',
    ]);
  });

  test('tells absent from null', async () => {
    const document = `query ($k: Int = 250) { inventoryItems(first: $k) {
      nodes { id history(first: 75) { nodes { id } edges { cursor } } }
    } }`;
    // Null has no default: 50 items.
    for (let i = 0; i < 2; i += 1) {
      expect((await hub().query(document, { k: null })).status).toBe(200);
      expect(told(await hub().query(document)).slice(0, 2)).toEqual([400, 'OPERATION_TOO_COMPLEX']);
    }
  });

  test('holds for more selections than are counted', async () => {
    const spreads = (name: string) => `...${name} `.repeat(22);
    const document = `{ settings { ${spreads('A')} } }
      fragment A on Settings { ${spreads('B')} } fragment B on Settings { ${spreads('C')} }
      fragment C on Settings { revision }`;
    expect(told(await hub().query(document))).toEqual([
      400,
      'OPERATION_TOO_COMPLEX',
      'The operation has more than 10000 selections.',
    ]);
  });

  test('is the same for another tenant with the same document', async () => {
    const other = await startHub();
    const document = 'query ($v: Int = 2) { movements(first: $v) { nodes { id } } }';
    expect((await hub().query(document)).status).toBe(200);
    expect(told(await other.query(document, { v: null }))[1]).toBe('BAD_USER_INPUT');
    expect(await other.run(document)).toEqual({ movements: { nodes: [] } });
  });
});

test('an operation that is not there is told of, whatever the others are given', async () => {
  const response = await fetch(hub().url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${hub().allScopes}` },
    body: JSON.stringify({
      query: `query A($v: Int) { movements(first: $v) { nodes { id } } } query B { __typename }`,
      variables: { v: null },
    }),
  });
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining('Must provide operation name'),
  ]);
});

test('a subscription is refused before it begins', async () => {
  const query = `subscription ($v: Int) {
    inventoryChanged { movement { lines { item { history(first: $v) { nodes { id } } } } } }
  }`;
  const target = { url: hub().url, token: hub().allScopes };
  const subscriber = new Subscriber(target, { v: null }, query);
  expect(await subscriber.ended).toMatchObject([
    {
      message: 'history.first must be of the type Int!, got null from $v',
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
  expect(subscriber.messages).toEqual([]);
  await subscriber.stop();
});

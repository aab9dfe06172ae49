import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';

/*
 * One header, several mutations: which of them share a request is a matter of what is run, not of
 * how the document is written.
 */

const hub = graphqlHub();

interface Answer {
  replayed: boolean;
  movement: { id: string } | null;
}

const INPUT = '$input: InventoryAdjustQuantitiesInput!';
const ADJUST = 'inventoryAdjustQuantities(input: $input) { replayed movement { id } }';
const quantityOf = async (id: string) => {
  const query = `query ($id: ID!) { inventoryItem(id: $id) { quantity } }`;
  const { inventoryItem } = await hub().run<{ inventoryItem: { quantity: number } }>(query, { id });
  return inventoryItem.quantity;
};

const send = async (document: string, itemId: string, key: string, variables: object = {}) => {
  const changes = [{ itemId, delta: 1, compareQuantity: null }];
  const input = { reason: 'COUNT', changes };
  const headers = { 'Idempotency-Key': key };
  return hub().run<Record<string, Answer>>(document, { input, ...variables }, { headers });
};

test.each([
  [
    'a fragment',
    `mutation (${INPUT}) { ...F } fragment F on Mutation { a: ${ADJUST} b: ${ADJUST} }`,
  ],
  ['an inline fragment', `mutation (${INPUT}) { ... on Mutation { a: ${ADJUST} b: ${ADJUST} } }`],
  ['both', `mutation (${INPUT}) { a: ${ADJUST} ...F } fragment F on Mutation { b: ${ADJUST} }`],
])('two mutations in %s are two calls', async (_place, document) => {
  const [id, key] = [await hub().addItem({ quantity: 0 }), randomUUID()];
  const first = await send(document, id, key);
  expect([first['a']!.replayed, first['b']!.replayed]).toEqual([false, false]);
  expect(await quantityOf(id)).toBe(2);
  const again = await send(document, id, key);
  expect([again['a']!.replayed, again['b']!.replayed]).toEqual([true, true]);
  expect(again['b']!.movement!.id).toBe(first['b']!.movement!.id);
  expect(await quantityOf(id)).toBe(2);
});

const alone = `mutation (${INPUT}) { a: ${ADJUST} }`;
const other = 'b: inventoryAdjustQuantities(input: $input)';
const unless = '@include(if: $no)';
test.each<[string, string, object]>([
  ['beside __typename', `mutation (${INPUT}) { __typename a: ${ADJUST} }`, {}],
  ['in a fragment', `mutation (${INPUT}) { ...F } fragment F on Mutation { a: ${ADJUST} }`, {}],
  ['asked for twice', `mutation (${INPUT}) { a: ${ADJUST} a: ${ADJUST} }`, {}],
  [
    'beside one that is skipped',
    `mutation (${INPUT}, $no: Boolean!) { a: ${ADJUST} ${other} @skip(if: $no) { replayed } }`,
    { no: true },
  ],
  [
    'beside one that is not included',
    `mutation (${INPUT}, $no: Boolean!) { a: ${ADJUST} ... ${unless} { ${other} { replayed } } }`,
    { no: false },
  ],
])('one mutation %s is the same call as alone', async (_place, document, variables) => {
  const [id, key] = [await hub().addItem({ quantity: 0 }), randomUUID()];
  const first = await send(document, id, key, variables);
  expect(first['a']!.replayed).toBe(false);
  const again = await send(alone, id, key);
  expect(again['a']).toMatchObject({ replayed: true, movement: first['a']!.movement });
  const query = 'query ($key: String!) { operation(key: $key) { movement { id } } }';
  expect(await hub().run(query, { key })).toEqual({
    operation: { movement: first['a']!.movement },
  });
  expect(await quantityOf(id)).toBe(1);
});

test.each([
  ['a query', 'query { settings @idempotent(key: "k") { revision } }'],
  [
    'a field inside of a mutation',
    `mutation (${INPUT}) { inventoryAdjustQuantities(input: $input) {
      movement @idempotent(key: "k") { id }
    } }`,
  ],
])('@idempotent on %s is refused', async (_place, document) => {
  const changes = [{ itemId: randomUUID(), delta: 1, compareQuantity: null }];
  const variables = document.includes('$input') ? { input: { reason: 'COUNT', changes } } : {};
  const { status, errors } = await hub().query(document, variables);
  expect(status).toBe(400);
  expect(errors).toMatchObject([
    {
      message: '@idempotent stands on mutations only: nothing else can be retried by a key.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ]);
});

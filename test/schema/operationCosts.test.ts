import { parse } from 'graphql';
import { buildHubSchema } from '../../src/schema/buildSchema';
import { OperationCosts } from '../../src/schema/operationCosts';

const schema = buildHubSchema();
const costs = new OperationCosts();

test('a document that is known is costed anew for variables that decide on its cost', () => {
  const document = parse(`query ($length: Int = 7, $more: Boolean!, $after: String) {
    inventoryItems(first: $length, after: $after) { nodes { id sku @include(if: $more) } }
  }`);
  const costOf = (variables: object) => costs.costOf(schema, document, null, { ...variables });
  const short = costOf({ length: 1, more: false });
  const long = costOf({ length: 250, more: false });
  expect(long).toBeGreaterThan(100 * short);
  expect(costOf({ length: 1, more: true })).toBe(short + 1);
  expect(costOf({ more: false })).toBe(costOf({ length: 7, more: false }));
  expect(costOf({ length: 1, more: false, after: 'x' })).toBe(short);
  expect(costOf({ length: 250, more: false, after: 'y' })).toBe(long);
});

test('many values of a variable are each costed right, also when they come again', () => {
  const document = parse('query ($n: Int) { inventoryItems(last: $n) { nodes { id } } }');
  const costOf = (n: number) => costs.costOf(schema, document, null, { n });
  const [one, two] = [costOf(1), costOf(2)];
  const lengths = Array.from({ length: 250 }, (_, i) => i + 1);
  for (const n of [...lengths, ...lengths]) {
    expect(costOf(n)).toBe(one + (n - 1) * (two - one));
  }
});

test('each operation of a document has its own cost', () => {
  const document = parse(`
    query Small { settings { revision } }
    query Large { inventoryItems(first: 250) { ...F } }
    fragment F on InventoryItemConnection { nodes { id name } }
  `);
  const small = costs.costOf(schema, document, 'Small', {});
  expect(costs.costOf(schema, document, 'Large', {})).toBeGreaterThan(250 * small);
  expect(costs.costOf(schema, document, 'Small', {})).toBe(small);
});

test('wrong variables cost nothing and are not remembered', () => {
  const document = parse('query ($n: Int!) { inventoryItems(first: $n) { nodes { id } } }');
  expect(costs.costOf(schema, document, null, {})).toBe(0);
  expect(costs.costOf(schema, document, null, { n: 'many' })).toBe(0);
  expect(costs.costOf(schema, document, null, { n: 250 })).toBeGreaterThan(250);
});

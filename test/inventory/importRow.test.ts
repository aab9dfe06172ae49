import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { cellRows, importRows } from './importRows';

const redis = testRedis();
let shop: Shop;
beforeEach(() => {
  shop = openShop(redis());
});

const WHOLE = 'must be a whole number from';
const wrongCells: [column: string, cell: string, told: string][] = [
  ['quantity', '12abc', `quantity ${WHOLE} -1000000000 to 1000000000, got "12abc"`],
  ['quantity', '1.5', `quantity ${WHOLE} -1000000000 to 1000000000, got "1.5"`],
  ['quantity', '1e3', `quantity ${WHOLE} -1000000000 to 1000000000, got "1e3"`],
  ['quantity', '1,000', `quantity ${WHOLE} -1000000000 to 1000000000, got "1,000"`],
  ['quantity', '+1', `quantity ${WHOLE} -1000000000 to 1000000000, got "+1"`],
  ['quantity', '1000000001', `quantity ${WHOLE} -1000000000 to 1000000000, got 1000000001`],
  ['preorderLimit', '100001', `preorderLimit ${WHOLE} 0 to 100000, got 100001`],
  ['lowStockThreshold', '-1', `lowStockThreshold ${WHOLE} 0 to 10000000, got -1`],
  ['visible', 'yes', 'visible must be true or false, got "yes"'],
  ['variantId', 'blue', 'variantId must be a GUID, got "blue"'],
  ['locationId', '1', 'locationId must be a GUID, got "1"'],
  ['brandId', 'x', 'brandId must be a GUID, got "x"'],
  ['name', 'n'.repeat(81), 'name must be 1..80 characters, none'],
  ['variantName', 'n'.repeat(251), 'variantName must be 1..250 characters, none'],
  ['sku', 'n'.repeat(41), 'sku must be 1..40 characters, none'],
  ['barcode', 'n'.repeat(41), 'barcode must be 1..40 characters, none'],
  ['brandName', 'n'.repeat(51), 'brandName must be 1..50 characters, none'],
  ['preorderMessage', 'n'.repeat(251), 'preorderMessage must be 1..250 characters, none'],
  ['name', 'a\u0007b', 'name must be 1..80 characters, none a control character, got "a'],
  ['sku', 'a\u0000', 'sku must be 1..40 characters, none a control character, got "a'],
  ['barcode', 'a\u007f', 'barcode must be 1..40 characters, none a control character'],
  ['preorderMessage', '\ud83d', 'preorderMessage must be 1..250 characters, none a control'],
  ['categoryIds', 'a;b', 'categoryIds must be up to 2000 GUIDs, got ["a","b"]'],
  ['extendedFields', '{"a":1}', 'extendedFields must be an object of objects'],
  ['extendedFields', '{a', 'extendedFields must be an object of objects'],
  ['productId', 'p'.repeat(37), 'productId must be 1..36 characters without space around'],
  ['productId', 'p ', 'productId must be 1..36 characters without space around'],
  ['productId', 'p\nq', 'productId must be 1..36 characters without space around'],
  ['productId', '', 'productId must be 1..36 characters without space around'],
  ['inStock', 'true', 'inStock must be absent when quantity is given'],
  ['qantity', '1', 'The column "qantity" is unknown. Columns: productId, '],
];

test.each(wrongCells)(
  'a row with %s = %j is told of and not stored',
  async (column, cell, told) => {
    const good = { productId: 'good', quantity: '1' };
    const bad = { productId: 'bad', quantity: '1', [column]: cell };
    const result = await importRows(shop, cellRows([good, bad]));
    expect(result).toMatchObject({ created: 1, failed: 1 });
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]).toContain(`3: ${told}`);
    expect((await shop.ledger()).flatMap(({ lines }) => lines)).toHaveLength(1);
  },
);

test('NDJSON values must have the JSON type of their column', async () => {
  const rows = [
    { productId: 'a', quantity: '7' },
    { productId: 'a', quantity: 1.5 },
    { productId: 'a', quantity: 1, visible: 'true' },
    { productId: 'a', quantity: 1, sku: '' },
    { productId: 7, quantity: 1 },
    { productId: 'a', quantity: 1, categoryIds: 'x' },
    { productId: null, quantity: 1 },
    ['a'],
    null,
    { productId: 'a', quantity: -0, inStock: null },
  ];
  const result = await importRows(shop, rows);
  expect(result).toMatchObject({ created: 1, failed: 9 });
  expect(result.problems.map((problem) => problem.split(' ', 2).join(' '))).toEqual([
    '1: quantity',
    '2: quantity',
    '3: visible',
    '4: sku',
    '5: productId',
    '6: categoryIds',
    '7: productId',
    '8: the',
    '9: the',
  ]);
});

test('a row tells of all that is wrong with it, in file order and once', async () => {
  const rows: object[] = Array.from({ length: 250 }, (_, i) => ({ productId: `p${i}` }));
  const wrong = { productId: 'q', quantity: 'x', visible: 1, nothing: 2, at: 3 };
  const result = await importRows(shop, [...rows, wrong]);
  expect(result).toMatchObject({ failed: 251, created: 0 });
  expect(result.problems.map((problem) => Number(problem.split(':', 1)[0]))).toEqual([
    ...rows.map((_, i) => i + 1),
    251,
    251,
    251,
  ]);
  expect(result.problems[0]).toBe('1: quantity or inStock must be given: the item is new');
  expect(result.problems.at(-1)).toContain('The columns "nothing", "at" are unknown');
});

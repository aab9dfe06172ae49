import { randomUUID } from 'node:crypto';
import { queryHub, type WireViolation } from './queryHub';

const [tea, coffee] = [randomUUID(), randomUUID()];
const { hub, page, violation, wix } = queryHub(() => [
  { quantity: 5, name: 'Red', sku: 'A', categoryIds: [tea, coffee] },
  { quantity: 15, name: 'Red', sku: 'B', categoryIds: [tea] },
  { quantity: 25, name: 'Blue', sku: 'C', brandId: tea },
  { quantity: 0, name: 'Blue', sku: 'D' },
  { quantity: -2, name: 'Red' },
  { tracked: false, inStock: true, sku: 'F' },
]);

/** The result of one aggregation over all items, or those of a filter. */
async function aggregated(aggregation: object, more: object = {}) {
  const asked = { aggregations: [aggregation], cursorPaging: { limit: 0 }, ...more };
  const { aggregationData } = await page('search', asked);
  return aggregationData!.results[0]!;
}
const values = async (fieldPath: string, value: object = {}, more: object = {}) => {
  const result = await aggregated({ name: 'a', type: 'VALUE', fieldPath, value }, more);
  return (result['values'] as { results: { value: string; count: number }[] }).results.map(
    ({ value: each, count }) => `${each} ${count}`,
  );
};

describe('VALUE', () => {
  test('counts items by value, the commonest first', async () => {
    expect(await aggregated({ name: 'names', type: 'VALUE', fieldPath: 'product.name' })).toEqual({
      name: 'names',
      type: 'VALUE',
      fieldPath: 'product.name',
      values: {
        results: [
          { value: 'Red', count: 3 },
          { value: 'Blue', count: 2 },
        ],
      },
    });
    expect(await values('availabilityStatus')).toEqual(['IN_STOCK 4', 'OUT_OF_STOCK 2']);
    expect(await values('trackQuantity')).toEqual(['true 5', 'false 1']);
  });

  test('of a list counts each entry', async () => {
    expect(await values('product.directCategoryIds')).toEqual([`${tea} 2`, `${coffee} 1`]);
  });

  test('in the order and number asked for', async () => {
    const by = (sortType: string, sortDirection?: string) =>
      values('product.name', { sortType, sortDirection });
    expect(await by('VALUE')).toEqual(['Blue 2', 'Red 3']);
    expect(await by('VALUE', 'DESC')).toEqual(['Red 3', 'Blue 2']);
    expect(await by('COUNT', 'ASC')).toEqual(['Blue 2', 'Red 3']);
    expect(await values('product.variantSku', { limit: 2 })).toEqual(['A 1', 'B 1']);
    expect(await values('quantity', { sortType: 'VALUE' })).toEqual([
      ...['-2 1', '0 1', '5 1', '15 1', '25 1'],
    ]);
  });

  test('with a group of those without a value, by its default name or another', async () => {
    const include = { missingValues: 'INCLUDE', sortType: 'VALUE' };
    const named = (addToBucket: string) => ({ ...include, includeOptions: { addToBucket } });
    expect(await values('product.name', include)).toEqual(['Blue 2', 'N/A 1', 'Red 3']);
    expect(await values('product.name', named('Red'))).toEqual(['Blue 2', 'Red 4']);
    expect(await values('quantity', include)).toContain('0 2');
    expect(await values('quantity', named('15'))).toContain('15 2');
    expect(await values('inStock', include)).toEqual(['false 5', 'true 1']);
    expect(await values('inStock', named('tracked'))).toEqual(['tracked 5', 'true 1']);
  });

  test('counts what the search finds, whatever the page', async () => {
    const filter = { quantity: { $gt: 0 } };
    const right = ['Red 2', 'Blue 1'];
    expect(await values('product.name', {}, { filter })).toEqual(right);
    const paged = { filter, cursorPaging: { limit: 1 } };
    expect(await values('product.name', {}, paged)).toEqual(right);
    const search = { expression: 'blue' };
    expect(await values('product.name', {}, { search })).toEqual(['Blue 2']);
  });
});

test('RANGE counts each item in the first range it fits, in the order asked for', async () => {
  const buckets = [{ from: 10 }, { from: 0, to: 5 }, { to: 30 }, { from: 100, to: 200 }];
  const result = await aggregated({ type: 'RANGE', fieldPath: 'quantity', range: { buckets } });
  expect(result).toEqual({
    type: 'RANGE',
    fieldPath: 'quantity',
    ranges: {
      results: [
        { from: 10, count: 2 },
        { from: 0, to: 5, count: 1 },
        { to: 30, count: 2 },
        { from: 100, to: 200, count: 0 },
      ],
    },
  });
});

describe('SCALAR', () => {
  test.each([
    ['MIN', 'quantity', -2],
    ['MAX', 'quantity', 25],
    ['SUM', 'quantity', 43],
    ['AVG', 'quantity', 8.6],
    ['COUNT_DISTINCT', 'product.name', 2],
    ['COUNT_DISTINCT', 'product.directCategoryIds', 2],
    ['COUNT_DISTINCT', 'inStock', 1],
  ])('%s of %s', async (type, fieldPath, value) => {
    const result = await aggregated({ name: 's', type: 'SCALAR', fieldPath, scalar: { type } });
    expect(result).toEqual({ name: 's', type: 'SCALAR', fieldPath, scalar: { type, value } });
  });

  test('of no items has no least, greatest or average', async () => {
    const filter = { quantity: 7777 };
    const of = async (type: string) => {
      const asked = { type: 'SCALAR', fieldPath: 'quantity', scalar: { type } };
      return (await aggregated(asked, { filter }))['scalar'];
    };
    expect(await of('MIN')).toEqual({ type: 'MIN' });
    expect(await of('AVG')).toEqual({ type: 'AVG' });
    expect(await of('SUM')).toEqual({ type: 'SUM', value: 0 });
    expect(await of('COUNT_DISTINCT')).toEqual({ type: 'COUNT_DISTINCT', value: 0 });
  });
});

test('DATE_HISTOGRAM counts items by stretches of time, where the caller is', async () => {
  const { inventoryItems } = await page('search', {});
  const created = new Date(inventoryItems[0]!.createdDate);
  const by = async (interval: string, timeZone?: string) => {
    const dateHistogram = { interval };
    const asked = { type: 'DATE_HISTOGRAM', fieldPath: 'createdDate', dateHistogram };
    return (await aggregated(asked, { timeZone }))['dateHistogram'];
  };
  const year = created.getUTCFullYear();
  expect(await by('YEAR')).toEqual({
    results: [{ value: `${year}-01-01T00:00:00.000Z`, count: 6 }],
  });
  const hour = `${created.toISOString().slice(0, 13)}:00:00.000Z`;
  expect(await by('HOUR')).toEqual({ results: [{ value: hour, count: 6 }] });
  const day = new Date(created.getTime() + 14 * 3_600_000).toISOString().slice(0, 10);
  const results = [{ value: `${day}T00:00:00.000+14:00`, count: 6 }];
  expect(await by('DAY', 'Pacific/Kiritimati')).toEqual({ results });
  expect(await by('DAY', '+14:00')).toEqual({ results });
});

test('NESTED gives a row for each way down, with what each level found on it', async () => {
  const result = await aggregated({
    name: 'both',
    type: 'NESTED',
    nested: {
      nestedAggregations: [
        { name: 'name', type: 'VALUE', fieldPath: 'product.name' },
        {
          name: 'stock',
          type: 'RANGE',
          fieldPath: 'quantity',
          range: { buckets: [{ to: 1 }, { from: 1 }] },
        },
        { name: 'most', type: 'SCALAR', fieldPath: 'quantity', scalar: { type: 'MAX' } },
      ],
    },
  });
  const row = (name: string, count: number, stock: object, most: number) => ({
    results: {
      name: { value: { value: name, count } },
      stock: { range: stock },
      most: { scalar: { value: most } },
    },
  });
  expect(result).toEqual({
    name: 'both',
    type: 'NESTED',
    nested: {
      results: [
        row('Red', 3, { to: 1, count: 1 }, -2),
        row('Red', 3, { from: 1, count: 2 }, 15),
        row('Blue', 2, { to: 1, count: 1 }, 0),
        row('Blue', 2, { from: 1, count: 1 }, 25),
      ],
    },
  });
});

test('the SDK asks for several at once', async () => {
  const { aggregationData, inventoryItems } = await wix().searchInventoryItems({
    filter: { trackQuantity: true },
    aggregations: [
      { name: 'brands', type: 'VALUE', fieldPath: 'product.brand._id', value: { limit: 5 } },
      {
        name: 'days',
        type: 'DATE_HISTOGRAM',
        fieldPath: '_createdDate',
        dateHistogram: { interval: 'DAY' },
      },
    ],
  });
  expect(inventoryItems).toHaveLength(5);
  const [brands, days] = aggregationData!.results!;
  expect(brands).toMatchObject({ name: 'brands', values: { results: [{ value: tea, count: 1 }] } });
  expect(days).toMatchObject({ name: 'days', dateHistogram: { results: [{ count: 5 }] } });
});

describe('an aggregation is refused', () => {
  const name = { type: 'VALUE', fieldPath: 'product.name' };
  const nested = (...nestedAggregations: object[]) => ({
    type: 'NESTED',
    nested: { nestedAggregations },
  });
  const scalar = { type: 'SCALAR', fieldPath: 'quantity', scalar: { type: 'MAX' } };
  test.each<[string, object, string, RegExp]>([
    ['without a type', { fieldPath: 'quantity' }, 'type', /one of VALUE/],
    ['of no type', { ...name, type: 'PIE' }, 'type', /one of VALUE/],
    ['of no field', { type: 'VALUE' }, 'fieldPath', /one of id/],
    ['of an unknown field', { type: 'VALUE', fieldPath: 'price' }, 'fieldPath', /one of id/],
    ['with 251 groups', { ...name, value: { limit: 251 } }, 'value.limit', /1\.\.250/],
    ['with 0 groups', { ...name, value: { limit: 0 } }, 'value.limit', /1\.\.250/],
    ['in no order', { ...name, value: { sortType: 'SIZE' } }, 'value.sortType', /COUNT, VALUE/],
    ['with other words', { ...name, value: { size: 1 } }, 'value.size', /absent/],
    ['of text by ranges', { type: 'RANGE', fieldPath: 'product.name' }, 'fieldPath', /a number/],
    [
      'by a range without bounds',
      { type: 'RANGE', fieldPath: 'quantity', range: { buckets: [{}] } },
      'range.buckets[0]',
      /from or to/,
    ],
    ['of no scalar', { ...scalar, scalar: {} }, 'scalar.type', /one of COUNT_DISTINCT/],
    [
      'of the sum of dates',
      { ...scalar, fieldPath: 'createdDate', scalar: { type: 'SUM' } },
      'fieldPath',
      /a number/,
    ],
    ['of the least text', { ...scalar, fieldPath: 'product.name' }, 'fieldPath', /a number/],
    ['of text by days', { ...name, type: 'DATE_HISTOGRAM' }, 'fieldPath', /a date/],
    [
      'by no interval',
      { type: 'DATE_HISTOGRAM', fieldPath: 'createdDate' },
      'dateHistogram.interval',
      /one of YEAR/,
    ],
    ['nested in nothing', nested({ ...name, name: 'a' }), 'nested.nestedAggregations', /2\.\.3/],
    [
      'nested in four',
      nested(...['a', 'b', 'c', 'd'].map((each) => ({ ...name, name: each }))),
      'nested.nestedAggregations',
      /up to 3/,
    ],
    [
      'nested in a number',
      nested({ ...scalar, name: 'a' }, { ...name, name: 'b' }),
      'nested.nestedAggregations[0].type',
      /the last one/,
    ],
    [
      'nested under one name',
      nested({ ...name, name: 'a' }, { ...name, name: 'a' }),
      'nested.nestedAggregations[1].name',
      /of its own/,
    ],
    ['in the old way', { ...name, groupBy: {} }, 'groupBy', /ask for nested/],
  ])('%s', async (_case, aggregation, field, sentence) => {
    const refused: WireViolation = await violation('search', {
      search: { aggregations: [aggregation] },
    });
    expect(refused).toMatchObject({ status: 400, field: `search.aggregations[0].${field}` });
    expect(refused.description).toMatch(sentence);
  });

  test('when there are 11', async () => {
    const refused = await violation('search', { search: { aggregations: Array(11).fill(name) } });
    expect(refused).toMatchObject({ status: 400, field: 'search.aggregations' });
  });
});

test('aggregations see a change at once', async () => {
  await hub().addItems([{ quantity: 1, name: 'New' }]);
  expect(await values('product.name')).toContain('New 1');
});

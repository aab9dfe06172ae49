import { inventoryItemsV3 } from '@wix/stores';
import { queryHub } from './queryHub';

const COUNT = 25;
const { ids, wix } = queryHub(() =>
  Array.from({ length: COUNT }, (_, i) => ({
    quantity: i,
    sku: `SKU-${i}`,
    name: i % 2 === 0 ? 'Red apple' : 'Green pear',
  })),
);
const { QueryBuilder, Filter, Sort } = inventoryItemsV3.utils.query;
const { SearchBuilder, SearchParams, Aggregation } = inventoryItemsV3.utils.search;

test("a query of the SDK's builder finds, sorts and pages with cursors", async () => {
  const query = QueryBuilder()
    .withFilter(
      Filter.and(
        Filter('quantity').gte(3).lt(20),
        Filter.not(Filter('quantity').in([5, 7])),
        Filter('product.name').startsWith('RED'),
      ),
    )
    .withSorting(Sort('quantity').desc(), Sort('_createdDate').asc())
    .withPaging({ limit: 5 })
    .build();
  const first = await wix().queryInventoryItems(query);
  expect(first.inventoryItems!.map(({ quantity }) => quantity)).toEqual([18, 16, 14, 12, 10]);
  const cursor = first.pagingMetadata!.cursors!.next!;
  const paged = QueryBuilder().withPaging({ limit: 5, cursor }).build();
  const second = await wix().queryInventoryItems(paged);
  expect(second.inventoryItems!.map(({ quantity }) => quantity)).toEqual([8, 6, 4]);
  expect(second.pagingMetadata!.cursors!.next).toBeUndefined();
});

test("a search of the SDK's builder finds words and aggregates", async () => {
  const search = SearchBuilder()
    .withFilter(Filter('_id').in([...ids()]))
    .withSearchClause(SearchParams('apple').mode('AND').fields(['product.name']))
    .withSorting(Sort('quantity').asc())
    .withAggregation(
      Aggregation('days').onField('_createdDate').asDateHistogramAggregation().interval('DAY'),
      Aggregation('least').onField('quantity').asScalarAggregation().type('MIN'),
    )
    .withPaging({ limit: 3 })
    .withTimeZone('Europe/Berlin')
    .build();
  const { inventoryItems, aggregationData } = await wix().searchInventoryItems(search);
  expect(inventoryItems!.map(({ quantity }) => quantity)).toEqual([0, 2, 4]);
  expect(aggregationData!.results).toMatchObject([
    { name: 'days', type: 'DATE_HISTOGRAM', dateHistogram: { results: [{ count: 13 }] } },
    { name: 'least', scalar: { type: 'MIN', value: 0 } },
  ]);
});

test('the SDK counts', async () => {
  // The method is there, and not in the package's types.
  const client = wix() as unknown as {
    countInventoryItems: (asked?: object) => Promise<{ count: number }>;
  };
  const filter = { quantity: { $lt: 4 }, _id: { $in: [...ids()] } };
  expect(await client.countInventoryItems({ filter })).toEqual({ count: 4 });
  const search = { expression: 'pear', fuzzy: true };
  expect(await client.countInventoryItems({ filter, search })).toEqual({ count: 2 });
  expect(await client.countInventoryItems()).toEqual({ count: COUNT });
});

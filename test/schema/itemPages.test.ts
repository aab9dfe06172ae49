import { graphqlHub } from '../support/graphqlHub';
import { LIST_ITEMS, listPage, walk, type ListedItem, type PageRequest } from './walk';

const hub = graphqlHub();
const COUNT = 23;

beforeAll(async () => {
  // Created one after another: each has a time of its own, or shares it with its neighbours.
  for (let i = 0; i < COUNT; i += 1) {
    await hub().addItem({
      ...(i % 5 !== 0 && { sku: `sku ${(i * 7) % COUNT}` }),
      ...(i % 4 !== 0 && { name: ['apple', 'Banana', 'Ähre'][i % 3]! }),
      ...(i % 6 === 0 ? { tracked: false, inStock: true } : { quantity: (i * 11) % 8 }),
    });
  }
});

const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id);
const page = (request: PageRequest) => listPage(hub(), request);

const shownBy: Record<string, (item: ListedItem) => string | number> = {
  QUANTITY: (item) => item.quantity ?? 0,
  AVAILABLE: (item) => item.available ?? 0,
  UPDATED: (item) => Date.parse(item.updatedDate),
  CREATED: (item) => Date.parse(item.createdDate),
  SKU: (item) => item.sku ?? '',
  PRODUCT_NAME: (item) => (item.name ?? '').toLowerCase(),
  ID: (item) => item.id,
};

describe.each(Object.keys(shownBy))('by %s', (field) => {
  test.each([false, true])('descending: %p, whole and in pages, from either end', async (d) => {
    const sort = { field, descending: d };
    const whole = await walk(hub(), { sort });
    expect(new Set(idsOf(whole)).size).toBe(COUNT);
    const key = (item: ListedItem) => [shownBy[field]!(item), item.id] as const;
    const sorted = [...whole].sort((a, b) => {
      const [[x, i], [y, j]] = [key(a), key(b)];
      const order = x < y ? -1 : x > y ? 1 : i < j ? -1 : 1;
      return d ? -order : order;
    });
    expect(idsOf(whole)).toEqual(idsOf(sorted));
    for (const size of [2, 7, COUNT]) {
      expect(idsOf(await walk(hub(), { sort }, { size }))).toEqual(idsOf(whole));
      const backwards = await walk(hub(), { sort }, { size, backwards: true });
      expect(idsOf(backwards)).toEqual(idsOf(whole));
    }
  });
});

describe('a page', () => {
  test('is 50 of the oldest when nobody says otherwise, and says what lies around it', async () => {
    const all = await page({});
    expect(all.nodes).toHaveLength(COUNT);
    expect(idsOf(all.nodes)).toEqual(idsOf(await walk(hub(), { sort: { field: 'CREATED' } })));
    expect(all.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: all.edges[0]!.cursor,
      endCursor: all.edges[COUNT - 1]!.cursor,
    });
    expect(all.edges.map(({ node }) => node)).toEqual(all.nodes.map(({ id }) => ({ id })));

    const middle = await page({ first: 5, after: all.edges[3]!.cursor });
    expect(idsOf(middle.nodes)).toEqual(idsOf(all.nodes.slice(4, 9)));
    expect(middle.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    expect(middle.totalCount).toBe(COUNT);

    const back = await page({ last: 5, before: all.edges[9]!.cursor });
    expect(idsOf(back.nodes)).toEqual(idsOf(all.nodes.slice(4, 9)));
    expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });

    const end = await page({ last: 5 });
    expect(idsOf(end.nodes)).toEqual(idsOf(all.nodes.slice(-5)));
    expect(end.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });

    const between = { after: all.edges[2]!.cursor, before: all.edges[8]!.cursor };
    const five = idsOf(all.nodes.slice(3, 8));
    expect(idsOf((await page(between)).nodes)).toEqual(five);
    expect(idsOf((await page({ ...between, first: 2 })).nodes)).toEqual(five.slice(0, 2));
    expect(idsOf((await page({ ...between, last: 2 })).nodes)).toEqual(five.slice(-2));
    expect((await page({ ...between, last: 2 })).pageInfo.hasPreviousPage).toBe(true);
    expect((await page({ ...between, first: 5 })).pageInfo.hasNextPage).toBe(false);
  });

  test('nothing is a page too', async () => {
    expect(await page({ filter: { skus: ['none'] } })).toEqual({
      totalCount: 0,
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('an item that goes away from its cursor leaves the cursor right', async () => {
    const sort = { field: 'QUANTITY' };
    const { edges, nodes } = await page({ sort, first: 10 });
    const rest = (await walk(hub(), { sort })).slice(10);
    const place = edges[9]!.cursor;
    const input = {
      reason: 'COUNT',
      changes: [{ itemId: nodes[9]!.id, quantity: 7, compareQuantity: null }],
    };
    const set = `mutation ($input: InventorySetQuantitiesInput!) {
      inventorySetQuantities(input: $input) { userErrors { code } }
    }`;
    expect(await hub().run(set, { input })).toEqual({
      inventorySetQuantities: { userErrors: [] },
    });
    const next = await page({ sort, first: 250, after: place });
    const stayed = next.nodes.filter(({ id }) => id !== nodes[9]!.id);
    expect(idsOf(stayed)).toEqual(idsOf(rest));
  });

  test.each<[string, PageRequest, string]>([
    ['first 0', { first: 0 }, 'first must be 1..250, got 0'],
    ['first 251', { first: 251 }, 'first must be 1..250, got 251'],
    ['first -1', { first: -1 }, 'first must be 1..250, got -1'],
    ['last 0', { last: 0 }, 'last must be 1..250, got 0'],
    ['last 251', { last: 251 }, 'last must be 1..250, got 251'],
    ['both', { first: 1, last: 1 }, 'last must be absent: first is given, got 1'],
  ])('%s is refused', async (_name, request, message) => {
    const { errors, data } = await hub().query(LIST_ITEMS, request);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message, extensions: { code: 'INVALID_INPUT' } }]);
  });

  test('250 is the longest, and nulls are as good as nothing', async () => {
    const nulls = { filter: null, sort: null, first: null, after: null, last: null, before: null };
    expect(await page(nulls)).toEqual(await page({ first: 250 }));
  });
});

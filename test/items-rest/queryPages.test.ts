import { randomUUID } from 'node:crypto';
import { encoded, queryHub } from './queryHub';

const COUNT = 2500;
const { hub, ids, call, page, post, violation, wix } = queryHub(() =>
  Array.from({ length: COUNT }, (_, i) => ({
    quantity: i % 100,
    sku: `SKU-${i}`,
    name: `Name ${i % 7}`,
  })),
);
const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id);

test('the SDK pages to the end of 2,500 items, and back', async () => {
  const query = wix().queryInventoryItems().descending('quantity').limit(300);
  let result = await query.find();
  const pages = [result.items.map(({ _id }) => _id)];
  expect(result.hasPrev()).toBe(false);
  while (result.hasNext()) {
    result = await result.next();
    pages.push(result.items.map(({ _id }) => _id));
  }
  expect(pages.map((each) => each.length)).toEqual([...Array<number>(8).fill(300), 100]);
  expect(new Set(pages.flat())).toEqual(new Set(ids()));

  const back = [pages.at(-1)];
  while (result.hasPrev()) {
    result = await result.prev();
    back.unshift(result.items.map(({ _id }) => _id));
  }
  expect(back).toEqual(pages);
  expect(result.hasNext()).toBe(true);
});

test('the SDK pages through a search', async () => {
  const seen: (string | null | undefined)[] = [];
  let cursor: string | null | undefined;
  do {
    const cursorPaging = { limit: 100, ...(cursor && { cursor }) };
    const details = { expression: 'name 3', mode: 'AND' as const };
    const { inventoryItems, pagingMetadata } = await wix().searchInventoryItems(
      cursor ? { cursorPaging } : { cursorPaging, search: details },
    );
    seen.push(...inventoryItems!.map(({ _id }) => _id));
    cursor = pagingMetadata!.cursors?.next;
    expect(pagingMetadata!.hasNext).toBe(cursor !== undefined);
  } while (cursor);
  const right = ids().filter((_, i) => i % 7 === 3);
  expect([...seen].sort()).toEqual([...right].sort());
});

describe('a cursor', () => {
  const asked = { filter: { quantity: { $gte: 50 } }, sort: [{ fieldName: 'quantity' }] };
  const firstPage = async () => {
    const { pagingMetadata, inventoryItems } = await page('query', asked);
    return { cursor: pagingMetadata.cursors!.next!, inventoryItems };
  };

  test('carries filter and sort, and may stand beside the same ones', async () => {
    const { cursor } = await firstPage();
    const cursorPaging = { cursor, limit: 20 };
    const alone = await page('query', { cursorPaging });
    const beside = await page('query', { ...asked, cursorPaging });
    expect(alone.inventoryItems).toHaveLength(20);
    expect(idsOf(beside.inventoryItems)).toEqual(idsOf(alone.inventoryItems));
    expect(alone.inventoryItems.every(({ quantity }) => quantity! >= 50)).toBe(true);
    const got = await call(`query?.r=${encoded({ query: { cursorPaging } })}`);
    expect(idsOf(got.body.inventoryItems)).toEqual(idsOf(alone.inventoryItems));
  });

  test('beside another filter or sort is refused', async () => {
    const { cursor } = await firstPage();
    const cursorPaging = { cursor };
    const others = [
      { filter: { quantity: { $gte: 51 } } },
      { sort: [{ fieldName: 'quantity', order: 'DESC' }] },
      { sort: [{ fieldName: 'quantity' }, { fieldName: 'productId' }] },
    ];
    for (const other of others) {
      const refused = await violation('query', { query: { ...other, cursorPaging } });
      expect(refused).toMatchObject({ status: 400, field: 'query.cursorPaging.cursor' });
      expect(refused.description).toMatch(/same filter, sort and search/);
    }
    const searched = { search: { expression: 'name' }, cursorPaging };
    const refused = await violation('search', { search: searched });
    expect(refused).toMatchObject({ status: 400, field: 'search.cursorPaging.cursor' });
  });

  test('that was changed, made up, or is of another tenant or list is refused', async () => {
    const { cursor } = await firstPage();
    const bytes = Buffer.from(cursor, 'base64url');
    const changed = [0, 5, 12, 20, bytes.length - 1].map((at) => {
      const copy = Buffer.from(bytes);
      copy[at]! ^= 1;
      return copy.toString('base64url');
    });
    const other = await hub().signToken(['inventory:read'], { tenantId: randomUUID() });
    const stranger = await post('query', { query: { cursorPaging: { cursor } } }, other);
    expect(stranger.status).toBe(400);
    const { inventoryItems: list } = await hub().run<{
      inventoryItems: { pageInfo: { endCursor: string } };
    }>('{ inventoryItems(first: 1) { pageInfo { endCursor } } }');
    const made = ['x', 'AAAA', '☕', Buffer.alloc(40).toString('base64url')];
    for (const wrong of [...changed, ...made, list.pageInfo.endCursor]) {
      const refused = await violation('query', { query: { cursorPaging: { cursor: wrong } } });
      expect(refused).toMatchObject({ status: 400, field: 'query.cursorPaging.cursor' });
      expect(refused.description).toMatch(/a cursor of an earlier answer/);
    }
  });

  test('is no cursor of a GraphQL list', async () => {
    const { cursor } = await firstPage();
    const { errors } = await hub().query(
      'query ($after: String!) { inventoryItems(first: 1, after: $after) { totalCount } }',
      { after: cursor },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('stays right while items come, go and move', async () => {
    const mine = await hub().addItems(
      Array.from({ length: 9 }, (_, i) => ({ quantity: 5000 + i * 10, name: 'walked' })),
    );
    const sort = [{ fieldName: 'quantity' }];
    const filter = { 'product.name': 'walked' };
    const first = await page('query', { filter, sort, cursorPaging: { limit: 4 } });
    expect(idsOf(first.inventoryItems)).toEqual(mine.slice(0, 4));
    await hub().addItems([
      { quantity: 1, name: 'walked' },
      { quantity: 5035, name: 'walked' },
    ]);
    await hub().run(
      `mutation ($id: ID!) {
        inventorySetQuantities(
          input: {
            reason: CORRECTION
            changes: [{ itemId: $id, quantity: 2, compareQuantity: null }]
          }
        ) { userErrors { message } }
      }`,
      { id: mine[3] },
    );
    const { next } = first.pagingMetadata.cursors!;
    const second = await page('query', { cursorPaging: { cursor: next, limit: 100 } });
    const quantities = second.inventoryItems.map(({ quantity }) => quantity);
    expect(quantities).toEqual([5035, 5040, 5050, 5060, 5070, 5080]);
    expect(second.pagingMetadata.cursors!.next).toBeUndefined();
  });
});

describe('a filter too long for a cursor', () => {
  const filter = () => {
    const parts = [ids().slice(0, 1000), ids().slice(1000, 1900)];
    return { $or: parts.map((part) => ({ id: { $in: part } })) };
  };
  const keptKeys = () => hub().redis.keys(`{${hub().tenantId}}:query-filter:*`);

  test('is kept for a day, and served to the last page and back', async () => {
    const found: string[] = [];
    const asked: { cursorPaging: object; filter?: object } = { cursorPaging: { limit: 700 } };
    let last = await page('query', { ...asked, filter: filter() });
    found.push(...idsOf(last.inventoryItems));
    while (last.pagingMetadata.cursors!.next) {
      const { next: cursor } = last.pagingMetadata.cursors!;
      expect(cursor!.length).toBeLessThan(1000);
      last = await page('query', { cursorPaging: { limit: 700, cursor } });
      found.push(...idsOf(last.inventoryItems));
    }
    expect(found.sort()).toEqual(ids().slice(0, 1900).sort());
    const cursor = last.pagingMetadata.cursors!.prev;
    const cursorPaging = { limit: 10, cursor };
    const before = await page('query', { cursorPaging });
    expect(before.inventoryItems).toHaveLength(10);
    const beside = await page('query', { cursorPaging, filter: filter() });
    expect(idsOf(beside.inventoryItems)).toEqual(idsOf(before.inventoryItems));
    const [key, ...others] = await keptKeys();
    expect(others).toEqual([]);
    const left = (await hub().redis.pttl(key!)) / 3_600_000;
    expect(left).toBeGreaterThan(23.9);
    expect(left).toBeLessThanOrEqual(24);
  });

  test('is told to be gone once it is', async () => {
    const first = await page('search', { filter: filter(), cursorPaging: { limit: 5 } });
    const cursorPaging = { cursor: first.pagingMetadata.cursors!.next };
    await hub().redis.del(...(await keptKeys()));
    const refused = await violation('search', { search: { cursorPaging } });
    expect(refused).toMatchObject({ status: 400, field: 'search.cursorPaging.cursor' });
    expect(refused.description).toMatch(/24 hours.*Ask for the first page again/);
  });

  test('is walked by the SDK', async () => {
    let found = await wix().queryInventoryItems().in('_id', ids().slice(0, 1000)).limit(600).find();
    const all = [...found.items];
    while (found.hasNext()) {
      found = await found.next();
      all.push(...found.items);
    }
    expect(all).toHaveLength(1000);
  });

  test('is not kept while all is in one page', async () => {
    await hub().redis.del('nothing', ...(await keptKeys()));
    await page('query', { filter: filter(), paging: { limit: 1000, offset: 0 } });
    const whole = { id: { $in: ids().slice(0, 1000) } };
    await page('query', { filter: whole, cursorPaging: { limit: 1000 } });
    expect(await keptKeys()).toEqual([]);
  });
});

import { randomUUID } from 'node:crypto';
import { encoded, queryHub } from './queryHub';

const COUNT = 120;
const { hub, ids, call, post, page, wix, readToken } = queryHub(() =>
  Array.from({ length: COUNT }, (_, i) => ({ quantity: i, sku: `SKU-${i}`, name: 'Größe ☕' })),
);
const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id);

describe.each(['query', 'search'] as const)('%s', (path) => {
  test('is asked by GET with .r and by POST, with the same answer', async () => {
    const payload = {
      [path]: {
        filter: { 'product.name': 'Größe ☕', quantity: { $lt: 30 } },
        sort: [{ fieldName: 'quantity' }],
        cursorPaging: { limit: 7 },
      },
    };
    const posted = await post(path, payload);
    expect(idsOf(posted.body.inventoryItems)).toEqual(ids().slice(0, 7));
    for (const text of [encoded(payload), `${encoded(payload)}==`]) {
      const got = await call(`${path}?.r=${text}`);
      expect(got.status).toBe(200);
      expect(got.headers.get('content-type')).toMatch(/^application\/json/);
      expect(got.headers.get('x-wix-request-id')).toMatch(/./);
      expect(got.body).toEqual(posted.body);
    }
  });

  test('without anything asked gives a first page, newest first', async () => {
    const size = path === 'query' ? 50 : 100;
    for (const answer of [
      await call(path),
      await call(`${path}?.r=${encoded({})}`),
      await post(path, {}),
      await post(path, { [path]: null }),
      await post(path, { [path]: { filter: {}, sort: [], cursorPaging: null, paging: null } }),
    ]) {
      expect(answer.status).toBe(200);
      const { inventoryItems, pagingMetadata } = answer.body;
      expect(inventoryItems).toHaveLength(size);
      const dates = inventoryItems.map(({ createdDate }) => createdDate);
      expect(dates).toEqual([...dates].sort().reverse());
      expect(pagingMetadata).toEqual({
        count: size,
        cursors: { next: expect.any(String) as string },
        ...(path === 'search' && { hasNext: true }),
      });
    }
  });

  test('gives the last page without next, and the first without prev', async () => {
    const whole = await page(path, { cursorPaging: { limit: 1000 } });
    expect(whole.pagingMetadata).toEqual({
      count: COUNT,
      cursors: {},
      ...(path === 'search' && { hasNext: false }),
    });
    const none = await page(path, { cursorPaging: { limit: 0 } });
    expect(none).toMatchObject({ inventoryItems: [], pagingMetadata: { count: 0, cursors: {} } });
    const nobody = await page(path, { filter: { quantity: 7000 } });
    expect(nobody.inventoryItems).toEqual([]);
    expect(nobody.pagingMetadata.cursors).toEqual({});
  });

  test('pages by number, with the total', async () => {
    const sort = [{ fieldName: 'quantity' }];
    const asked = { sort, paging: { limit: 50, offset: 90 } };
    const { inventoryItems, pagingMetadata } = await page(path, asked);
    expect(idsOf(inventoryItems)).toEqual(ids().slice(90));
    expect(pagingMetadata).toMatchObject({ count: 30, offset: 90, total: COUNT });
    const middle = await page(path, { sort, paging: { limit: 50, offset: 60 } });
    if (path === 'search') {
      expect([pagingMetadata.hasNext, middle.pagingMetadata.hasNext]).toEqual([false, true]);
    }
    const beyond = await page(path, { sort, paging: { offset: 500 } });
    const uncounted = await page(path, { sort, paging: { limit: 5 } });
    expect(uncounted.pagingMetadata.cursors!.next).toBeDefined();
    expect(beyond).toMatchObject({ inventoryItems: [], pagingMetadata: { count: 0 } });
  });
});

test('count answers how many', async () => {
  const counted = async (payload: object) =>
    (await post<{ count: number }>('count', payload)).body.count;
  expect((await call<{ count: number }>('count')).body).toEqual({ count: COUNT });
  expect(await counted({})).toBe(COUNT);
  expect(await counted({ filter: { quantity: { $lt: 10 } } })).toBe(10);
  expect(await counted({ search: { expression: 'sku', fields: [] } })).toBe(COUNT);
  const both = { filter: { quantity: { $lt: 10 } }, search: { expression: '7 8 50' } };
  expect(await counted(both)).toBe(2);
  expect((await call<{ count: number }>(`count?.r=${encoded(both)}`)).body).toEqual({ count: 2 });
});

test('the SDK asks by GET, and by POST when the filter is long', async () => {
  const asked: string[] = [];
  const client = wix(asked);
  const short = await client.queryInventoryItems().in('_id', ids().slice(0, 3)).find();
  const long = await client.queryInventoryItems().in('_id', ids()).limit(1000).find();
  expect(short.items).toHaveLength(3);
  expect(long.items.map(({ _id }) => _id).sort()).toEqual([...ids()].sort());
  expect(asked.map((line) => line.replace(/\.r=.+/, '.r=…'))).toEqual([
    'GET /stores/v3/inventory-items/query?.r=…',
    'POST /stores/v3/inventory-items/query',
  ]);
});

test('the SDK sorts by several fields', async () => {
  const { items } = await wix()
    .queryInventoryItems()
    .ascending('product.name')
    .descending('quantity')
    .limit(5)
    .find();
  expect(items.map(({ quantity }) => quantity)).toEqual([119, 118, 117, 116, 115]);
});

describe('.r is refused', () => {
  test.each([
    ['what is no base64url', 'a+b/', /base64url/],
    ['what is no JSON', Buffer.from('{"query":').toString('base64url'), /JSON/],
    ['what is no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('base64url'), /UTF-8/],
    ['a list', encoded([1]), /an object/],
    ['a text', encoded('all'), /an object/],
    ['null', encoded(null), /a JSON object/],
  ])('%s', async (_case, written, sentence) => {
    const { status, body } = await call<unknown>(`query?.r=${encodeURIComponent(written)}`);
    expect(status).toBe(400);
    const violations = [{ field: '.r', description: expect.stringMatching(sentence) as string }];
    expect(body).toMatchObject({ details: { validationError: { fieldViolations: violations } } });
  });

  test('twice in one address', async () => {
    const { status } = await call(`query?.r=${encoded({})}&.r=${encoded({})}`);
    expect(status).toBe(400);
  });
});

test('query, search and count are no ids, and are asked by GET and POST only', async () => {
  for (const path of ['query', 'search', 'count']) {
    expect((await call(path)).status).toBe(200);
    const deleted = await call(path, { method: 'PUT' });
    expect(deleted.status).toBe(405);
    expect(deleted.headers.get('allow')).toMatch(/GET, POST/);
  }
});

describe('access', () => {
  test.each(['query', 'search', 'count'])('%s needs a token with inventory:read', async (path) => {
    for (const method of ['GET', 'POST']) {
      const init = { method, ...(method === 'POST' && { body: '{}' }) };
      expect((await call(path, { ...init, token: '' })).status).toBe(401);
      expect((await call(path, { ...init, token: 'no.token.atall' })).status).toBe(401);
      expect((await call(path, { ...init, token: await readToken([]) })).status).toBe(403);
      expect((await call(path, { ...init, token: await readToken() })).status).toBe(200);
    }
  });

  test("another tenant finds none of a tenant's items, whatever it asks for", async () => {
    const token = await hub().signToken(['inventory:admin'], { tenantId: randomUUID() });
    const cases = [{}, { filter: { id: { $in: ids() } } }, { filter: { quantity: { $gte: 0 } } }];
    for (const asked of cases) {
      const { body } = await post('query', { query: asked }, token);
      expect(body.inventoryItems).toEqual([]);
      const counted = await post<{ count: number }>('count', asked, token);
      expect(counted.body).toEqual({ count: 0 });
      const searched = await post(
        'search',
        {
          search: {
            ...asked,
            aggregations: [{ name: 'all', type: 'VALUE', fieldPath: 'product.variantSku' }],
          },
        },
        token,
      );
      expect(searched.body.inventoryItems).toEqual([]);
      expect(searched.body.aggregationData!.results[0]!['values']).toEqual({ results: [] });
    }
  });
});

test('a change is seen by the next query', async () => {
  const [id] = await hub().addItems([{ quantity: 4242 }]);
  const found = await post('query', { query: { filter: { quantity: 4242 } } });
  expect(idsOf(found.body.inventoryItems)).toEqual([id]);
});

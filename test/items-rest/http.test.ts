import { randomUUID } from 'node:crypto';
import { wireHub, type WireBody, type WireError } from './wireHub';

const { hub, send, run, refusal, create } = wireHub({ corsOrigins: ['https://admin.example'] });

test('query, search, count and default are no ids', async () => {
  const item = await create();
  for (const name of ['query', 'search', 'count']) {
    for (const verb of ['GET', 'POST']) {
      const { status } = await send(
        verb,
        `/inventory-items/${name}`,
        verb === 'POST' ? {} : undefined,
      );
      expect(status).toBe(200);
    }
    const other = await send<WireError>('DELETE', `/inventory-items/${name}`);
    expect(other.status).toBe(405);
    expect(other.headers.get('allow')).toBe('GET, POST');
  }
  expect(await run('GET', '/locations/default')).toHaveProperty('storesLocation');
  // The SDK repeats the id beside it.
  const path = `/inventory-items/${item.id}?inventoryItemId=${item.id}`;
  expect(await run('GET', path)).toMatchObject({ inventoryItem: { id: item.id } });
});

test('every answer is 200 or an error, is JSON, and names its request', async () => {
  const item = await create();
  const path = `/inventory-items/${item.id}`;
  const replies = [
    await send('GET', path, undefined, { headers: { 'X-Wix-Request-Id': 'call-1' } }),
    await send('GET', path, undefined, { headers: { 'If-None-Match': '*' } }),
    await send('DELETE', path),
    await send('GET', path),
    await send('GET', '/nowhere'),
    await send('GET', path, undefined, { authorization: null }),
  ];
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404, 401]);
  for (const { headers } of replies) {
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-wix-request-id')).toMatch(/^[\w-]+$/);
  }
  expect(replies[0]!.headers.get('x-wix-request-id')).toBe('call-1');
});

test('a body is JSON whatever its type says', async () => {
  const inventoryItem = { productId: randomUUID(), variantId: randomUUID(), quantity: 1 };
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream'];
  for (const [i, type] of types.entries()) {
    const body = { inventoryItem: { ...inventoryItem, variantId: randomUUID(), quantity: i } };
    const answer = await run<{ inventoryItem: WireBody }>('POST', '/inventory-items', body, {
      headers: { 'Content-Type': type },
    });
    expect(answer.inventoryItem.quantity).toBe(i);
  }
});

test.each<[string, string, string | undefined, number, string]>([
  ['a broken body', '/inventory-items', '{"inventoryItem":', 400, 'INVALID_INPUT'],
  ['a body that is no object', '/inventory-items', '"text"', 400, 'INVALID_INPUT'],
  ['a long body', '/inventory-items', `"${'x'.repeat(2 ** 21)}"`, 413, 'BODY_TOO_LARGE'],
  [
    'a longer body of a bulk method',
    '/bulk/inventory-items/create',
    `"${'x'.repeat(2 ** 24)}"`,
    413,
    'BODY_TOO_LARGE',
  ],
])('%s is refused in the envelope', async (_, path, body, status, code) => {
  expect(await refusal('POST', path, body)).toMatchObject({ status, code });
});

test('a body that is a list, and one that is empty, are refused', async () => {
  const list = await refusal('POST', '/inventory-items', '[]');
  expect(list).toMatchObject({ status: 400, field: 'body', rule: 'FORMAT' });
  const empty = await refusal('POST', '/inventory-items');
  expect(empty).toMatchObject({ status: 400, field: 'inventoryItem', rule: 'REQUIRED_FIELD' });
});

test('an address that is not well encoded is refused', async () => {
  const refused = await refusal('GET', '/inventory-items/%E0%A4%A');
  expect(refused).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
});

test('names of every object are no fields', async () => {
  const text = `{"inventoryItem":{"productId":"p","variantId":"${randomUUID()}","quantity":1,
    "__proto__":{"inStock":true},"constructor":1,
    "extendedFields":{"namespaces":{"__proto__":{"a":1},"app":{"b":2}}}}}`;
  const { inventoryItem } = await run<{ inventoryItem: WireBody }>(
    'POST',
    '/inventory-items',
    text,
  );
  expect(inventoryItem).toMatchObject({ quantity: 1 });
  expect(inventoryItem).not.toHaveProperty('inStock');
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
});

test('what is nested deep is refused, not a bug', async () => {
  const deep = `${'['.repeat(300_000)}${']'.repeat(300_000)}`;
  const ids = `"productId":"p","variantId":"${randomUUID()}"`;
  const fields = [
    ['quantity', `"quantity":${deep}`],
    [
      'extendedFields.namespaces',
      `"quantity":1,"extendedFields":{"namespaces":{"a":{"b":${deep}}}}`,
    ],
  ] as const;
  for (const [field, text] of fields) {
    const refused = await refusal('POST', '/inventory-items', `{"inventoryItem":{${ids},${text}}}`);
    expect(refused).toMatchObject({ status: 400, field: `inventoryItem.${field}` });
  }
  const filter = `{"query":{"filter":{"name":${deep}}}}`;
  for (const path of ['/inventory-items/query', '/locations/query']) {
    expect(await refusal('POST', path, filter)).toMatchObject({ status: 400 });
  }
});

test('pages of the origins that are set may call', async () => {
  const preflight = async (origin: string) => {
    const response = await fetch(`${hub().hubUrl}/stores/v3/inventory-items`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });
    return response.headers.get('access-control-allow-origin');
  };
  expect(await preflight('https://admin.example')).toBe('https://admin.example');
  expect(await preflight('https://other.example')).not.toBe('https://other.example');
});

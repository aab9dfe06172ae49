import { randomUUID } from 'node:crypto';
import type { Scope } from '../../src/auth/principal';
import { wireHub, type WireError, type WireResults } from './wireHub';

const { hub, send, run, refusal, create, get } = wireHub();
const limited = wireHub({ pointsPerMinute: 2 });

const UNKNOWN = randomUUID();
const newItem = () => ({ productId: randomUUID(), variantId: randomUUID(), quantity: 1 });

/** Every method: verb, path, a body that is taken, and the scope it needs. */
const METHODS: readonly [string, string, object | undefined, Scope][] = [
  ['GET', `/inventory-items/${UNKNOWN}`, undefined, 'inventory:read'],
  ['GET', '/inventory-items/query', undefined, 'inventory:read'],
  ['POST', '/inventory-items/query', {}, 'inventory:read'],
  ['GET', '/inventory-items/search', undefined, 'inventory:read'],
  ['POST', '/inventory-items/search', {}, 'inventory:read'],
  ['GET', '/inventory-items/count', undefined, 'inventory:read'],
  ['POST', '/inventory-items/count', {}, 'inventory:read'],
  ['GET', '/locations/default', undefined, 'inventory:read'],
  ['GET', `/locations/${UNKNOWN}`, undefined, 'inventory:read'],
  ['POST', '/locations/query', {}, 'inventory:read'],
  ['POST', '/inventory-items', { inventoryItem: newItem() }, 'inventory:write'],
  ['PATCH', `/inventory-items/${UNKNOWN}`, { inventoryItem: { revision: '1' } }, 'inventory:write'],
  ['DELETE', `/inventory-items/${UNKNOWN}`, undefined, 'inventory:write'],
  ['POST', '/bulk/inventory-items/create', { inventoryItems: [newItem()] }, 'inventory:write'],
  [
    'POST',
    '/bulk/inventory-items/update',
    { inventoryItems: [{ inventoryItem: { id: UNKNOWN, revision: '1' } }] },
    'inventory:write',
  ],
  [
    'POST',
    '/bulk/inventory-items/upsert',
    { inventoryItems: [{ inventoryItem: newItem() }] },
    'inventory:write',
  ],
  ['POST', '/bulk/inventory-items/delete', { inventoryItemIds: [UNKNOWN] }, 'inventory:write'],
  ...['increment', 'decrement'].flatMap((name): [string, string, object, Scope][] => [
    [
      'POST',
      `/bulk/inventory-items/${name}`,
      { [`${name}Data`]: [{ inventoryItemId: UNKNOWN, [`${name}By`]: 1 }] },
      'inventory:write',
    ],
    [
      'POST',
      `/bulk/inventory-items/${name}-by-variant-and-location`,
      { [`${name}Data`]: [{ variantId: UNKNOWN, [`${name}By`]: 1 }] },
      'inventory:write',
    ],
  ]),
];

describe.each(METHODS)('%s %s', (verb, path, body, scope) => {
  test('lets nobody in without a token, or with one that lacks the scope', async () => {
    expect(await refusal(verb, path, body, { authorization: null })).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    const less: readonly Scope[] = scope === 'inventory:write' ? ['inventory:read'] : [];
    const authorization = await hub().signToken(less);
    const refused = await send<WireError>(verb, path, body, { authorization });
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual({
      message: `The token lacks the scope ${scope}.`,
      details: {
        applicationError: {
          code: 'FORBIDDEN',
          description: `The token lacks the scope ${scope}.`,
          data: {},
        },
      },
    });
    const allowed = await send(verb, path, body, { authorization: await hub().signToken([scope]) });
    expect([200, 404]).toContain(allowed.status);
  });
});

test('another tenant reaches no item and no location', async () => {
  const known = newItem();
  const item = await create(known);
  const { locations } = await hub().run<{ locations: { id: string }[] }>('{locations{id}}');
  const tenantId = randomUUID();
  const call = { authorization: await hub().signToken(['inventory:admin'], { tenantId }) };
  const { id } = item;
  const path = `/inventory-items/${id}`;
  const notFound = { status: 404, code: 'NOT_FOUND' };
  expect(await refusal('GET', path, undefined, call)).toMatchObject(notFound);
  expect(await refusal('DELETE', path, undefined, call)).toMatchObject(notFound);
  const change = { inventoryItem: { id, revision: '1', quantity: 5 } };
  expect(await refusal('PATCH', path, change, call)).toMatchObject(notFound);
  const place = `/locations/${locations[0]!.id}`;
  expect(await refusal('GET', place, undefined, call)).toMatchObject({ status: 404 });
  const bulks: [string, object][] = [
    ['update', { inventoryItems: [change] }],
    ['delete', { inventoryItemIds: [id] }],
    ['increment', { incrementData: [{ inventoryItemId: id, incrementBy: 1 }] }],
    ['decrement', { decrementData: [{ inventoryItemId: id, decrementBy: 1 }] }],
    [
      'decrement-by-variant-and-location',
      { decrementData: [{ ...known, locationId: item['locationId'], decrementBy: 1 }] },
    ],
  ];
  for (const [name, body] of bulks) {
    const bulk = `/bulk/inventory-items/${name}`;
    const { results } = await run<WireResults>('POST', bulk, body, call);
    expect(results[0]!.itemMetadata.error).toMatchObject({ code: 'NOT_FOUND' });
  }
  const upsert = { inventoryItems: [{ inventoryItem: { ...known, quantity: 99 } }] };
  const answer = await run<WireResults>('POST', '/bulk/inventory-items/upsert', upsert, call);
  expect(answer.results[0]!.itemMetadata.id).not.toBe(id);
  expect(await get(id)).toEqual(item);
});

test('a token is taken raw, as the SDK sends it, and as a bearer token', async () => {
  for (const authorization of [hub().allScopes, `Bearer ${hub().allScopes}`]) {
    const reply = await send('GET', '/locations/default', undefined, { authorization });
    expect(reply.status).toBe(200);
  }
  const bad = await send('GET', '/locations/default', undefined, { authorization: 'Basic x' });
  expect(bad.status).toBe(401);
  expect(bad.headers.get('www-authenticate')).toBe('Bearer');
});

test('wix-site-id must be the tenant of the token', async () => {
  const path = '/locations/default';
  const site = hub().tenantId.toUpperCase();
  const own = await send('GET', path, undefined, { headers: { 'wix-site-id': site } });
  expect(own.status).toBe(200);
  const headers = { 'wix-site-id': randomUUID() };
  expect(await refusal('GET', path, undefined, { headers })).toMatchObject({
    status: 403,
    code: 'FORBIDDEN',
  });
});

test('a token has so many calls a minute, and every answer says how many are left', async () => {
  const path = '/locations/default';
  const first = await limited.send('GET', path);
  expect(first.headers.get('ratelimit-limit')).toBe('2');
  expect(first.headers.get('ratelimit-remaining')).toBe('1');
  await limited.send('GET', path);
  const third = await limited.send<WireError>('GET', path);
  expect(third.status).toBe(429);
  expect(third.body.details.applicationError!.code).toBe('RATE_LIMITED');
  expect(third.headers.get('ratelimit-remaining')).toBe('0');
  expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
});

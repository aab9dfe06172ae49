import { randomUUID } from 'node:crypto';
import { startBareServer, type BareServer } from '../support/bareServer';
import { startGraphqlHub, type GraphqlHub } from '../support/graphqlHub';
import { failureOf, wixSdk } from './wixSdk';
import type { WireError, WireResults } from './wireHub';

/** What no caller may read: places in the code, names of keys, addresses of the store. */
const INTERNALS = new RegExp(
  'node_modules|/src/|[.]ts:|\\bat \\w|levels|ledger|documents|:settings|[.]sock|ECONN|EVALSHA',
);

describe('while Redis is away', () => {
  let server: BareServer;
  let hub: GraphqlHub;
  beforeEach(async () => {
    server = await startBareServer();
    hub = await startGraphqlHub({ socketPath: server.socketPath, commandTimeoutMs: 300 });
  });
  afterEach(async () => {
    await hub.close();
    await server.stop();
  });
  // Not events.once: it rejects on 'error', which a lost connection always emits.
  const closed = () => new Promise<void>((resolve) => hub.redis.once('close', resolve));

  const send = async (verb: string, path: string, body?: object, headers: object = {}) => {
    const response = await fetch(`${hub.hubUrl}/stores/v3${path}`, {
      method: verb,
      headers: { Authorization: hub.allScopes, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  const inventoryItem = { productId: randomUUID(), variantId: randomUUID(), quantity: 1 };
  const [id, revision] = [randomUUID(), '1'];
  const CALLS: [string, string, object?][] = [
    ['GET', `/inventory-items/${id}`],
    ['POST', '/inventory-items', { inventoryItem }],
    ['PATCH', `/inventory-items/${id}`, { inventoryItem: { id, revision, quantity: 1 } }],
    ['DELETE', `/inventory-items/${id}`],
    ['POST', '/bulk/inventory-items/create', { inventoryItems: [inventoryItem] }],
    [
      'POST',
      '/bulk/inventory-items/update',
      { inventoryItems: [{ inventoryItem: { id, revision } }] },
    ],
    ['POST', '/bulk/inventory-items/upsert', { inventoryItems: [{ inventoryItem }] }],
    ['POST', '/bulk/inventory-items/delete', { inventoryItemIds: [id] }],
    [
      'POST',
      '/bulk/inventory-items/increment',
      { incrementData: [{ inventoryItemId: id, incrementBy: 1 }] },
    ],
    ['GET', '/locations/default'],
    ['POST', '/locations/query', {}],
  ];

  test('every method says so, and nothing of the inside', async () => {
    const gone = closed();
    process.kill(server.pid, 'SIGKILL');
    await gone;
    const replies = await Promise.all(CALLS.map((call) => send(...call)));
    for (const { status, headers, text } of replies) {
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('1');
      const { details } = JSON.parse(text) as WireError;
      expect(details.applicationError!.code).toBe('REDIS_UNAVAILABLE');
      expect(text).not.toMatch(INTERNALS);
    }
    expect(hub.logged.join('')).not.toContain(hub.allScopes);
    const sdk = wixSdk(hub).inventoryItemsV3;
    expect(await failureOf(sdk.getInventoryItem(id))).toMatchObject({
      status: 503,
      code: 'REDIS_UNAVAILABLE',
    });
  });

  test('a move whose answer never came is made once, whether or not it was made', async () => {
    const itemId = await hub.addItem({ quantity: 5 });
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { decrementData: [{ inventoryItemId: itemId, decrementBy: 2 }] };
    const move = () => send('POST', '/bulk/inventory-items/decrement', body, headers);
    process.kill(server.pid, 'SIGSTOP');
    const lost = await move();
    process.kill(server.pid, 'SIGCONT');
    expect(lost.status).toBe(503);
    let again = await move();
    while (again.status === 503) again = await move();
    const { results } = JSON.parse(again.text) as WireResults;
    expect(results[0]!.itemMetadata.success).toBe(true);
    const { text } = await send('GET', `/inventory-items/${itemId}`);
    expect(JSON.parse(text)).toMatchObject({ inventoryItem: { quantity: 3 } });
  });

  test('what was moved before it went away is told, and a repeat moves the rest', async () => {
    const itemId = await hub.addItem({ quantity: 5 });
    const headers = { 'Idempotency-Key': randomUUID() };
    const entry = { inventoryItemId: itemId, decrementBy: 2 };
    const body = { decrementData: [entry, entry] };
    const move = () => send('POST', '/bulk/inventory-items/decrement', body, headers);
    // Moves of one item follow each other: after the first one there is no Redis for the second.
    hub.redis.onScriptCall = () => {
      delete hub.redis.onScriptCall;
      process.kill(server.pid, 'SIGSTOP');
    };
    const part = await move();
    process.kill(server.pid, 'SIGCONT');
    expect(part.status).toBe(200);
    const { results } = JSON.parse(part.text) as WireResults;
    const codes = results.map(({ itemMetadata }) => itemMetadata.error?.code ?? 'OK');
    expect(codes).toEqual(['OK', 'REDIS_UNAVAILABLE']);
    let again = await move();
    while (again.status === 503) again = await move();
    expect(JSON.parse(again.text)).toMatchObject({ bulkActionMetadata: { totalSuccesses: 2 } });
    const { text } = await send('GET', `/inventory-items/${itemId}`);
    expect(JSON.parse(text)).toMatchObject({ inventoryItem: { quantity: 1 } });
  });
});

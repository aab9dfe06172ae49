import { randomUUID } from 'node:crypto';
import { tenantSettings } from '../../src/inventory/settings';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { CHANGES, RawSocket, Subscriber } from '../support/liveClient';
import { line } from '../support/pluginHub';

const hub = graphqlHub();
const startHub = graphqlHubs();
const opened: { stop(): Promise<void> }[] = [];

function subscribe(
  { url }: GraphqlHub,
  token: string | null,
  variables: object = {},
  query?: string,
) {
  const subscriber = new Subscriber({ url, token }, variables, query);
  opened.push(subscriber);
  return subscriber;
}

function rawSocket({ url }: GraphqlHub, headers: Record<string, string> = {}) {
  const raw = new RawSocket(url, headers);
  opened.push({
    stop: async () => {
      raw.socket.terminate();
      await raw.closed;
    },
  });
  return raw;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.stop()));
});

const seconds = () => Math.floor(Date.now() / 1000);
const LOCATIONS = 'subscription { inventoryChanged { changes { item { location { name } } } } }';
const subscribeMessage = (id: string, query = CHANGES) => ({
  type: 'subscribe',
  id,
  payload: { query },
});

describe('a token', () => {
  test.each<[string, () => Promise<string | null>, string]>([
    ['that is missing', () => Promise.resolve(null), 'A valid API token is needed.'],
    ['that is none', () => Promise.resolve('nonsense'), 'not a signed token'],
    [
      'that has expired',
      () => hub().signToken(['inventory:read'], { issuedAtSeconds: seconds() - 600 }),
      'it has expired',
    ],
    [
      'for another service',
      () => hub().signToken(['inventory:read'], { audience: 'x' }),
      'aud is not',
    ],
  ])('%s closes the connection with 4401', async (_name, token, reason) => {
    const subscriber = subscribe(hub(), await token());
    expect(await subscriber.ended).toMatchObject({
      code: 4401,
      reason: expect.stringContaining(reason) as string,
    });
    expect(subscriber.messages).toEqual([]);
  });

  test('without the scope is refused, and leaves the connection', async () => {
    const subscriber = subscribe(hub(), await hub().signToken([]));
    expect(await subscriber.ended).toMatchObject([
      {
        message: 'The token lacks the scope inventory:read.',
        path: ['inventoryChanged'],
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
  });

  test('may come in the header of the request, and in any case', async () => {
    const { allScopes } = hub();
    const byHeader = await rawSocket(hub(), { Authorization: `Bearer ${allScopes}` }).open();
    byHeader.send({ type: 'connection_init' });
    await byHeader.next('connection_ack');
    const byPayload = await rawSocket(hub()).open();
    byPayload.send({ type: 'connection_init', payload: { AUTHORIZATION: `bearer ${allScopes}` } });
    await byPayload.next('connection_ack');
  });

  test('that expires meanwhile closes the connection with 4403', async () => {
    // Clocks may be 30 seconds apart: it is good for another two.
    const token = await hub().signToken(['inventory:read'], {
      issuedAtSeconds: seconds() - 100,
      expiresInSeconds: 72,
    });
    const subscriber = await subscribe(hub(), token).begun();
    expect(await subscriber.ended).toMatchObject({ code: 4403, reason: 'The token has expired.' });
  });
});

describe('the request for a WebSocket', () => {
  const statusOf = async (url: string, headers: Record<string, string> = {}) => {
    const raw = new RawSocket(url, headers);
    const status = new Promise<number | undefined>((resolve) => {
      raw.socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode);
        response.destroy();
      });
      raw.socket.on('open', () => {
        resolve(101);
        raw.socket.terminate();
      });
    });
    return status;
  };

  test('is taken at /graphql only', async () => {
    expect(await statusOf(hub().url)).toBe(101);
    expect(await statusOf(`${hub().hubUrl}/`)).toBe(404);
    expect(await statusOf(`${hub().hubUrl}/v1/decrement`)).toBe(404);
  });

  test('of a page is taken from the hub itself, Studio and CORS_ORIGINS only', async () => {
    const own = await startHub({ corsOrigins: ['https://shop.example'] });
    const from = (origin: string) => statusOf(own.url, { origin });
    expect(await from('https://shop.example')).toBe(101);
    expect(await from('https://studio.apollographql.com')).toBe(101);
    expect(await from(own.hubUrl)).toBe(101);
    expect(await from('https://evil.example')).toBe(403);
    expect(await from('null')).toBe(403);
  });

  test('is refused past the bound of the process', async () => {
    const own = await startHub({ subscriptions: { connections: 1 } });
    await rawSocket(own).init(own.allScopes);
    expect(await statusOf(own.url)).toBe(503);
  });
});

describe('what is bounded', () => {
  test('connections of a tenant: the next is told to come later', async () => {
    const own = await startHub({ subscriptions: { connectionsPerTenant: 1 } });
    const first = await subscribe(own, own.allScopes).begun();
    expect(await subscribe(own, own.allScopes).ended).toMatchObject({ code: 1013 });
    // Another tenant has its own.
    const token = await own.signToken(['inventory:read'], { tenantId: randomUUID() });
    await subscribe(own, token).begun();
    await first.stop();
    const again = await rawSocket(own).open();
    again.send({ type: 'connection_init', payload: { Authorization: own.allScopes } });
    await again.next('connection_ack');
  });

  test('subscriptions of a connection', async () => {
    const raw = await rawSocket(hub()).init(hub().allScopes);
    for (let i = 0; i <= 20; i += 1) raw.send(subscribeMessage(`s${i}`));
    expect(await raw.next('error')).toMatchObject({
      id: 's20',
      payload: [{ extensions: { code: 'LIMIT_REACHED' } }],
    });
    raw.send({ type: 'complete', id: 's0' });
    raw.send(subscribeMessage('more'));
    const answered = () => raw.received.some(({ id, type }) => id === 'more' && type === 'next');
    while (!answered()) await new Promise((resolve) => raw.socket.once('message', resolve));
  });

  test('the time to say who it is', async () => {
    const own = await startHub({ subscriptions: { initTimeoutMs: 50 } });
    expect(await rawSocket(own).closed).toMatchObject({ code: 4408 });
  });

  test('the size of a message', async () => {
    const raw = await rawSocket(hub()).init(hub().allScopes);
    raw.send(subscribeMessage('s', `# ${'x'.repeat(70_000)}\n${CHANGES}`));
    expect(await raw.closed).toMatchObject({ code: 1009 });
  });

  test('the points of a token', async () => {
    const own = await startHub({ pointsPerMinute: 1 });
    await subscribe(own, own.allScopes).begun();
    expect(await subscribe(own, own.allScopes).ended).toMatchObject([
      { extensions: { code: 'RATE_LIMITED' } },
    ]);
  });

  const many = (field: string) => Array.from({ length: 31 }, (_, i) => `f${i}: ${field}`).join(' ');
  test.each([
    ['aliases', `subscription { inventoryChanged { ${many('cursor')} } }`, 'Aliases'],
    [
      'depth',
      `subscription { inventoryChanged { changes { item { ${'x { '.repeat(12)} id
        ${'}'.repeat(12)} } } } }`,
      'depth',
    ],
    [
      'cost',
      `subscription { inventoryChanged { changes { item { ${Array.from({ length: 450 }, (_, i) =>
        i % 2 ? 'sku' : 'name',
      ).join(' ')} } } } }`,
      'costs',
    ],
    ['other operations', '{ settings { revision } }', 'Only subscriptions are served here'],
    ['what the schema has', 'subscription { inventoryChange { cursor } }', 'Cannot query field'],
  ])('%s', async (_name, query, message) => {
    const reason = await subscribe(hub(), hub().allScopes, {}, query).ended;
    expect(JSON.stringify(reason)).toContain(message);
  });

  test('suggestions of names, where the schema is not shown', async () => {
    const own = await startHub({ introspection: false });
    const query = 'subscription { inventoryChange { cursor } }';
    const [hidden, shown] = await Promise.all(
      [own, hub()].map(({ url, allScopes: token }) => {
        const subscriber = new Subscriber({ url, token }, {}, query);
        opened.push(subscriber);
        return subscriber.ended;
      }),
    );
    expect(JSON.stringify(shown)).toContain('Did you mean');
    expect(JSON.stringify(hidden)).toContain('Cannot query field');
    expect(JSON.stringify(hidden)).not.toContain('Did you mean');
  });
});

describe('a client that breaks the protocol', () => {
  test.each([
    ['sends no JSON', 'hello', 4400],
    ['sends what only a server sends', { type: 'next', id: '1', payload: {} }, 4400],
    ['says twice who it is', { type: 'connection_init' }, 4429],
  ])('%s: it is closed', async (_name, message, code) => {
    const raw = await rawSocket(hub()).init(hub().allScopes);
    raw.send(message);
    expect(await raw.closed).toMatchObject({ code });
  });

  test('subscribes before it said who it is: 4401', async () => {
    const raw = await rawSocket(hub()).open();
    raw.send(subscribeMessage('early'));
    expect(await raw.closed).toMatchObject({ code: 4401 });
  });

  test('a ping of the protocol is answered', async () => {
    const raw = await rawSocket(hub()).init(hub().allScopes);
    raw.send({ type: 'ping', payload: { n: 1 } });
    expect(await raw.next('pong')).toEqual({ type: 'pong', payload: { n: 1 } });
  });
});

test('over HTTP a subscription is refused in words', async () => {
  const { errors } = await hub().query(LOCATIONS);
  expect(errors).toMatchObject([
    { extensions: { code: expect.stringMatching(/^[A-Z_]+$/) as string } },
  ]);
  expect(errors![0]!.extensions['code']).not.toBe('INTERNAL');
});

test('what a message looks up is as of the message', async () => {
  const product = randomUUID();
  await hub().addItem({ productId: product, quantity: 3 });
  const subscriber = subscribe(hub(), hub().allScopes, {}, LOCATIONS);
  await subscriber.begun();
  expect((await hub().call('decrement', [line(product, 1)])).status).toBe(200);
  const { defaultLocationId } = await tenantSettings(hub().inventory, hub().tenantId);
  const nameShown = (at: number) =>
    (subscriber.messages[at]!.changes[0]!.item as { location?: object }).location;
  await subscriber.until(() => subscriber.messages.length === 2);
  expect(nameShown(1)).toEqual({ name: null });
  await hub().run(
    `mutation ($id: ID!) {
      locationCreate(input: { id: $id, name: "Shop" }) { userErrors { code message } }
    }`,
    { id: defaultLocationId },
  );
  expect((await hub().call('decrement', [line(product, 1)])).status).toBe(200);
  await subscriber.until(() => subscriber.messages.length === 3);
  expect(nameShown(2)).toEqual({ name: 'Shop' });
});

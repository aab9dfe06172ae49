import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { waitForEnd } from '../../src/redis/serverProcess';
import { cleanDirectory, makeDirectory, serverPid, startIn, stopAll } from '../support/embedded';
import { graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { CHANGES, RawSocket, Subscriber } from '../support/liveClient';
import { line } from '../support/pluginHub';
import { startBareServer, type BareServer } from '../support/bareServer';

const startHub = graphqlHubs();
const subscribers: Subscriber[] = [];

function subscribe({ url, allScopes: token }: GraphqlHub, variables: object = {}, retries = 0) {
  const subscriber = new Subscriber({ url, token, retryAttempts: retries }, variables);
  subscribers.push(subscriber);
  return subscriber;
}

afterEach(async () => {
  await Promise.all(subscribers.splice(0).map((each) => each.stop()));
});

const idsOf = (messages: Subscriber['messages']) => messages.map(({ cursor }) => cursor);

describe('while Redis is killed and starts again', () => {
  let dataDir: string;

  afterAll(async () => {
    await stopAll();
    cleanDirectory(dataDir);
  });

  test('a subscription waits, and then tells everything once', async () => {
    dataDir = makeDirectory();
    const { socketPath } = await startIn(dataDir, true);
    const hub = await startHub({ socketPath });
    const product = randomUUID();
    await hub.addItem({ productId: product, quantity: 1000 });
    const start = (await hub.ledger()).at(-1)!.id;
    const subscriber = await subscribe(hub).begun();
    const take = () => hub.call('decrement', [line(product, 1)]);
    for (let kill = 0; kill < 3; kill += 1) {
      for (let i = 0; i < 20; i += 1) expect((await take()).status).toBe(200);
      const pid = serverPid(dataDir);
      process.kill(pid, 'SIGKILL');
      await waitForEnd(pid, 5000);
      while ((await take()).status !== 200) await pause(20);
    }
    const ledger = (await hub.ledger()).map(({ id }) => id);
    const expected = ledger.slice(ledger.indexOf(start) + 1);
    expect(expected.length).toBeGreaterThanOrEqual(63);
    await subscriber.told(expected.length);
    expect(idsOf(subscriber.movements)).toEqual(expected);
    // No one else is told of what this one waited for.
    expect(hub.logged.join('')).not.toContain('ledger not followed');
  });
});

describe('without Redis', () => {
  test('a subscription is refused in words, and can be opened afterwards', async () => {
    const server: BareServer = await startBareServer();
    const hub = await startHub({ socketPath: server.socketPath, commandTimeoutMs: 300 });
    process.kill(server.pid, 'SIGSTOP');
    expect(await subscribe(hub).ended).toMatchObject([
      { extensions: { code: 'REDIS_UNAVAILABLE' }, path: ['inventoryChanged'] },
    ]);
    process.kill(server.pid, 'SIGCONT');
    await subscribe(hub).begun();
    await Promise.all(subscribers.splice(0).map((each) => each.stop()));
    await server.stop();
  });
});

test('a subscription that ends with an error of a message lets go of the ledger', async () => {
  const server: BareServer = await startBareServer();
  const hub = await startHub({ socketPath: server.socketPath });
  const product = randomUUID();
  await hub.addItem({ productId: product, quantity: 10 });
  const isFollowed = async () => String(await hub.redis.client('LIST')).includes(':ledgers');
  const { url, allScopes: token } = hub;
  const document = (first: number) => `subscription { inventoryChanged {
    cursor movement { id lines { item { history(first: ${first}) { nodes { id } } } } }
  } }`;
  const [well, badly] = [50, 0].map((first) => new Subscriber({ url, token }, {}, document(first)));
  subscribers.push(well!, badly!);
  await Promise.all([well!.begun(), badly!.begun()]);
  expect(await isFollowed()).toBe(true);
  await hub.call('decrement', [line(product, 1)]);
  expect(await badly!.ended).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  // Who shares it goes on.
  await well!.told(1);
  expect(await isFollowed()).toBe(true);
  await well!.stop();
  for (let tries = 0; tries < 100 && (await isFollowed()); tries += 1) await pause(20);
  expect(await isFollowed()).toBe(false);
  await server.stop();
});

describe('a client that takes nothing', () => {
  test('costs no memory, is closed with 4430, and goes on after its last cursor', async () => {
    const bounds = { stallTimeoutMs: 1500, pingIntervalMs: 100 };
    const hub = await startHub({ subscriptions: bounds });
    const [product, text] = [randomUUID(), 'x'.repeat(9000)];
    const extendedFields = { app: { text } };
    await hub.addItem({ productId: product, quantity: 100_000, extendedFields });
    const start = (await hub.ledger()).at(-1)!.id;
    const raw = await new RawSocket(hub.url).init(hub.allScopes);
    const query = `subscription { inventoryChanged(after: "${start}") {
      cursor movement { id } changes { item { extendedFields } }
    } }`;
    raw.send({ type: 'subscribe', id: 's', payload: { query } });
    await raw.next('next');
    raw.socket.pause();
    const count = 1500;
    const moving = (async () => {
      for (let i = 0; i < count; i += 20) {
        const calls = Array.from({ length: 20 }, () => hub.call('decrement', [line(product, 1)]));
        for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
      }
    })();
    // The hub sees that nothing is taken; then the client wakes up and finds the close.
    await until(() => hub.logged.some((each) => each.includes('"code":4430')));
    const moved = (await hub.ledger()).length;
    raw.socket.resume();
    expect(await raw.closed).toMatchObject({ code: 4430 });
    await moving;
    const taken = raw.received
      .filter(({ type }) => type === 'next')
      .map(({ payload }) => (payload as Payload).data.inventoryChanged)
      .filter(({ movement }) => movement !== null);
    // What the two sockets hold, and no more.
    expect(taken.length).toBeLessThan(moved - 1);
    const ledger = (await hub.ledger()).map(({ id }) => id);
    const rest = await subscribe(hub, { after: taken.at(-1)?.cursor ?? start }).told(
      count - taken.length,
    );
    expect([...taken, ...rest].map(({ cursor }) => cursor)).toEqual(
      ledger.slice(ledger.indexOf(start) + 1),
    );
  }, 60_000);
});

interface Payload {
  data: { inventoryChanged: { cursor: string; movement: object | null } };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20);
}

describe('a hub that stops', () => {
  test('closes with 1001; a client goes on at another hub and misses nothing', async () => {
    const hub = await startHub();
    const other = await startHub({ tenantId: hub.tenantId });
    const product = randomUUID();
    await hub.addItem({ productId: product, quantity: 10 });
    const subscriber = await subscribe(hub).begun();
    expect((await hub.call('decrement', [line(product, 1)])).status).toBe(200);
    await subscriber.told(1);
    hub.app.drain();
    expect(await subscriber.ended).toMatchObject({ code: 1001 });
    const refused = new RawSocket(hub.url);
    expect(await refused.closed).toMatchObject({ code: 1006 });
    expect((await other.call('decrement', [line(product, 1)])).status).toBe(200);
    const told = await subscribe(other, { after: subscriber.cursor }).told(1);
    expect(told).toMatchObject([{ changes: [{ quantityAfter: 8 }] }]);
  });
});

describe('reading the ledgers', () => {
  /** Names of connections with a read that waits. */
  const blocked = async (redis: Redis) =>
    String(await redis.client('LIST'))
      .split('\n')
      .filter((client) => / name=inventory-hub:\d+:ledgers .* cmd=xread/.test(client)).length;

  test('takes one waiting read for all tenants and subscribers, and none without', async () => {
    const server = await startBareServer();
    const hub = await startHub({ socketPath: server.socketPath });
    expect(await blocked(hub.redis)).toBe(0);
    const open = async (tenantId: string) => {
      const token = await hub.signToken(['inventory:read'], { tenantId });
      const subscriber = new Subscriber({ url: hub.url, token }, {}, CHANGES);
      subscribers.push(subscriber);
      return subscriber.begun();
    };
    const tenants = [hub.tenantId, randomUUID(), randomUUID()];
    for (const tenantId of [...tenants, ...tenants]) await open(tenantId);
    while ((await blocked(hub.redis)) !== 1) await pause(10);
    const product = randomUUID();
    await hub.addItem({ productId: product, quantity: 1 });
    for (const subscriber of [subscribers[0]!, subscribers[3]!]) await subscriber.told(1);
    expect(await blocked(hub.redis)).toBeLessThanOrEqual(1);
    await Promise.all(subscribers.splice(0).map((each) => each.stop()));
    while ((await blocked(hub.redis)) !== 0) await pause(10);
    await server.stop();
  });

  test('takes up a tenant at once while the read of another waits', async () => {
    const hub = await startHub();
    await subscribe(hub).begun();
    const tenantId = randomUUID();
    const other = await startHub({ tenantId });
    const token = await hub.signToken(['inventory:read'], { tenantId });
    const late = await new Subscriber({ url: hub.url, token }).begun();
    subscribers.push(late);
    const started = performance.now();
    await other.addItem({ quantity: 1 });
    await late.told(1);
    // A read waits two seconds.
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

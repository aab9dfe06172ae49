import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { defaultSubscriptionLimits } from '../../src/schema/subscriptionLimits';
import { graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { RawSocket, Subscriber } from '../support/liveClient';
import { change } from './changes';

const startHub = graphqlHubs();

/** Movements that wait for each subscription, and about how large each message is, bytes. */
const MOVEMENTS = 120;
const MESSAGE_BYTES = 9_500;
const TEXT = 'x'.repeat(9000);
const QUERY = `subscription ($after: String) {
  inventoryChanged(after: $after) { cursor movement { id } changes { item { extendedFields } } }
}`;

/** Sees what waits in this process for clients to take it: in sockets, by the address they have. */
function watchSockets() {
  const most = new Map<number, number>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on its socket
  const send = WebSocket.prototype.send as (...args: unknown[]) => void;
  const spy = jest.spyOn(WebSocket.prototype, 'send').mockImplementation(function (
    this: WebSocket & { _socket: { remotePort?: number } },
    ...args: unknown[]
  ) {
    send.apply(this, args);
    const { remotePort = 0 } = this._socket;
    most.set(remotePort, Math.max(most.get(remotePort) ?? 0, this.bufferedAmount));
  });
  const end = () => {
    spy.mockRestore();
  };
  return { most, end };
}

async function hubWithBacklog(more: { connections?: number } = {}) {
  const bounds = { stallTimeoutMs: 1000, pingIntervalMs: 100, ...more };
  const hub = await startHub({ subscriptions: bounds });
  const id = await hub.addItem({ quantity: 0, extendedFields: { app: { text: TEXT } } });
  const start = (await hub.ledger()).at(-1)!.id;
  for (let i = 0; i < MOVEMENTS; i += 1) {
    const changes = [{ itemId: id, delta: 1, compareQuantity: null }];
    expect((await change(hub, 'adjust', { changes })).userErrors).toEqual([]);
  }
  return { hub, start };
}

async function closedAsTooSlow({ logged }: GraphqlHub, count: number): Promise<void> {
  const closed = () => logged.filter((each) => each.includes('"code":4430')).length;
  while (closed() < count) await pause(20);
}

/** A client that says who it is, subscribes, and then reads nothing any more. */
async function deafClient(hub: GraphqlHub, after: string, subscriptions: number) {
  const raw = await new RawSocket(hub.url).init(hub.allScopes);
  const { socket } = raw;
  socket.pause();
  for (let i = 0; i < subscriptions; i += 1) {
    const payload = { query: QUERY, variables: { after } };
    raw.send({ type: 'subscribe', id: `s${i}`, payload });
  }
  const port = (socket as unknown as { _socket: { localPort: number } })._socket.localPort;
  return { raw, port };
}

test('clients that never read cost bounded memory, hold up nobody, and are closed', async () => {
  const { subscriptionsPerConnection: subscriptions, waitingBytes } = defaultSubscriptionLimits;
  const { hub, start } = await hubWithBacklog();
  const sockets = watchSockets();
  try {
    const deaf = await Promise.all([1, 2].map(() => deafClient(hub, start, subscriptions)));
    const quick = new Subscriber({ url: hub.url, token: hub.allScopes }, { after: start });
    // Nobody else waits for them.
    expect(await quick.told(MOVEMENTS)).toHaveLength(MOVEMENTS);
    await quick.stop();
    await closedAsTooSlow(hub, deaf.length);
    for (const { raw, port } of deaf) {
      // It had more to be told than the sockets hold; each subscription may be a message ahead.
      expect(sockets.most.get(port)).toBeGreaterThan(waitingBytes);
      const room = waitingBytes + subscriptions * MESSAGE_BYTES;
      expect(sockets.most.get(port)).toBeLessThanOrEqual(room);
      raw.socket.resume();
      expect(await raw.closed).toMatchObject({ code: 4430 });
    }
  } finally {
    sockets.end();
  }
  // Its place and its memory are free: it comes again where it was.
  const again = new Subscriber({ url: hub.url, token: hub.allScopes }, { after: start }, QUERY);
  expect(await again.told(MOVEMENTS)).toHaveLength(MOVEMENTS);
  await again.stop();
}, 60_000);

test('a client that does not answer the close either is cut, and leaves its place', async () => {
  const { hub, start } = await hubWithBacklog({ connections: 1 });
  const { raw } = await deafClient(hub, start, 1);
  const isFull = async () => {
    const next = new RawSocket(hub.url);
    const open = await Promise.race([next.open().then(() => true), next.closed.then(() => false)]);
    next.socket.terminate();
    return !open;
  };
  expect(await isFull()).toBe(true);
  await closedAsTooSlow(hub, 1);
  // It has five seconds to answer.
  while (await isFull()) await pause(50);
  raw.socket.terminate();
  await raw.closed;
}, 30_000);

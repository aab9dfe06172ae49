import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { subscriptionHealth } from '../../src/events/subscriptions';
import { createWebhookSender, type WebhookSender } from '../../src/events/webhookSender';
import { saveProduct, startDeliveryHub } from '../support/deliveryHub';
import { RawReceiver } from '../support/rawReceiver';

const TIMEOUT_MS = 300;

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n';

let receiver: RawReceiver;
let sender: WebhookSender;
beforeAll(async () => {
  receiver = await new RawReceiver().start();
  sender = createWebhookSender({
    timeoutMs: TIMEOUT_MS,
    allowPrivateTargets: true,
    production: false,
  });
});
afterAll(async () => {
  sender.close();
  await receiver.close();
});

const writes = (text: string) => (socket: Socket) => socket.write(text);
const writesAndCloses = (text: string) => (socket: Socket) => socket.end(text);

/** Again and again until the connection is closed. */
function writesWithoutEnd(begin: string, more: string) {
  return (socket: Socket): void => {
    socket.write(begin);
    const timer = setInterval(() => socket.write(more), 20);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };
}

const head = (status: string, ...headers: string[]) =>
  [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');

const forms: [string, (socket: Socket) => unknown, string][] = [
  ['a 101 that names a protocol', writes(SWITCH), 'status 101'],
  ['a 101 that names a protocol, then close', writesAndCloses(SWITCH), 'status 101'],
  ['a 101 with what belongs to its protocol', writes(`${SWITCH}hello`), 'status 101'],
  ['a bare 101', writes(head('101 Switching Protocols')), 'status 101'],
  ['a bare 101 before a 200', writes(head('101 Switching Protocols') + OK), 'status 101'],
  ['a 101 that only upgrades', writes(head('101 X', 'Upgrade: foo')), 'status 101'],
  ['a 101 that only says so', writes(head('101 X', 'Connection: upgrade')), 'status 101'],
  ['a 100 and no more', writes(head('100 Continue')), 'timeout'],
  ['a 102 and no more', writes(head('102 Processing')), 'timeout'],
  ['a 103 and no more', writes(head('103 Early Hints', 'Link: </>')), 'timeout'],
  ['a 102, then close', writesAndCloses(head('102 Processing')), 'unreachable'],
  ['a 102 before a 200', writes(head('102 Processing') + OK), 'delivered'],
  ['a 103 before a 500', writes(`${head('103 Early Hints')}${head('500 X')}`), 'status 500'],
  ['102 without end', writesWithoutEnd('', head('102 Processing')), 'timeout'],
  ['a 204', writes(head('204 No Content')), 'status 204'],
  ['a 302', writes(head('302 Found', 'Location: /x', 'Content-Length: 0')), 'status 302'],
  [
    'a 200 that offers h2c',
    writes(head('200 OK', 'Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 0')),
    'delivered',
  ],
  ['a 426', writes(head('426 Upgrade Required', 'Upgrade: h2c')), 'status 426'],
  ['two answers', writes(OK + OK), 'delivered'],
  ['garbage', writes('\u0000\u0001 garbage \r\n\r\n'), 'unreachable'],
  ['the preface of HTTP/2', writes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 'unreachable'],
  ['a status that is none', writes(head('2OO OK')), 'unreachable'],
  ['a status line without end', writesWithoutEnd('HTTP/1.1 200 ', 'OK '), 'timeout'],
  ['headers without end', writesWithoutEnd('HTTP/1.1 200 OK\r\n', 'A: b\r\n'), 'timeout'],
  [
    'headers larger than Node takes',
    writes(head('200 OK', `A: ${'b'.repeat(100_000)}`)),
    'unreachable',
  ],
  ['half a status line, then close', writesAndCloses('HTTP/1.1 20'), 'unreachable'],
  ['half of the headers, then close', writesAndCloses('HTTP/1.1 200 OK\r\nA:'), 'unreachable'],
  ['a body cut short', writesAndCloses(`${head('200 OK', 'Content-Length: 9')}x`), 'delivered'],
  ['a body without end', writesWithoutEnd(head('200 OK'), 'more'), 'delivered'],
  [
    'a large body without end',
    writesWithoutEnd(head('200 OK'), 'more'.repeat(10_000)),
    'delivered',
  ],
  [
    'chunks that are none',
    writes(`${head('200 OK', 'Transfer-Encoding: chunked')}nonsense\r\n`),
    'delivered',
  ],
  ['close at once', (socket) => socket.end(), 'unreachable'],
  ['a reset', (socket) => socket.resetAndDestroy(), 'unreachable'],
  ['never an answer', () => undefined, 'timeout'],
];

async function outcomeOf(): Promise<string> {
  const outcome = await sender.send(receiver.url, 'token');
  return outcome.delivered ? 'delivered' : outcome.failure;
}

test.each(forms)('%s ends its attempt, and the next one is served', async (_form, answer, end) => {
  receiver.answer = answer;
  expect(await outcomeOf()).toBe(end);
  // The connection that answered so is not one that is kept.
  receiver.answer = writes(OK);
  expect(await outcomeOf()).toBe('delivered');
});

test.each(forms)('%s on a kept connection ends its attempt', async (_form, answer, end) => {
  receiver.answer = writes(OK);
  expect(await outcomeOf()).toBe('delivered');
  receiver.answer = answer;
  expect(await outcomeOf()).toBe(end);
});

test('no connection is left open by what was answered', async () => {
  for (const [, answer] of forms) {
    receiver.answer = answer;
    await outcomeOf();
  }
  sender.close();
  await receiver.untilLeft();
});

test('a receiver that switches protocols fails, and is served once it is repaired', async () => {
  const hub = await startDeliveryHub({
    timeoutMs: 1000,
    retryScheduleSeconds: Array.from({ length: 200 }, () => 0.1),
  });
  const [broken, sound] = [await hub.receiver(), await hub.receiver()];
  broken.behaviour = (_event, response) => {
    response.socket!.write(SWITCH);
    return 'handled';
  };
  const { tenantId, subscription } = await hub.subscribe(broken);
  const other = await hub.subscribe(sound, randomUUID());
  const health = () => subscriptionHealth(hub, tenantId, subscription.id);
  for (let i = 0; i < 10; i += 1) {
    await saveProduct(hub.redis, tenantId, `p${i}`, { tracked: true, quantity: 1 });
  }
  while ((await health()).lastFailure === null);
  expect(await health()).toMatchObject({ lastFailure: 'status 101', lastSuccessMs: null });

  // It keeps no slot: another tenant's event, and its repeats, come through.
  let tries = 0;
  sound.behaviour = () => ((tries += 1) < 3 ? 500 : 200);
  await saveProduct(hub.redis, other.tenantId, 'cup', { tracked: true, quantity: 1 });
  await sound.untilAccepted(1);

  broken.behaviour = () => 200;
  await broken.untilAccepted(10);
  expect(new Set(broken.accepted.map(({ event }) => event.entityId)).size).toBe(10);
  // No attempt is left that its end would wait for.
  await hub.stop();
});

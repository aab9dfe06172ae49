import { randomUUID } from 'node:crypto';
import { scheduleRetries } from '../../src/events/attempt';
import { subscriptionHealth } from '../../src/events/subscriptions';
import { keys } from '../../src/redis/keys';
import { readCursor, readWebhookKey, readWebhooks, saveWebhook } from '../../src/redis/webhooks';
import { deliveryHub, moveProducts, saveProduct } from '../support/deliveryHub';
import type { WebhookReceiver } from '../support/webhookReceiver';

const TIMEOUT_MS = 1250;
const DEAD = 80;

const hub = deliveryHub({ timeoutMs: TIMEOUT_MS, retryScheduleSeconds: [0.05, 0.05, 3600] });

/** A receiver that accepts calls and never answers. */
async function deadReceiver(): Promise<WebhookReceiver> {
  const to = await hub().receiver();
  to.behaviour = () => 'handled';
  return to;
}

/** Tenants of their own, each with a subscription of a receiver that never answers. */
async function deadTenants(to: WebhookReceiver): Promise<{ tenantId: string; id: string }[]> {
  const { redis, subscribe } = hub();
  const { tenantId: first, subscription } = await subscribe(to);
  const { id } = subscription;
  // One key pair for all: making them takes long.
  const after = (await readWebhooks(redis, first)).get(id)!;
  const privateKeyPem = (await readWebhookKey(redis, first, id))!;
  const tenants = Array.from({ length: DEAD }, () => randomUUID());
  const save = { id, before: '', after, privateKeyPem, cursor: '0-0' };
  await Promise.all(tenants.map((tenantId) => saveWebhook(redis, tenantId, save)));
  return tenants.map((tenantId) => ({ tenantId, id }));
}

const product = { tracked: true, quantity: 1000 };

/** Attempts of all kinds that have failed so far. */
async function failedAttempts(): Promise<number> {
  const text = await hub().metrics.registry.metrics();
  return Number(/hub_webhook_deliveries_total\{outcome="failed"\} (\d+)/.exec(text)?.[1] ?? 0);
}

test('80 receivers that never answer delay no other one, new or known to be dead', async () => {
  const { redis, receiver, subscribe } = hub();
  const dead = await deadReceiver();
  const tenants = await deadTenants(dead);
  const alive = await receiver();
  const { tenantId } = await subscribe(alive);
  await Promise.all(
    tenants.map(({ tenantId: deadId }) => saveProduct(redis, deadId, 'cup', product)),
  );
  await dead.until(() => dead.calls.length >= DEAD);
  await saveProduct(redis, tenantId, 'cup', product);
  await alive.untilAccepted(1);
  // It came while the first attempts at all of the dead ones were still open.
  expect(await failedAttempts()).toBe(0);

  const isKnown = async () => {
    const states = await Promise.all(
      tenants.map(({ tenantId: deadId, id }) => readCursor(redis, deadId, id)),
    );
    return states.every(({ lane }) => lane === 'slow');
  };
  while (!(await isKnown()));
  // Now with retries of theirs beside new events, more of both than there are slots.
  for (let round = 0; round < 5; round += 1) {
    const before = await failedAttempts();
    await Promise.all(
      tenants.map(({ tenantId: deadId }) => moveProducts(redis, deadId, { cup: -1 })),
    );
    await moveProducts(redis, tenantId, { cup: -1 });
    await alive.untilAccepted(1 + 2 * (round + 1));
    // It would be dozens for whoever waits for a slot of theirs.
    expect((await failedAttempts()) - before).toBeLessThan(40);
  }
}, 60_000);

test('a retry waits for none of receivers that never answer', async () => {
  const { redis, receiver, subscribe, deps } = hub();
  const dead = await deadReceiver();
  const tenants = await deadTenants(dead);
  // All of them known, and with more waiting events each than may run at once.
  await Promise.all(
    tenants.map(async ({ tenantId, id }) => {
      const event = JSON.stringify({ id: 'e', type: 'created', body: '{}', attempts: 1 });
      const events = Array.from({ length: 10 }, (_, i) => `e${i}`);
      await redis.hset(keys.webhookState(tenantId, id), 'lane', 'slow');
      await redis.hset(
        keys.webhookRetries(tenantId, id),
        ...events.flatMap((eventId) => [eventId, event]),
      );
      const waiting = events.map((eventId) => ({ tenantId, id, eventId }));
      await scheduleRetries(deps, waiting, { atOnce: true });
    }),
  );
  await dead.until(() => dead.calls.length > 0);
  const alive = await receiver();
  let refusals = 0;
  alive.behaviour = () => ((refusals += 1) <= 1 ? 500 : 200);
  const { tenantId, subscription } = await subscribe(alive);
  const before = dead.calls.length;
  await saveProduct(redis, tenantId, 'mug', product);
  await alive.untilAccepted(1);
  // 800 retries of theirs would have come first.
  expect(dead.calls.length - before).toBeLessThan(200);
  const { id } = subscription;
  while ((await subscriptionHealth(hub(), tenantId, id)).waitingRetries > 0);
}, 60_000);

test('a receiver that takes long has a lane of its own until it answers quickly', async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  to.behaviour = () =>
    new Promise((resolve) =>
      setTimeout(() => {
        resolve(200);
      }, 0.6 * TIMEOUT_MS),
    );
  const { tenantId, subscription } = await subscribe(to);
  const lane = async () => (await readCursor(redis, tenantId, subscription.id)).lane;
  await saveProduct(redis, tenantId, 'hat', product);
  while ((await lane()) === 'quick');
  to.behaviour = () => 200;
  await moveProducts(redis, tenantId, { hat: -1 });
  while ((await lane()) === 'slow');
  await moveProducts(redis, tenantId, { hat: -1 });
  await to.untilAccepted(5);
  expect(new Set(to.calls.map(({ event }) => event.id)).size).toBe(to.calls.length);
}, 30_000);

import { randomUUID } from 'node:crypto';
import { retryNow } from '../../src/events/retryNow';
import { subscriptionHealth } from '../../src/events/subscriptions';
import { keys } from '../../src/redis/keys';
import { deliveryHub, saveProduct } from '../support/deliveryHub';

/** Nothing is tried again by itself while these tests run. */
const hub = deliveryHub({ retryScheduleSeconds: [3600] });

/** A receiver whose events wait: an hour for their next attempt, or in the ledger. */
async function failedReceiver(products: number) {
  const { redis, deps, receiver, subscribe } = hub();
  const to = await receiver();
  const paused = await deps.queues.drain.delayed();
  to.behaviour = () => 500;
  const { tenantId, subscription } = await subscribe(to);
  // The pause after its next failure is of the longest kind: half a minute.
  const state = keys.webhookState(tenantId, subscription.id);
  await redis.hset(state, 'consecutiveFailures', '1000');
  for (let i = 0; i < products; i += 1) {
    await saveProduct(redis, tenantId, `p${i}`, { tracked: true, quantity: 1 });
  }
  await to.until(() => to.calls.length >= Math.min(products, 1));
  const waiting = async () => {
    return (await subscriptionHealth(hub(), tenantId, subscription.id)).waitingRetries;
  };
  while ((await waiting()) < Math.min(products, 1)) await to.until(() => true);
  while (products > 0 && (await deps.queues.drain.delayed()) === paused) await to.until(() => true);
  return { to, tenantId, id: subscription.id, waiting };
}

test('events that wait for another attempt are tried now, and each once', async () => {
  const { to, tenantId, id, waiting } = await failedReceiver(3);
  to.behaviour = () => 200;
  expect(await retryNow(hub().deps, tenantId, id)).toBe(3);
  await to.untilAccepted(3);
  while ((await waiting()) > 0) await to.until(() => true);
  expect(await retryNow(hub().deps, tenantId, id)).toBe(0);
  expect(to.accepted).toHaveLength(3);
});

test('what waits in the ledger is sent now, however long the pause would be', async () => {
  const { deps } = hub();
  const { to, tenantId, id } = await failedReceiver(40);
  to.behaviour = () => 200;
  await retryNow(deps, tenantId, id);
  await to.untilAccepted(40);
  expect(new Set(to.accepted.map(({ event }) => event.entityId)).size).toBe(40);
});

test('another tenant reaches no waiting event', async () => {
  const { tenantId, id, waiting } = await failedReceiver(2);
  expect(await retryNow(hub().deps, randomUUID(), id)).toBe(0);
  expect(await waiting()).toBe(2);
  expect(await retryNow(hub().deps, tenantId, randomUUID())).toBe(0);
});

test('nothing waits: nothing is tried', async () => {
  const { tenantId, id } = await failedReceiver(0);
  expect(await retryNow(hub().deps, tenantId, id)).toBe(0);
});

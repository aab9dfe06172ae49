import { randomUUID } from 'node:crypto';
import { retryNow } from '../../src/events/retryNow';
import { changeSubscription, subscriptionHealth } from '../../src/events/subscriptions';
import { retryJobId } from '../../src/events/attempt';
import { keys } from '../../src/redis/keys';
import { deliveryHub, saveProduct } from '../support/deliveryHub';

/** Nothing is tried again by itself while these tests run. */
const hub = deliveryHub({ retryScheduleSeconds: [3600] });

/**
 * A receiver whose events wait: an hour for their next attempt, or in the ledger.
 *
 * @param failures attempts that failed before; after many of them, one says whether it is back
 */
async function failedReceiver(products: number, { failures = 0, waits = products } = {}) {
  const { redis, deps, receiver, subscribe } = hub();
  const to = await receiver();
  to.behaviour = () => 500;
  const { tenantId, subscription } = await subscribe(to);
  const { id } = subscription;
  await redis.hset(keys.webhookState(tenantId, id), 'consecutiveFailures', failures);
  const paused = await deps.queues.drains.slow.delayed();
  for (let i = 0; i < products; i += 1) {
    await saveProduct(redis, tenantId, `p${i}`, { tracked: true, quantity: 1 });
  }
  const waiting = async () => (await subscriptionHealth(hub(), tenantId, id)).waitingRetries;
  await eventually(async () => (await waiting()) === waits);
  if (failures > 0) {
    await eventually(async () => (await deps.queues.drains.slow.delayed()) > paused);
  }
  return { to, tenantId, id, waiting };
}

/** Asks the store until it says so: each answer is awaited. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

test('events that wait for another attempt are tried now, and each once', async () => {
  const { to, tenantId, id, waiting } = await failedReceiver(3);
  to.behaviour = () => 200;
  expect(await retryNow(hub().deps, tenantId, id)).toBe(3);
  await to.untilAccepted(3);
  await eventually(async () => (await waiting()) === 0);
  expect(await retryNow(hub().deps, tenantId, id)).toBe(0);
  expect(to.accepted).toHaveLength(3);
});

test('what waits in the ledger is sent now, however long the pause would be', async () => {
  const { deps } = hub();
  const { to, tenantId, id } = await failedReceiver(40, { failures: 1000, waits: 1 });
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

test('one retry that succeeds ends the pause, and the count of failures', async () => {
  const { deps } = hub();
  const { to, tenantId, id } = await failedReceiver(40, { failures: 1000, waits: 1 });
  to.behaviour = () => 200;
  const [{ event }] = to.calls as [(typeof to.calls)[0]];
  await deps.queues.retries.slow.promote([retryJobId({ tenantId, id, eventId: event.id })]);
  await to.untilAccepted(40);
  await eventually(async () => {
    const { lag, consecutiveFailures } = await subscriptionHealth(hub(), tenantId, id);
    return lag === 0 && consecutiveFailures === 0;
  });
});

test('a receiver that is enabled again is sent what waits, at once', async () => {
  const { deps } = hub();
  const { to, tenantId, id, waiting } = await failedReceiver(3);
  await changeSubscription(deps, tenantId, { id, revision: 1, enabled: false });
  to.behaviour = () => 200;
  expect(to.accepted).toEqual([]);
  await changeSubscription(deps, tenantId, { id, revision: 2, enabled: true });
  await to.untilAccepted(3);
  await eventually(async () => (await waiting()) === 0);
});

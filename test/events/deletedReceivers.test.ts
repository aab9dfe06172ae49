import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { sweep } from '../../src/events/sweep';
import { createSubscription, deleteSubscription } from '../../src/events/subscriptions';
import { hubKeys, keys } from '../../src/redis/keys';
import { buryEvent, parkEvents } from '../../src/redis/undelivered';
import { deleteWebhook, moveCursor, noteAttempt, readHealth } from '../../src/redis/webhooks';
import { saveProduct, startDeliveryHub, type DeliveryHub } from '../support/deliveryHub';

let hub: DeliveryHub;
beforeAll(async () => {
  hub = await startDeliveryHub({ retryScheduleSeconds: [3600] });
});
afterAll(() => hub.stop());

/** What the store has of a tenant's receivers. */
async function left(tenantId: string): Promise<string[]> {
  const redis = await hub.connect();
  const found = await redis.keys(`{${tenantId}}:*`);
  return found.filter((key) => /webhook|dead-letter/.test(key)).sort();
}

const event = { id: 'event', text: '{}' };

test('nobody who comes late leaves anything of a receiver that was deleted', async () => {
  const { redis, subscribe, receiver } = hub;
  const { tenantId, subscription } = await subscribe(await receiver());
  const { id } = subscription;
  await parkEvents(redis, tenantId, id, [event, { ...event, id: 'other' }]);
  await buryEvent(redis, tenantId, id, { ...event, failedMs: 5 });
  await noteAttempt(redis, tenantId, id, {
    ...{ lastFailureMs: 5, lastFailure: 'timeout', lastRetryTookMs: 0 },
  });
  expect(await readHealth(redis, tenantId, id)).toMatchObject({
    ...{ waitingRetries: 1, deadLetters: 1, lastFailureMs: 5, lastFailure: 'timeout' },
  });
  const { cursor } = await readHealth(redis, tenantId, id);
  expect(await left(tenantId)).toEqual(
    [
      keys.webhooks(tenantId),
      keys.webhookKeys(tenantId),
      keys.webhookState(tenantId, id),
      keys.webhookRetries(tenantId, id),
      keys.deadLetters(tenantId, id),
      keys.deadLetterTimes(tenantId, id),
    ].sort(),
  );
  await deleteSubscription(hub, tenantId, id);
  expect(await left(tenantId)).toEqual([]);
  expect(await redis.sismember(hubKeys.webhookTenants, tenantId)).toBe(0);

  await parkEvents(redis, tenantId, id, [event]);
  await buryEvent(redis, tenantId, id, { ...event, failedMs: 6 });
  await noteAttempt(redis, tenantId, id, { lastSuccessMs: 6, lastRetryTookMs: 0 });
  const move = { from: cursor, to: '9-9', delivered: 1, failures: 0, succeeded: true };
  await expect(moveCursor(redis, tenantId, id, move)).rejects.toMatchObject({
    code: 'CURSOR_MOVED',
  });
  expect(await left(tenantId)).toEqual([]);
});

test('an attempt that fails after its receiver was deleted leaves nothing behind', async () => {
  const { receiver, openHub } = hub;
  // Its own process: closing it waits until the attempt is dealt with.
  const own = await openHub();
  await hub.close();
  const to = await receiver();
  const attempted = new Promise<ServerResponse>((resolve) => {
    to.behaviour = (_event, response) => {
      resolve(response);
      return 'handled';
    };
  });
  const tenantId = randomUUID();
  const { subscription } = await createSubscription(own.deps, tenantId, { url: to.url });
  await saveProduct(own.redis, tenantId, 'mug', { tracked: true, quantity: 1 });
  const response = await attempted;
  await deleteSubscription(own, tenantId, subscription.id);
  const answered = once(response, 'close');
  response.writeHead(500).end();
  await answered;
  await own.close();
  expect(await left(tenantId)).toEqual([]);
});

test('the sweep forgets a tenant whose last receiver is gone, and no other', async () => {
  const own = await hub.openHub();
  const [gone, disabled] = [randomUUID(), randomUUID()];
  const url = 'http://127.0.0.1:9/hook';
  await createSubscription(own.deps, disabled, { url, enabled: false });
  await own.redis.sadd(hubKeys.webhookTenants, gone);
  await sweep(own.deps);
  const known = await own.redis.smismember(hubKeys.webhookTenants, gone, disabled);
  expect(known).toEqual([0, 1]);
  await own.close();
});

test('what an older deletion left behind goes with the next one', async () => {
  const tenantId = randomUUID();
  const redis = await hub.connect();
  await redis.hset(keys.webhookRetries(tenantId, 'id'), 'event', '{}');
  await redis.zadd(keys.deadLetterTimes(tenantId, 'id'), 1, 'event');
  expect(await deleteWebhook(redis, tenantId, 'id')).toBe(false);
  expect(await left(tenantId)).toEqual([]);
});

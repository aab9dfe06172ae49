import { randomUUID } from 'node:crypto';
import {
  replayDeadLetters,
  deleteDeadLetters,
  listDeadLetters,
} from '../../src/events/deadLetters';
import { subscriptionHealth } from '../../src/events/subscriptions';
import { deliveryHub, moveProducts, saveProduct } from '../support/deliveryHub';

const hub = deliveryHub();

async function giveUpOne() {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  to.behaviour = ({ event }) => (event.slug === 'created' ? 503 : 200);
  const { tenantId, subscription } = await subscribe(to);
  await saveProduct(redis, tenantId, 'mug', { tracked: true, quantity: 5 });
  const { id } = subscription;
  const letters = async () => (await listDeadLetters(hub(), tenantId, { id, first: 10 })).letters;
  // The first attempt and three more.
  await to.until(() => to.calls.length === 4);
  const eventId = to.calls[0]!.event.id;
  while ((await letters()).length === 0) await to.until(() => true);
  return { to, tenantId, id, eventId, letters };
}

test('an event is given up after the last attempt, listed, and sent when replayed', async () => {
  const { to, tenantId, id, eventId, letters } = await giveUpOne();
  expect(await letters()).toMatchObject([
    { id: eventId, type: 'created', attempts: 4, failure: 'status 503' },
  ]);
  expect(await subscriptionHealth(hub(), tenantId, id)).toMatchObject({
    waitingRetries: 0,
    deadLetters: 1,
    lastFailure: 'status 503',
  });
  to.behaviour = () => 200;
  expect(await replayDeadLetters(hub().deps, tenantId, { id })).toMatchObject({ count: 1 });
  await to.untilAccepted(1);
  expect(to.accepted.map(({ event }) => event.id)).toEqual([eventId]);
  expect(await letters()).toEqual([]);
});

test('a dead letter can be removed; that of another tenant is out of reach', async () => {
  const { tenantId, id, eventId, letters } = await giveUpOne();
  const stranger = randomUUID();
  const ask = { id, eventIds: [eventId] };
  for (const call of [
    deleteDeadLetters(hub(), stranger, ask),
    replayDeadLetters(hub().deps, stranger, ask),
    listDeadLetters(hub(), stranger, { id, first: 10 }),
  ]) {
    await expect(call).rejects.toMatchObject({ code: 'NO_SUCH_SUBSCRIPTION' });
  }
  expect(await letters()).toHaveLength(1);
  expect(await deleteDeadLetters(hub(), tenantId, ask)).toMatchObject({ count: 1 });
  expect(await letters()).toEqual([]);
});

test('later events of the item arrive while one is tried again', async () => {
  const { to, tenantId } = await giveUpOne();
  await moveProducts(hub().redis, tenantId, { mug: -1 });
  await to.untilAccepted(2);
  expect(to.slugs()).toEqual(['updated_with_reason', 'updated']);
});

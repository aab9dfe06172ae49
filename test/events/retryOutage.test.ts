import { replayEvents } from '../../src/events/replays';
import { subscriptionHealth } from '../../src/events/subscriptions';
import { keys } from '../../src/redis/keys';
import { deliveryHub, saveProduct } from '../support/deliveryHub';

const hub = deliveryHub({ retryScheduleSeconds: [0.05] });

afterEach(() => {
  jest.restoreAllMocks();
});

/** Has the next reads of a key end as if Redis had gone away under them. */
function breakReads(command: 'hget' | 'hmget', key: string, times: number): () => number {
  const { redis } = hub();
  const read = redis[command].bind(redis) as (...words: unknown[]) => Promise<unknown>;
  let left = times;
  const broken = (...words: unknown[]) => {
    if (words[0] !== key || left === 0) return read(...words);
    left -= 1;
    return Promise.reject(new Error('Connection is closed.'));
  };
  jest.spyOn(redis, command).mockImplementation(broken as never);
  return () => left;
}

test('a retry that an outage ends is made when the store is back', async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  const left = breakReads('hget', keys.webhookRetries(tenantId, subscription.id), 2);
  let attempts = 0;
  to.behaviour = () => ((attempts += 1) === 1 ? 500 : 200);
  await saveProduct(redis, tenantId, 'cup', { tracked: true, quantity: 1 });
  await to.untilAccepted(1);
  expect([left(), attempts]).toEqual([0, 2]);
  const waiting = async () =>
    (await subscriptionHealth(hub(), tenantId, subscription.id)).waitingRetries;
  while ((await waiting()) > 0);
});

test('so is a replay, from where it was', async () => {
  const { redis, deps, receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  await saveProduct(redis, tenantId, 'cup', { tracked: true, quantity: 1 });
  await to.untilAccepted(1);
  const left = breakReads('hmget', keys.webhookState(tenantId, subscription.id), 2);
  await replayEvents(deps, tenantId, { id: subscription.id, from: { cursor: '0-0' } });
  await to.untilAccepted(2);
  expect(left()).toBe(0);
});

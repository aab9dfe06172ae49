import { randomUUID } from 'node:crypto';
import { listDeadLetters } from '../../src/events/deadLetters';
import { createSubscription, subscriptionHealth } from '../../src/events/subscriptions';
import { deliveryHub, saveProduct } from '../support/deliveryHub';

const hub = deliveryHub({ production: true });

test('in production a receiver stored with http fails, and its failures say why', async () => {
  const { redis, deps, receiver } = hub();
  const to = await receiver();
  const tenantId = randomUUID();
  // As one that was stored in development.
  const development = { ...deps, rules: { ...deps.rules, production: false } };
  const { url } = to;
  await expect(createSubscription(deps, tenantId, { url })).rejects.toThrow('https://');
  const { subscription } = await createSubscription(development, tenantId, { url });
  const { id } = subscription;
  await saveProduct(redis, tenantId, 'mug', { tracked: true, quantity: 5 });
  const letters = async () =>
    (await listDeadLetters({ redis }, tenantId, { id, first: 9 })).letters;
  while ((await letters()).length === 0);
  expect(await letters()).toMatchObject([{ type: 'created', attempts: 4, failure: 'not https' }]);
  expect(await subscriptionHealth({ redis }, tenantId, id)).toMatchObject({
    consecutiveFailures: 1,
    delivered: 0,
    lastFailure: 'not https',
    lastSuccessMs: null,
  });
  expect(to.calls).toEqual([]);
});

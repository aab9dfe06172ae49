import { randomUUID } from 'node:crypto';
import { sweep } from '../../src/events/sweep';
import { readWebhookKey, readWebhooks, saveWebhook } from '../../src/redis/webhooks';
import { deliveryHub, moveProducts, saveProduct } from '../support/deliveryHub';

const hub = deliveryHub();
const TENANTS = 2000;

/** How often the server read from its connections so far. */
async function readsSoFar(): Promise<number> {
  const stats = await hub().redis.info('stats');
  return Number(/total_reads_processed:(\d+)/.exec(stats)![1]);
}

test('many tenants are looked at in few round trips, and none is left out', async () => {
  const { redis, deps, receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId: first, subscription } = await subscribe(to);
  const { id } = subscription;
  const after = (await readWebhooks(redis, first)).get(id)!;
  const privateKeyPem = (await readWebhookKey(redis, first, id))!;
  const tenants = Array.from({ length: TENANTS }, () => randomUUID());
  await Promise.all(
    tenants.map((tenantId) =>
      saveWebhook(redis, tenantId, { id, before: '', after, privateKeyPem, cursor: '0-0' }),
    ),
  );
  await saveProduct(redis, first, 'cup', { tracked: true, quantity: 9 });
  await to.untilAccepted(1);
  const before = await readsSoFar();
  await sweep(deps);
  // One after another, two round trips per tenant would be 4,000.
  expect((await readsSoFar()) - before).toBeLessThan(TENANTS / 10);

  // What was written without a wake-up is found by it.
  const behind = tenants.filter((_, i) => i % 400 === 0);
  const { connect } = hub();
  const quiet = await connect();
  await Promise.all(
    behind.map((tenantId) => saveProduct(quiet, tenantId, 'cup', { tracked: true, quantity: 9 })),
  );
  await Promise.all(behind.map((tenantId) => moveProducts(quiet, tenantId, { cup: -1 })));
  await sweep(deps);
  await to.until(() => {
    const seen = new Set(to.accepted.map(({ instanceId }) => instanceId));
    return behind.every((tenantId) => seen.has(tenantId));
  });
});

import { randomUUID } from 'node:crypto';
import { InventoryError } from '../../src/core/errors';
import { createSubscription, listSubscriptions } from '../../src/events/subscriptions';
import { deliveryHub } from '../support/deliveryHub';

const hub = deliveryHub();

test('of 40 that are created at once by two processes, 20 are there in the end', async () => {
  const { deps, openHub } = hub();
  const second = await openHub();
  const [tenantId, other] = [randomUUID(), randomUUID()];
  const url = 'http://127.0.0.1:9/hook';
  const refusals: InventoryError[] = [];
  const created = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      try {
        await createSubscription(i % 2 ? deps : second.deps, tenantId, { url, enabled: false });
        return true;
      } catch (error) {
        if (error instanceof InventoryError) refusals.push(error);
        return false;
      }
    }),
  );
  expect(created.filter(Boolean)).toHaveLength(20);
  expect(refusals).toHaveLength(20);
  for (const { code, message } of refusals) {
    expect([code, message]).toEqual(['LIMIT_REACHED', expect.stringContaining('20')]);
  }
  expect(await listSubscriptions(deps, tenantId)).toHaveLength(20);
  await createSubscription(deps, other, { url, enabled: false });
  expect(await listSubscriptions(deps, other)).toHaveLength(1);
});

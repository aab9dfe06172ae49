import { subscriptionHealth } from '../../src/events/subscriptions';
import { lastLedgerId } from '../../src/redis/reads';
import { readCursor } from '../../src/redis/webhooks';
import { deliveryHub, itemIdOf, moveProducts, saveProduct } from '../support/deliveryHub';
import type { WebhookReceiver } from '../support/webhookReceiver';

const hub = deliveryHub({ timeoutMs: 60_000 });

/** Answers that wait until they are let go. */
function holdBack(to: WebhookReceiver, isHeld: (productId: string) => boolean) {
  const held: (() => void)[] = [];
  to.behaviour = ({ event }) => {
    if (event.slug !== 'created' || !isHeld(event.createdEvent!.entity.productId)) return 200;
    return new Promise((resolve) =>
      held.push(() => {
        resolve(200);
      }),
    );
  };
  return {
    held,
    letGo: () => {
      to.behaviour = () => 200;
      for (const answer of held.splice(0)) answer();
    },
  };
}

async function saveProducts(tenantId: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await saveProduct(hub().redis, tenantId, `p${i}`, { tracked: true, quantity: 1000 });
  }
}

test('an event that is answered late holds up no other, only its item and the cursor', async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  const { held, letGo } = holdBack(to, (productId) => productId === 'p0');
  const begun = await lastLedgerId(redis, tenantId);
  await saveProducts(tenantId, 200);
  await moveProducts(redis, tenantId, { p0: -1, p1: -1 });
  // 199 created, and the movement of the one that is not held.
  await to.untilAccepted(199 + 2);
  expect(held).toHaveLength(1);
  expect(to.accepted.some(({ event }) => event.slug !== 'created')).toBe(true);
  const state = await readCursor(redis, tenantId, subscription.id);
  expect(state.cursor).toBe(begun || '0-0');
  letGo();
  await to.untilAccepted(200 + 4);
  const sequences = to.accepted.flatMap(({ event }) =>
    event.entityId === itemIdOf(tenantId, 'p0') ? [Number(event.entityEventSequence)] : [],
  );
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  expect(sequences).toHaveLength(3);
  while ((await subscriptionHealth(hub(), tenantId, subscription.id)).lag > 0) {
    await to.until(() => true);
  }
  expect(to.calls).toHaveLength(204);
});

test('no more events are read than the window holds while the oldest is open', async () => {
  const { receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId } = await subscribe(to);
  const { letGo } = holdBack(to, (productId) => productId === 'p0');
  await saveProducts(tenantId, 300);
  await to.untilAccepted(255);
  // Another receiver of the tenant gets them all meanwhile: this one was held up by its bound.
  const other = await receiver();
  await subscribe(other, tenantId);
  await moveProducts(hub().redis, tenantId, { p299: -1 });
  await other.untilAccepted(2);
  expect(to.accepted).toHaveLength(255);
  letGo();
  await to.untilAccepted(302);
  expect(new Set(to.calls.map(({ event }) => event.id)).size).toBe(to.calls.length);
});

test('a stop under load sends nothing twice, nor does the hub that goes on', async () => {
  const { redis, receiver, subscribe, openHub, stopFirst } = hub();
  const to = await receiver();
  let calls = 0;
  // Answers of unequal length: there are always some after an event that is open.
  to.behaviour = () => {
    calls += 1;
    return new Promise((resolve) =>
      setTimeout(
        () => {
          resolve(200);
        },
        calls % 7 === 0 ? 60 : 2,
      ),
    );
  };
  const { tenantId, subscription } = await subscribe(to);
  for (let i = 0; i < 300; i += 1) {
    await saveProduct(redis, tenantId, `p${i}`, { tracked: true, quantity: 1000 });
    if (i % 3 === 0) await moveProducts(redis, tenantId, { p0: -1 });
  }
  const expected = 300 + 2 * 100;
  let running = await openHub();
  await stopFirst();
  for (const share of [100, 200, 300]) {
    await to.untilAccepted(share);
    await running.close();
    running = await openHub();
  }
  await to.untilAccepted(expected);
  const { id } = subscription;
  while ((await subscriptionHealth({ redis: running.redis }, tenantId, id)).lag > 0) {
    await to.until(() => true);
  }
  const ids = to.calls.map(({ event }) => event.id);
  expect(ids).toHaveLength(expected);
  expect(new Set(ids).size).toBe(expected);
  const state = await readCursor(running.redis, tenantId, id);
  expect(state).toMatchObject({ ahead: [], waitingRetries: 0 });
});

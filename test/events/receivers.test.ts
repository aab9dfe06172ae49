import { randomUUID } from 'node:crypto';
import { inventoryEventTypes } from '../../src/core/inventoryEvent';
import { changeSubscription, createSubscription } from '../../src/events/subscriptions';
import { listSubscriptions, subscriptionHealth } from '../../src/events/subscriptions';
import { replayEvents } from '../../src/events/replays';
import { lastLedgerId } from '../../src/redis/reads';
import {
  deleteProduct,
  deliveryHub,
  itemIdOf,
  moveProducts,
  saveProduct,
} from '../support/deliveryHub';

const hub = deliveryHub({ timeoutMs: 300 });

test('a receiver that never answers delays no other, of this tenant or another', async () => {
  const { redis, receiver, subscribe } = hub();
  const [dead, alive, others] = [await receiver(), await receiver(), await receiver()];
  dead.behaviour = () => 'handled';
  const { tenantId } = await subscribe(dead);
  await subscribe(alive, tenantId);
  const other = await subscribe(others);
  for (let i = 0; i < 40; i += 1) {
    await saveProduct(redis, tenantId, `p${i}`, { tracked: true, quantity: 1 });
    await saveProduct(redis, other.tenantId, `p${i}`, { tracked: true, quantity: 1 });
  }
  const started = performance.now();
  await Promise.all([alive.untilAccepted(40), others.untilAccepted(40)]);
  // One after another, the silent receiver alone would take 40 timeouts.
  expect(performance.now() - started).toBeLessThan(6000);
  expect(dead.accepted).toEqual([]);
});

test('an event has the item as of its movement, however late it is sent', async () => {
  const { redis, receiver, subscribe, deps } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  const { id } = subscription;
  await changeSubscription(deps, tenantId, { id, revision: 1, enabled: false });
  const level = { tracked: true, quantity: 9 };
  await saveProduct(redis, tenantId, 'cup', level, { name: 'First' });
  await moveProducts(redis, tenantId, { cup: -1 });
  await saveProduct(redis, tenantId, 'cup', {}, { name: 'Second' });
  await moveProducts(redis, tenantId, { cup: -1 });
  await deleteProduct(redis, tenantId, 'cup');
  await saveProduct(redis, tenantId, 'cup', { tracked: true, quantity: 3 }, { name: 'Third' });
  await moveProducts(redis, tenantId, { cup: -1 });
  await changeSubscription(deps, tenantId, { id, revision: 2, enabled: true });
  await to.until(() => to.slugs().filter((slug) => slug === 'updated').length === 4);
  const seen = to.accepted.flatMap(({ event }) => {
    const { createdEvent, updatedEvent, deletedEvent } = event;
    const item = createdEvent?.entity ?? updatedEvent?.currentEntity ?? deletedEvent?.deletedEntity;
    return item ? [[event.slug, item.product.name, item.quantity]] : [];
  });
  expect(seen).toEqual([
    ['created', 'First', 9],
    ['updated', 'First', 8],
    ['updated', 'Second', 8],
    ['updated', 'Second', 7],
    ['deleted', 'Second', 7],
    ['created', 'Third', 3],
    ['updated', 'Third', 2],
  ]);
  const sequences = to.accepted.map(({ event }) => Number(event.entityEventSequence));
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  expect(new Set(sequences).size).toBe(sequences.length);
});

test('two processes share the work and send nothing twice', async () => {
  const { redis, receiver, subscribe, openHub } = hub();
  const second = await openHub();
  const to = await receiver();
  const { tenantId } = await subscribe(to);
  await saveProduct(redis, tenantId, 'pen', { tracked: true, quantity: 1000 });
  await Promise.all(
    [redis, second.redis].map(async (from) => {
      for (let i = 0; i < 60; i += 1) await moveProducts(from, tenantId, { pen: -1 });
    }),
  );
  await to.untilAccepted(1 + 2 * 120);
  const ids = to.calls.map(({ event }) => event.id);
  expect(new Set(ids).size).toBe(ids.length);
  const sequences = to.accepted.map(({ event }) => Number(event.entityEventSequence));
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  await second.close();
});

test('a receiver gets the types it asked for, of its own tenant', async () => {
  const { redis, receiver, deps, subscribe } = hub();
  const [to, foreign] = [await receiver(), await receiver()];
  const tenantId = randomUUID();
  await createSubscription(deps, tenantId, { url: to.url, eventTypes: ['deleted', 'low_stock'] });
  await subscribe(foreign);
  const level = { tracked: true, quantity: 3, lowStockThreshold: 2 };
  await saveProduct(redis, tenantId, 'ink', level);
  await moveProducts(redis, tenantId, { ink: -1 });
  await moveProducts(redis, tenantId, { ink: -1 });
  await deleteProduct(redis, tenantId, 'ink');
  await to.untilAccepted(2);
  expect(to.slugs()).toEqual(['low_stock', 'deleted']);
  const [low] = to.accepted;
  expect(low!.eventType).toBe('inventory_hub.inventory_item_low_stock');
  expect(low!.event.actionEvent!.body).toMatchObject({
    available: 2,
    threshold: 2,
    currentEntity: { id: itemIdOf(tenantId, 'ink'), quantity: 2 },
  });
  expect(foreign.calls).toEqual([]);
});

test('low_stock, which Wix has not, goes only to who names it', async () => {
  const { redis, receiver, deps, subscribe } = hub();
  const [to, named] = [await receiver(), await receiver()];
  const { tenantId } = await subscribe(to);
  const eventTypes = [...inventoryEventTypes];
  await createSubscription(deps, tenantId, { url: named.url, eventTypes });
  const level = { tracked: true, quantity: 3, lowStockThreshold: 2 };
  await saveProduct(redis, tenantId, 'nib', level);
  await moveProducts(redis, tenantId, { nib: -1 });
  await deleteProduct(redis, tenantId, 'nib');
  await Promise.all([to.untilAccepted(4), named.untilAccepted(5)]);
  expect(to.slugs()).toEqual(['created', 'updated_with_reason', 'updated', 'deleted']);
  expect(named.slugs()).toEqual([
    'created',
    'low_stock',
    'updated_with_reason',
    'updated',
    'deleted',
  ]);
});

test('movements of the past are sent once more, up to the end that is asked for', async () => {
  const { redis, receiver, deps, subscribe } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  const { id } = subscription;
  await saveProduct(redis, tenantId, 'hat', { tracked: true, quantity: 3 });
  await moveProducts(redis, tenantId, { hat: -1 });
  const cursor = await lastLedgerId(redis, tenantId);
  await moveProducts(redis, tenantId, { hat: -1 });
  await to.untilAccepted(5);
  const first = to.accepted.map(({ event }) => event.id);
  await replayEvents(deps, tenantId, { id, from: { timeMs: 0 }, to: { cursor } });
  await to.untilAccepted(8);
  expect(to.accepted.slice(5).map(({ event }) => event.id)).toEqual(first.slice(0, 3));
  const health = await subscriptionHealth(hub(), tenantId, id);
  expect(health).toMatchObject({ lag: 0, waitingRetries: 0, consecutiveFailures: 0 });
});

test('no private key is in what is listed, logged or sent', async () => {
  const { redis, receiver, subscribe, logged } = hub();
  const to = await receiver();
  const { tenantId } = await subscribe(to);
  await saveProduct(redis, tenantId, 'key', { tracked: true, quantity: 3 });
  await to.untilAccepted(1);
  const shown = JSON.stringify([await listSubscriptions(hub(), tenantId), logged, to.calls]);
  expect(shown).toContain('BEGIN PUBLIC KEY');
  expect(shown).not.toContain('PRIVATE');
});

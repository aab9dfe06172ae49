import { randomUUID } from 'node:crypto';
import { importSPKI, jwtVerify } from 'jose';
import {
  APP_ID,
  deleteProduct,
  deliveryHub,
  itemIdOf,
  moveProducts,
  saveProduct,
} from '../support/deliveryHub';

const hub = deliveryHub();

test('what happens to an item arrives in order, signed with the key of its receiver', async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  const itemId = itemIdOf(tenantId, 'shirt');
  await saveProduct(redis, tenantId, 'shirt', { tracked: true, quantity: 2 }, { name: 'Shirt' });
  const order = { operation: 'DECREMENT', reason: 'ORDER_PLACED', orderId: randomUUID() } as const;
  await moveProducts(redis, tenantId, { shirt: -1 }, order);
  await moveProducts(redis, tenantId, { shirt: -1 }, order);
  await deleteProduct(redis, tenantId, 'shirt');
  await to.untilAccepted(7);
  expect(to.slugs()).toEqual([
    'created',
    'updated_with_reason',
    'updated',
    'stock_status_updated',
    'updated_with_reason',
    'updated',
    'deleted',
  ]);
  const sequences = to.accepted.map(({ event }) => Number(event.entityEventSequence));
  expect(sequences).toEqual([13, 22, 23, 30, 32, 33, 43]);
  const [created, reason, updated, status, , , deleted] = to.accepted;
  expect(created!.event.createdEvent!.entity).toMatchObject({
    id: itemId,
    revision: '1',
    quantity: 2,
    product: { name: 'Shirt' },
  });
  expect(updated!.event.updatedEvent).toMatchObject({
    currentEntity: { id: itemId, revision: '2', quantity: 1, product: { name: 'Shirt' } },
    modifiedFields: { quantity: 2, revision: '1' },
  });
  expect(reason!.event.actionEvent!.body).toMatchObject({ reason: 'ORDER', appId: APP_ID });
  expect(status!.event.actionEvent!.body).toEqual({ inStock: false });
  expect(deleted!.event.deletedEvent!.deletedEntity).toMatchObject({ id: itemId, quantity: 0 });
  const key = await importSPKI(subscription.publicKeyPem, 'RS256');
  for (const { token } of to.accepted) {
    await jwtVerify(token, key, { issuer: 'wix.com', audience: APP_ID });
  }
});

test('an event that failed is tried again as it was, and holds back no later one', async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  let refusals = 0;
  to.behaviour = ({ event }) => (event.slug === 'created' && (refusals += 1) <= 2 ? 500 : 200);
  const { tenantId } = await subscribe(to);
  await saveProduct(redis, tenantId, 'mug', { tracked: true, quantity: 5 }, { name: 'Mug' });
  await moveProducts(redis, tenantId, { mug: -1 });
  await saveProduct(redis, tenantId, 'mug', {}, { name: 'Cup' });
  await to.until(() => to.slugs().includes('created'));
  expect(refusals).toBe(3);
  const created = to.calls.filter(({ event }) => event.slug === 'created');
  expect(new Set(created.map(({ event }) => JSON.stringify(event))).size).toBe(1);
  expect(created[0]!.event.createdEvent!.entity).toMatchObject({
    quantity: 5,
    product: { name: 'Mug' },
  });
});

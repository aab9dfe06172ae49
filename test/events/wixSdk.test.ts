import { randomUUID } from 'node:crypto';
import {
  deleteProduct,
  deliveryHub,
  itemIdOf,
  moveProducts,
  saveProduct,
} from '../support/deliveryHub';
import { sdkReceiver } from '../support/sdkReceiver';

const hub = deliveryHub();

test("the handlers of Wix's SDK are given the item as of the movement, for all types", async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  const level = { tracked: true, quantity: 1, preorderEnabled: false };
  const document = { name: 'Lamp', sku: 'L-1', extendedFields: { '@app/x': { shelf: 4 } } };
  await saveProduct(redis, tenantId, 'lamp', level, document);
  const cause = { operation: 'DECREMENT', reason: 'ORDER_PAID', orderId: randomUUID() } as const;
  await moveProducts(redis, tenantId, { lamp: -1 }, cause);
  await deleteProduct(redis, tenantId, 'lamp');
  await to.untilAccepted(5);

  const sdk = sdkReceiver(subscription.publicKeyPem);
  for (const { token } of to.accepted) await sdk.process(token);
  expect(sdk.handled.map(({ handler }) => handler)).toEqual(to.slugs());
  const of = (name: string) => sdk.handled.find(({ handler }) => handler === name)!;
  const itemId = itemIdOf(tenantId, 'lamp');
  for (const { metadata } of sdk.handled) {
    expect(metadata).toMatchObject({ entityId: itemId, instanceId: tenantId });
  }
  expect(of('created').entity).toMatchObject({
    _id: itemId,
    revision: '1',
    quantity: 1,
    availabilityStatus: 'IN_STOCK',
    product: { name: 'Lamp', variantSku: 'L-1' },
    extendedFields: { namespaces: { '@app/x': { shelf: 4 } } },
  });
  expect(of('created').entity!._createdDate).toBeInstanceOf(Date);
  expect(of('updated').entity).toMatchObject({ _id: itemId, revision: '2', quantity: 0 });
  expect(of('updated').modifiedFields).toEqual({
    quantity: 1,
    revision: '1',
    availabilityStatus: 'IN_STOCK',
  });
  expect(of('updated_with_reason').data).toMatchObject({ reason: 'ORDER' });
  expect(of('updated_with_reason').data!.currentEntity).toMatchObject({ quantity: 0 });
  expect(of('stock_status_updated').data).toMatchObject({ inStock: false });
  expect(of('deleted').entity).toMatchObject({ _id: itemId, product: { name: 'Lamp' } });
});

test('the SDK refuses what another key has signed', async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  const [{ tenantId }, other] = [await subscribe(to), await subscribe(await receiver())];
  await saveProduct(redis, tenantId, 'lamp', { tracked: true, quantity: 1 });
  await to.untilAccepted(1);
  const sdk = sdkReceiver(other.subscription.publicKeyPem);
  await expect(sdk.process(to.accepted[0]!.token)).rejects.toThrow();
  expect(sdk.handled).toEqual([]);
});

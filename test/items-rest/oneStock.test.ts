import { randomUUID } from 'node:crypto';
import { verifyTenant } from '../../src/inventory/verify';
import { change } from '../schema/changes';
import { line } from '../support/pluginHub';
import { wireHub, type WireResults } from './wireHub';

/* The items' REST, the plugin and GraphQL work on one stock, one ledger, one set of revisions. */

const { hub, run, refusal, create, get } = wireHub();

const decrement = (entry: object, beside: object = {}) =>
  run<WireResults>('POST', '/bulk/inventory-items/decrement', {
    decrementData: [entry],
    ...beside,
  });

test('what one surface does the others see', async () => {
  const [productId, variantId] = [randomUUID(), randomUUID()];
  const { id } = await create({ productId, variantId, quantity: 10 });
  const sold = await hub().call('decrement', [line(productId, 4, { variantId })]);
  expect(sold.status).toBe(200);
  expect(await get(id)).toMatchObject({ quantity: 6, revision: '2' });
  await change(hub(), 'adjust', { changes: [{ itemId: id, delta: 2, compareQuantity: 6 }] });
  expect(await get(id)).toMatchObject({ quantity: 8, revision: '3' });
  const stale = { inventoryItem: { id, revision: '2', quantity: 1 } };
  expect(await refusal('PATCH', `/inventory-items/${id}`, stale)).toMatchObject({ status: 409 });
  await decrement({ inventoryItemId: id, decrementBy: 8 }, { reason: 'ORDER' });
  const refused = await hub().call('decrement', [line(productId, 1, { variantId })]);
  expect(refused.status).toBe(428);
  const { item } = await hub().run<{ item: object }>(
    `query ($id: ID!) {
      item: inventoryItem(id: $id) { quantity availabilityStatus revision }
    }`,
    { id },
  );
  expect(item).toEqual({ quantity: 0, availabilityStatus: 'OUT_OF_STOCK', revision: '4' });
});

test('a preorder by REST and one by the plugin fill one limit', async () => {
  const [productId, variantId] = [randomUUID(), randomUUID()];
  const preorderInfo = { enabled: true, limit: 3 };
  const { id } = await create({ productId, variantId, quantity: 0, preorderInfo });
  const entry = { inventoryItemId: id, decrementBy: 2, preorderRequest: true };
  await decrement(entry);
  const short = await hub().call('decrement', [line(productId, 2, { variantId })]);
  expect(short.status).toBe(428);
  const last = await hub().call('decrement', [line(productId, 1, { variantId })]);
  expect(last.status).toBe(200);
  expect(await get(id)).toMatchObject({
    quantity: 0,
    availabilityStatus: 'OUT_OF_STOCK',
    preorderInfo: { counter: 3, quantity: 0 },
  });
  const { results } = await decrement(entry);
  expect(results[0]!.itemMetadata.error).toMatchObject({ code: 'INSUFFICIENT_INVENTORY' });
});

test('the ledger explains all that REST did', async () => {
  const items = await Promise.all(Array.from({ length: 20 }, () => create({ quantity: 50 })));
  await Promise.all(
    items.flatMap(({ id, revision }, i) => [
      decrement({ inventoryItemId: id, decrementBy: i + 1 }, { restrictInventory: i % 2 === 0 }),
      run('POST', '/bulk/inventory-items/upsert', {
        inventoryItems: [{ inventoryItem: { ...items[i], revision: undefined, quantity: 5 } }],
      }),
      refusal('PATCH', `/inventory-items/${id}`, {
        inventoryItem: { id, revision: `${revision}7`, inStock: true },
      }),
    ]),
  );
  await run('POST', '/bulk/inventory-items/delete', { inventoryItemIds: [items[0]!.id] });
  const { drift, entries } = await verifyTenant(hub().inventory, hub().tenantId);
  expect(drift).toEqual([]);
  expect(entries).toBeGreaterThan(60);
});

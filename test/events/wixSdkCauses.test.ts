import { randomUUID } from 'node:crypto';
import { wixSdk } from '../items-rest/wixSdk';
import { startDeliveryHub, type DeliveryHub } from '../support/deliveryHub';
import { startGraphqlHub, type GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { sdkReceiver, type Handled } from '../support/sdkReceiver';
import type { WebhookReceiver } from '../support/webhookReceiver';

/* One item's story, told through every surface, as the handlers of Wix's SDK hear it. */

let delivery: DeliveryHub;
let hub: GraphqlHub;
let to: WebhookReceiver;
let sdk: ReturnType<typeof sdkReceiver>;
let itemId = '';
/** Events the story has had so far. */
let told = 0;
let lastSequence = 0n;
const [product, variant] = [randomUUID(), randomUUID()];
const [first, second, edited] = [randomUUID(), randomUUID(), randomUUID()];

beforeAll(async () => {
  delivery = await startDeliveryHub();
  hub = await startGraphqlHub({ socketPath: delivery.socketPath });
  // Else only the sweep would find what this hub writes.
  hub.redis.onLedgerEntry = (tenantId, id) => delivery.redis.onLedgerEntry?.(tenantId, id);
  to = await delivery.receiver();
  const { subscription } = await delivery.subscribe(to, hub.tenantId);
  sdk = sdkReceiver(subscription.publicKeyPem);
});
afterAll(async () => {
  await hub.close();
  await delivery.stop();
});

const rest = () => wixSdk(hub).inventoryItemsV3;

async function order(method: 'decrement' | 'increment', units: number, call: object) {
  const lines = [line(product, units, { variantId: variant })];
  expect(await hub.call(method, lines, call)).toMatchObject({ status: 200 });
}

async function mutate(field: string, type: string, input: object) {
  const mutation = `mutation ($input: ${type}!) {
    ${field}(input: $input) { userErrors { code } }
  }`;
  const answer = await hub.run<Record<string, { userErrors: object[] }>>(mutation, { input });
  expect(answer[field]!.userErrors).toEqual([]);
}

const revision = async () => (await rest().getInventoryItem(itemId)).revision!;

/** What the handlers are given of the next events; each is about the item, and newer. */
async function heard(count: number): Promise<Handled[]> {
  await to.untilAccepted(told + count);
  const before = sdk.handled.length;
  for (const { token } of to.accepted.slice(told)) await sdk.process(token);
  told += count;
  const handled = sdk.handled.slice(before);
  expect(handled).toHaveLength(count);
  for (const { metadata } of handled) {
    expect(metadata).toMatchObject({ entityId: itemId, instanceId: hub.tenantId });
    const sequence = BigInt(metadata.entityEventSequence!);
    expect(sequence > lastSequence).toBe(true);
    lastSequence = sequence;
  }
  return handled;
}

const create = async () => {
  const { _id } = await rest().createInventoryItem({
    ...{ productId: product, variantId: variant, quantity: 3 },
  });
  itemId = _id!;
};
const stock = (quantity: number, availabilityStatus = 'IN_STOCK') => ({
  ...{ _id: itemId, productId: product, variantId: variant, quantity, availabilityStatus },
});
/** An update: its reason, and the item after it. */
const update = (reason: string, quantity: number, status?: string) => [
  { handler: 'updated_with_reason', data: { reason, currentEntity: { quantity } } },
  { handler: 'updated', entity: stock(quantity, status) },
];
const turned = (inStock: boolean) => ({ handler: 'stock_status_updated', data: { inStock } });

interface Step {
  cause: () => Promise<void>;
  heard: () => object[];
}

const story: Record<string, Step> = {
  'created through the items REST': {
    cause: create,
    heard: () => [{ handler: 'created', entity: stock(3) }],
  },
  'an order takes some': {
    cause: () => order('decrement', 1, { orderId: first, reason: 'ORDER_PLACED' }),
    heard: () => update('ORDER', 2),
  },
  'another order takes the rest': {
    cause: () => order('decrement', 2, { orderId: second, reason: 'ORDER_PAID' }),
    heard: () => [turned(false), ...update('ORDER', 0, 'OUT_OF_STOCK')],
  },
  'that order is cancelled': {
    cause: () => order('increment', 2, { orderId: second, reason: 'ORDER_CANCELED' }),
    heard: () => [turned(true), ...update('REVERT_INVENTORY_CHANGE', 2)],
  },
  'an order is edited to more': {
    cause: () => order('decrement', 1, { orderId: edited, reason: 'ORDER_EDITED' }),
    heard: () => update('ORDER', 1),
  },
  'and edited to less': {
    cause: () => order('increment', 1, { orderId: edited, reason: 'ORDER_EDITED' }),
    heard: () => update('REVERT_INVENTORY_CHANGE', 2),
  },
  'adjusted through GraphQL': {
    cause: () => {
      const changes = [{ itemId, delta: 4, compareQuantity: null }];
      const input = { reason: 'RECEIVED', changes };
      return mutate('inventoryAdjustQuantities', 'InventoryAdjustQuantitiesInput', input);
    },
    heard: () => update('MANUAL', 6),
  },
  'named through GraphQL': {
    cause: async () => {
      const input = { id: itemId, revision: await revision(), name: 'Lamp' };
      await mutate('inventoryItemUpdate', 'InventoryItemUpdateInput', input);
    },
    heard: () => {
      const [reason, updated] = update('MANUAL', 6);
      return [reason!, { ...updated, entity: { ...stock(6), product: { name: 'Lamp' } } }];
    },
  },
  'set through the items REST': {
    cause: async () => {
      const change = { revision: await revision(), quantity: 0 };
      await rest().updateInventoryItem(itemId, change, { reason: 'MANUAL' });
    },
    heard: () => [turned(false), ...update('MANUAL', 0, 'OUT_OF_STOCK')],
  },
  'deleted through GraphQL': {
    cause: () => {
      return mutate('inventoryItemsDelete', 'InventoryItemsDeleteInput', {
        items: [{ id: itemId }],
      });
    },
    heard: () => [{ handler: 'deleted', entity: stock(0, 'OUT_OF_STOCK') }],
  },
  'created again': {
    cause: create,
    heard: () => [{ handler: 'created', entity: { ...stock(3), revision: '1' } }],
  },
  'an order takes all of it': {
    cause: () => order('decrement', 3, { orderId: randomUUID(), reason: 'ORDER_PLACED' }),
    heard: () => [turned(false), ...update('ORDER', 0, 'OUT_OF_STOCK')],
  },
  'deleted through the items REST': {
    cause: async () => {
      await rest().deleteInventoryItem(itemId);
    },
    heard: () => [{ handler: 'deleted', entity: stock(0, 'OUT_OF_STOCK') }],
  },
};

test.each(Object.entries(story))('%s', async (_what, step) => {
  const id = itemId;
  await step.cause();
  if (id !== '') expect(itemId).toBe(id);
  const expected = step.heard();
  expect(await heard(expected.length)).toMatchObject(expected);
});

test('each type of Wix was heard, and nothing twice', () => {
  const handlers = new Set(sdk.handled.map(({ handler }) => handler));
  expect([...handlers].sort()).toEqual([
    'created',
    'deleted',
    'stock_status_updated',
    'updated',
    'updated_with_reason',
  ]);
  const ids = to.calls.map(({ event }) => event.id);
  expect(new Set(ids).size).toBe(told);
  expect(ids).toHaveLength(told);
});

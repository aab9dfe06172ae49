import { randomUUID } from 'node:crypto';
import { keys } from '../../src/redis/keys';
import { startBareServer, type BareServer } from '../support/bareServer';
import { startGraphqlHub, type GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';

/*
 * What an operation asks of Redis does not grow with what it shows: no item, location or movement
 * line costs a command of its own. A server of this file's own counts.
 */

let server: BareServer;
let hub: GraphqlHub;

beforeAll(async () => {
  server = await startBareServer();
  hub = await startGraphqlHub({ socketPath: server.socketPath });
});
afterAll(async () => {
  await hub.close();
  await server.stop();
});

async function commandCount(): Promise<Record<string, number>> {
  const stats = await hub.redis.info('commandstats');
  const rows = [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)];
  return Object.fromEntries(
    rows.filter(([, name]) => name !== 'info').map(([, name, calls]) => [name!, Number(calls)]),
  );
}

/** How often each command is called while something is done. */
async function commandsOf(action: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await commandCount();
  await action();
  const after = await commandCount();
  const more = Object.entries(after).map(([name, calls]) => [name, calls - (before[name] ?? 0)]);
  return Object.fromEntries(more.filter(([, calls]) => calls !== 0)) as Record<string, number>;
}

const LOCATION = 'location { name isDefault revision }';
const LINES = `lines { quantityAfter item { sku quantity ${LOCATION} } }`;

/** Fifty items of one product, each at a location of its own. */
async function fifty(): Promise<{ productId: string; ids: string[] }> {
  const productId = randomUUID();
  const ids = await hub.addItems(
    Array.from({ length: 50 }, (_, i) => ({
      productId,
      variantId: randomUUID(),
      locationId: randomUUID(),
      quantity: 100,
      sku: `S${i}`,
    })),
  );
  return { productId, ids };
}

test('a page of items with their locations', async () => {
  await fifty();
  const page = (first: number) => () =>
    hub.run(
      `query ($first: Int) { inventoryItems(first: $first, filter: { tracked: true }) {
        totalCount nodes { id sku ${LOCATION} } edges { cursor node { ${LOCATION} } }
      } }`,
      { first },
    );
  await page(1)();
  const one = await commandsOf(page(1));
  expect(await commandsOf(page(50))).toEqual(one);
  // Whether the ledger has news, the locations, and the settings another process may have changed.
  expect(one).toEqual({ hmget: 1, hgetall: 1, get: 1 });
  const plain = () => hub.run('{ inventoryItems(first: 50) { totalCount nodes { id sku } } }');
  expect(await commandsOf(plain)).toEqual({ hmget: 1 });
});

test('items one by one, in one operation', async () => {
  const { ids } = await fifty();
  const items = (count: number) => () => {
    const fields = ids.slice(0, count).map((id, i) => `i${i}: inventoryItem(id: "${id}") { ...I }`);
    return hub.run(`query { ${fields.join(' ')} } fragment I on InventoryItem { sku ${LOCATION} }`);
  };
  await items(1)();
  expect(await commandsOf(items(25))).toEqual(await commandsOf(items(1)));
});

test('the stock of a product', async () => {
  const { productId } = await fifty();
  const single = randomUUID();
  await hub.addItem({ productId: single, quantity: 1 });
  const stock = (id: string) => () =>
    hub.run(
      `query ($id: ID!) {
        productInventory(productId: $id) { totalQuantity items { ${LOCATION} } }
      }`,
      { id },
    );
  await stock(single)();
  expect(await commandsOf(stock(productId))).toEqual(await commandsOf(stock(single)));
});

test('the lines of a movement, with their items and locations', async () => {
  const { ids } = await fifty();
  const adjust = (count: number) => () =>
    hub.run(
      `mutation ($input: InventoryAdjustQuantitiesInput!) {
        inventoryAdjustQuantities(input: $input) { userErrors { code } movement { ${LINES} } }
      }`,
      {
        input: {
          reason: 'RECEIVED',
          changes: ids.slice(0, count).map((itemId) => ({
            itemId,
            delta: 1,
            compareQuantity: null,
          })),
        },
      },
    );
  await adjust(1)();
  expect(await commandsOf(adjust(50))).toEqual(await commandsOf(adjust(1)));
});

test('an order with its items and the lines of its movements', async () => {
  const products = Array.from({ length: 50 }, () => randomUUID());
  await hub.addItems(products.map((productId) => ({ productId, quantity: 9 })));
  const [small, large] = [randomUUID(), randomUUID()];
  await hub.call('decrement', [line(products[0]!, 1)], { orderId: small });
  const lines = products.map((product) => line(product, 1));
  await hub.call('decrement', lines, { orderId: large });
  const order = (orderId: string) => () =>
    hub.run(
      `query ($id: ID!) { order(orderId: $id) {
        items { taken item { sku ${LOCATION} } } movements { ${LINES} }
      } }`,
      { id: orderId },
    );
  await order(small)();
  expect(await commandsOf(order(large))).toEqual(await commandsOf(order(small)));
});

test('50 items created, changed and deleted', async () => {
  const write = async (count: number) => {
    const items = Array.from({ length: count }, () => ({ productId: randomUUID(), quantity: 1 }));
    const created = await hub.run<{
      inventoryItemsCreate: { items: { id: string; revision: string }[]; userErrors: object[] };
    }>(
      `mutation ($input: InventoryItemsCreateInput!) { inventoryItemsCreate(input: $input) {
        items { id revision ${LOCATION} } userErrors { message }
      } }`,
      { input: { items } },
    );
    expect(created.inventoryItemsCreate.userErrors).toEqual([]);
    const known = created.inventoryItemsCreate.items.map(({ id, revision }) => ({ id, revision }));
    const updated = await hub.run(
      `mutation ($input: InventoryItemsUpdateInput!) { inventoryItemsUpdate(input: $input) {
        items { ${LOCATION} } userErrors { message }
      } }`,
      { input: { items: known.map((item) => ({ ...item, name: 'Cup' })) } },
    );
    expect(updated).toMatchObject({ inventoryItemsUpdate: { userErrors: [] } });
    await hub.run(
      `mutation ($input: InventoryItemsDeleteInput!) { inventoryItemsDelete(input: $input) {
        deletedIds
      } }`,
      { input: { items: known.map(({ id }) => ({ id })) } },
    );
  };
  await write(1);
  expect(await commandsOf(() => write(50))).toEqual(await commandsOf(() => write(1)));
});

/** Commands without the steps that a script takes back through the ledger. */
async function commandsBesideSteps(action: () => Promise<unknown>) {
  return { ...(await commandsOf(action)), xrange: undefined };
}

test('the histories of items, and their stock at a moment', async () => {
  const { ids } = await fifty();
  const histories = (count: number, page: string) => () =>
    hub.run(
      `query ($ids: [ID!]) { inventoryItems(first: 50, filter: { ids: $ids }) {
        nodes { history(${page}) { nodes { id delta } } }
      } }`,
      { ids: ids.slice(0, count) },
    );
  const strange = `after: "${Date.now()}-9999", first: 3`;
  for (const page of ['first: 3', 'first: 3, oldestFirst: true', strange]) {
    await histories(1, page)();
    const one = await commandsBesideSteps(histories(1, page));
    expect(await commandsBesideSteps(histories(50, page))).toEqual(one);
  }
  const stockAt = (count: number) => () =>
    hub.run(`query ($ids: [ID!]!) { stockAt(itemIds: $ids) { quantity item { ${LOCATION} } } }`, {
      ids: ids.slice(0, count),
    });
  await stockAt(1)();
  expect(await commandsBesideSteps(stockAt(50))).toEqual(await commandsBesideSteps(stockAt(1)));
});

test('movements with their lines, items and locations', async () => {
  await fifty();
  const movements = (first: number) => () =>
    hub.run(`query ($first: Int!) { movements(first: $first) { nodes { ${LINES} } } }`, { first });
  await movements(1)();
  expect(await commandsOf(movements(5))).toEqual(await commandsOf(movements(1)));
});

test('how delivery to receivers goes', async () => {
  const { tenantId, redis } = hub;
  const ids = Array.from({ length: 6 }, () => randomUUID());
  for (const [i, id] of ids.entries()) {
    const stored = { url: 'http://127.0.0.1:9', enabled: true, revision: 1, createdDate: i };
    await redis.hset(keys.webhooks(tenantId), id, JSON.stringify(stored));
    await redis.hset(keys.webhookState(tenantId, id), 'cursor', '0-0', 'consecutiveFailures', i);
  }
  const ask = async (field: string) => hub.run(`{ ${field} { health { consecutiveFailures } } }`);
  const one = await commandsOf(() => ask(`webhookSubscription(id: "${ids[0]!}")`));
  const all = await commandsOf(() => ask('webhookSubscriptions'));
  // Each has three keys; where the ledger ends is asked once.
  expect(one).toEqual({ hgetall: 1 + 1, hlen: 2, xrevrange: 1 });
  expect(all).toEqual({ hgetall: 1 + 6, hlen: 2 * 6, xrevrange: 1 });
  expect(await ask('webhookSubscriptions')).toEqual({
    webhookSubscriptions: ids.map((_, i) => ({ health: { consecutiveFailures: i } })),
  });
});

test('a stock take of 50 items', async () => {
  const { ids } = await fifty();
  const count = (lines: number) => () =>
    hub.run(
      `mutation ($input: InventoryCountInput!) { inventoryCount(input: $input) {
        lines { difference presentQuantity item { ${LOCATION} } } userErrors { code }
      } }`,
      {
        input: {
          lines: ids.slice(0, lines).map((itemId) => ({ itemId, countedQuantity: 90 + lines })),
        },
      },
    );
  await count(2)();
  expect(await commandsBesideSteps(count(50))).toEqual(await commandsBesideSteps(count(1)));
});

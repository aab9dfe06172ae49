import { randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { Subscriber, type LiveTarget } from '../support/liveClient';
import { line } from '../support/pluginHub';
import { change } from './changes';

const hub = graphqlHub();
const startHub = graphqlHubs();
const subscribers: Subscriber[] = [];

async function subscribe(variables: object = {}, target: Partial<LiveTarget> = {}) {
  const { url, allScopes: token } = hub();
  const subscriber = new Subscriber({ url, token, ...target }, variables);
  subscribers.push(subscriber);
  return subscriber.begun();
}

afterEach(async () => {
  await Promise.all(subscribers.splice(0).map((each) => each.stop()));
});

/** A hub of its own tenant, so that nothing of other tests is seen. */
async function ownHub(): Promise<GraphqlHub> {
  return startHub();
}

describe('inventoryChanged', () => {
  test('tells of a plugin call, as of that movement', async () => {
    const product = randomUUID();
    const id = await hub().addItem({ productId: product, quantity: 5, lowStockThreshold: 3 });
    const subscriber = await subscribe();
    expect(subscriber.messages).toMatchObject([{ movement: null, changes: [] }]);
    const orderId = randomUUID();
    expect((await hub().call('decrement', [line(product, 2)], { orderId })).status).toBe(200);
    expect((await hub().call('decrement', [line(product, 3)])).status).toBe(200);
    const [first, second] = await subscriber.told(2);
    expect(first).toMatchObject({
      movement: { operation: 'DECREMENT', orderId },
      changes: [
        {
          itemId: id,
          delta: -2,
          quantityAfter: 3,
          statusBefore: 'IN_STOCK',
          statusAfter: 'IN_STOCK',
          fellLow: true,
          item: { id, quantity: 3, available: 3, productId: product },
        },
      ],
    });
    expect(first!.cursor).toBe(first!.movement!.id);
    expect(second).toMatchObject({
      changes: [{ delta: -3, statusAfter: 'OUT_OF_STOCK', item: { quantity: 0 } }],
    });
  });

  test('tells of changes made by GraphQL, of edits, and of the end of an item', async () => {
    const id = await hub().addItem({ name: 'Mug', quantity: 1 });
    const subscriber = await subscribe({ filter: { itemIds: [id.toUpperCase()] } });
    const changes = [{ itemId: id, delta: 4, compareQuantity: null }];
    expect((await change(hub(), 'adjust', { changes })).userErrors).toEqual([]);
    await hub().run(
      `mutation ($id: ID!) {
        inventoryItemUpdate(input: { id: $id, revision: "2", name: "Cup" }) {
          userErrors { code message }
        }
      }`,
      { id },
    );
    await hub().run(
      'mutation ($id: ID!) { inventoryItemDelete(input: { id: $id }) { userErrors { code } } }',
      { id },
    );
    const told = await subscriber.told(3);
    expect(told.map(({ movement }) => movement!.operation)).toEqual(['ADJUST', 'UPDATE', 'DELETE']);
    expect(told.map(({ changes: [only] }) => only!.item.name)).toEqual(['Mug', 'Cup', 'Cup']);
    expect(told[2]!.changes[0]).toMatchObject({ quantityAfter: null, statusAfter: null });
  });

  test('tells of what another process does', async () => {
    const product = randomUUID();
    await hub().addItem({ productId: product, quantity: 5 });
    const other = await startHub({ tenantId: hub().tenantId });
    const subscriber = await subscribe();
    expect((await other.call('decrement', [line(product, 1)])).status).toBe(200);
    const [told] = await subscriber.told(1);
    expect(told).toMatchObject({ changes: [{ quantityAfter: 4 }] });
  });
});

describe('the filter', () => {
  test('leaves out what does not pass it, line by line', async () => {
    const own = await ownHub();
    const [here, there] = [randomUUID(), randomUUID()];
    await own.run(
      `mutation ($id: ID!) {
        locationCreate(input: { id: $id, name: "Back" }) { userErrors { code } }
      }`,
      { id: there },
    );
    const ids = await own.addItems([
      { productId: here, quantity: 9 },
      { productId: here, quantity: 9, locationId: there },
      { quantity: 2 },
      { tracked: false, inStock: true },
    ]);
    const { url, allScopes: token } = own;
    const open = (filter: object) => subscribe({ filter }, { url, token });
    const byItems = await open({ itemIds: [ids[0], ids[2]] });
    const byProduct = await open({ productIds: [here] });
    const byLocation = await open({ locationIds: [there] });
    const byUnits = await open({ availableAtMost: 3 });
    const both = await open({ productIds: [here], availableAtMost: 5 });
    const none = await open({ itemIds: [] });
    const all = await open({});
    const adjust = async (itemId: string, delta: number) => {
      const changes = [{ itemId, delta, compareQuantity: null }];
      expect((await change(own, 'adjust', { changes })).userErrors).toEqual([]);
    };
    const every = [ids[0]!, ids[1]!, ids[2]!].map((itemId) => ({
      itemId,
      delta: -1,
      compareQuantity: null,
    }));
    expect((await change(own, 'adjust', { changes: every })).userErrors).toEqual([]);
    await adjust(ids[0]!, -5);
    await all.told(2);
    const seen = async (subscriber: Subscriber, count: number) =>
      (await subscriber.told(count)).map(({ changes }) => changes.map((each) => each.itemId));
    expect((await seen(byItems, 2)).map((each) => each.sort())).toEqual([
      [ids[0]!, ids[2]!].sort(),
      [ids[0]],
    ]);
    expect((await seen(byProduct, 2)).map((each) => each.sort())).toEqual([
      [ids[0]!, ids[1]!].sort(),
      [ids[0]],
    ]);
    expect(await seen(byLocation, 1)).toEqual([[ids[1]]]);
    expect(await seen(byUnits, 2)).toEqual([[ids[2]], [ids[0]]]);
    expect(await seen(both, 1)).toEqual([[ids[0]]]);
    expect(none.movements).toEqual([]);
  });

  const many = Array.from({ length: 1001 }, () => 'p');
  test.each([
    ['filter.itemIds[0] must be a GUID', { itemIds: ['x'] }],
    ['filter.locationIds[0] must be a GUID', { locationIds: ['x'] }],
    ['filter.availableAtMost must be -1000000000..1000000000', { availableAtMost: 1e9 + 1 }],
    ['filter must be at most 1000 list entries', { productIds: many }],
  ])('%s', async (message, filter) => {
    const { url, allScopes: token } = hub();
    const subscriber = new Subscriber({ url, token }, { filter });
    subscribers.push(subscriber);
    expect(await subscriber.ended).toEqual([
      {
        message: expect.stringContaining(message) as string,
        path: ['inventoryChanged'],
        locations: expect.anything() as object,
        extensions: { code: 'INVALID_INPUT' },
      },
    ]);
  });
});

describe('another tenant', () => {
  test('is never seen, whatever is asked for', async () => {
    const other = await ownHub();
    const product = randomUUID();
    const theirs = await other.addItem({ productId: product, quantity: 5, name: 'theirs' });
    const mine = await hub().addItem({ quantity: 5 });
    // On the hub of the other tenant, with a token of mine.
    const { url } = other;
    const wide = await subscribe({}, { url });
    const narrow = await subscribe({ filter: { itemIds: [theirs, mine] } }, { url });
    expect((await other.call('decrement', [line(product, 1)])).status).toBe(200);
    const changes = [{ itemId: mine, delta: 1, compareQuantity: null }];
    expect((await change(hub(), 'adjust', { changes })).userErrors).toEqual([]);
    for (const subscriber of [wide, narrow]) {
      const told = await subscriber.told(1);
      expect(told.map((each) => each.changes.map(({ itemId }) => itemId))).toEqual([[mine]]);
    }
    const cursor = (await other.ledger()).at(-1)!.id;
    const stolen = new Subscriber({ url, token: hub().allScopes }, { after: cursor });
    subscribers.push(stolen);
    expect(await stolen.ended).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });
});

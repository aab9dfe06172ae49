import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { HISTORY, history, itemWithPast, MOVEMENTS, movements, refusalsOf } from './shownHistory';

const hub = graphqlHub();

let productId: string;
let itemId: string;
let orderId: string;
beforeAll(async () => {
  ({ productId, itemId, orderId } = await itemWithPast(hub()));
});

describe("an item's history", () => {
  test('tells each movement, newest first', async () => {
    const { nodes, edges, pageInfo } = await history(hub(), { id: itemId });
    expect(nodes).toMatchObject([
      {
        operation: 'ADJUST',
        reason: 'RECEIVED',
        reference: 'urn:delivery:1',
        actor: 'user:test',
        orderId: null,
        asOf: null,
        delta: 5,
        quantityAfter: 5,
        reservedAfter: 0,
        availableAfter: 5,
        statusBefore: 'PREORDER',
        statusAfter: 'IN_STOCK',
        revision: '3',
      },
      {
        operation: 'DECREMENT',
        orderId,
        units: -12,
        delta: -10,
        preorderDelta: 2,
        quantityAfter: 0,
        statusBefore: 'IN_STOCK',
        statusAfter: 'PREORDER',
        created: false,
        shortfall: false,
      },
      { operation: 'IMPORT', delta: 10, statusBefore: null, created: true, revision: '1' },
    ]);
    expect(edges.map(({ cursor }) => cursor)).toEqual(nodes.map(({ id }) => id));
    expect(pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: nodes[0]!.id,
      endCursor: nodes[2]!.id,
    });
  });

  test('in pages, in both directions', async () => {
    const all = (await history(hub(), { id: itemId })).nodes.map(({ id }) => id);
    const one = await history(hub(), { id: itemId, first: 2 });
    expect([one.nodes.map(({ id }) => id), one.pageInfo.hasNextPage]).toEqual([
      all.slice(0, 2),
      true,
    ]);
    const two = await history(hub(), { id: itemId, first: 2, after: one.pageInfo.endCursor });
    expect(two.nodes.map(({ id }) => id)).toEqual(all.slice(2));
    expect(two.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const forth = await history(hub(), { id: itemId, first: 2, oldestFirst: true });
    expect(forth.nodes.map(({ id }) => id)).toEqual([all[2], all[1]]);
    const end = await history(hub(), { id: itemId, after: all[1], oldestFirst: true });
    expect(end.nodes.map(({ id }) => id)).toEqual([all[0]]);
  });

  test('after a movement of another item it goes on all the same', async () => {
    await hub().addItem({ quantity: 1 });
    const { nodes } = await movements(hub(), { first: 1 });
    const found = await history(hub(), { id: itemId, after: nodes[0]!.id });
    expect(found.nodes).toHaveLength(3);
  });

  test('what breaks a bound is refused', async () => {
    for (const variables of [{ first: 0 }, { first: 251 }, { after: 'x' }, { after: '1-x' }]) {
      const [refusal] = await refusalsOf(hub(), HISTORY, { id: itemId, ...variables });
      expect(refusal![0]).toBe('INVALID_INPUT');
    }
  });
});

describe('movements', () => {
  test('of a product, a location, an order, a reason, an operation, an actor', async () => {
    const locationId = randomUUID();
    const elsewhere = await hub().addItem({ productId, locationId, quantity: 1 });
    await hub().addItem({ quantity: 3 });
    const found = async (filter: object) =>
      (await movements(hub(), { filter })).nodes.map(({ operation }) => operation);
    expect(await found({ productIds: [productId] })).toEqual([
      'IMPORT',
      'ADJUST',
      'DECREMENT',
      'IMPORT',
    ]);
    expect(await found({ locationIds: [locationId] })).toEqual(['IMPORT']);
    expect(await found({ orderId: orderId.toUpperCase() })).toEqual(['DECREMENT']);
    expect(await found({ itemIds: [itemId], reasons: ['RECEIVED'] })).toEqual(['ADJUST']);
    expect(await found({ itemIds: [itemId, elsewhere] })).toHaveLength(4);
    expect(await found({ productIds: [productId], operations: ['DECREMENT'] })).toHaveLength(1);
    expect(await found({ actor: 'user:test' })).toEqual(['ADJUST']);
    expect(await found({ time: { to: '2020-01-01T00:00:00Z' } })).toEqual([]);
    expect(await found({ time: { from: '1960-01-01T00:00:00Z' }, orderId })).toHaveLength(1);
    for (const name of ['itemIds', 'productIds', 'locationIds', 'reasons', 'operations']) {
      expect([name, await found({ [name]: [] })]).toEqual([name, []]);
    }
  });

  test('of an item that was deleted', async () => {
    const id = await hub().addItem({ productId: randomUUID(), quantity: 1 });
    await hub().run(
      'mutation ($id: ID!) { inventoryItemDelete(input: { id: $id }) { deletedIds } }',
      { id },
    );
    const { nodes } = await movements(hub(), { filter: { itemIds: [id] } });
    expect(nodes.map(({ operation }) => operation)).toEqual(['DELETE', 'IMPORT']);
  });

  test('what breaks a bound is refused, and says where', async () => {
    expect(await refusalsOf(hub(), MOVEMENTS, { filter: { itemIds: [itemId, 'x'] } })).toEqual([
      ['INVALID_INPUT', 'filter.itemIds[1] must be a GUID, got "x"'],
    ]);
    const ids = Array.from({ length: 1001 }, () => randomUUID());
    expect(await refusalsOf(hub(), MOVEMENTS, { filter: { itemIds: ids } })).toEqual([
      ['INVALID_INPUT', 'filter must be at most 1000 list entries, got 1001'],
    ]);
    for (const variables of [{ first: 0 }, { first: 251 }, { after: '+' }, { after: '(1-1' }]) {
      expect((await refusalsOf(hub(), MOVEMENTS, variables))[0]![0]).toBe('INVALID_INPUT');
    }
  });

  test('searches cost points: not many in one operation', async () => {
    const search = Array.from({ length: 10 }, (_, i) => `m${i}: movements { nodes { id } }`);
    const { errors } = await hub().query(`{ ${search.join(' ')} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }]);
  });
});

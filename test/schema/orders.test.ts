import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';

const hub = graphqlHub();

const ORDER = `query ($id: ID!) { order(orderId: $id) {
  orderId
  items { itemId taken returned preordered item { quantity } }
  movements {
    operation reason orderId actor
    lines { itemId units delta preorderDelta quantityAfter shortfall overReturn ignored }
  }
} }`;
const orderOf = async (id: string) => (await hub().run(ORDER, { id }))['order'];

describe('order', () => {
  test('tells what it took, gave back and has on preorder, with its movements', async () => {
    const [productId, orderId] = [randomUUID(), randomUUID()];
    const id = await hub().addItem({
      productId,
      quantity: 4,
      preorderEnabled: true,
      preorderLimit: 10,
    });
    const untracked = randomUUID();
    const ebook = await hub().addItem({ productId: untracked, tracked: false, inStock: true });
    const call = (method: 'decrement' | 'increment', items: object[], reason: string) =>
      hub().call(method, items, { orderId, reason });
    await call('decrement', [line(productId, 6), line(untracked, 2)], 'ORDER_PLACED');
    await call('increment', [line(productId, 3)], 'ORDER_REFUNDED');
    const marks = { shortfall: false, overReturn: false, ignored: false };
    const common = { orderId, actor: 'member:m-1' };
    expect(await orderOf(orderId.toUpperCase())).toEqual({
      orderId,
      items: [
        { itemId: id, taken: 6, returned: 3, preordered: 0, item: { quantity: 1 } },
        { itemId: ebook, taken: 2, returned: 0, preordered: 0, item: { quantity: null } },
      ],
      movements: [
        {
          ...common,
          operation: 'DECREMENT',
          reason: 'ORDER_PLACED',
          lines: [
            { itemId: id, units: -6, delta: -4, preorderDelta: 2, quantityAfter: 0, ...marks },
            { itemId: ebook, units: -2, delta: 0, preorderDelta: 0, quantityAfter: 0, ...marks },
          ],
        },
        {
          ...common,
          operation: 'INCREMENT',
          reason: 'ORDER_REFUNDED',
          lines: [
            { itemId: id, units: 3, delta: 1, preorderDelta: -2, quantityAfter: 1, ...marks },
          ],
        },
      ],
    });
  });

  test('an order nobody named is null, and what is no GUID is refused', async () => {
    expect(await orderOf(randomUUID())).toBeNull();
    const { errors } = await hub().query(ORDER, { id: '10001' });
    expect(errors).toMatchObject([
      { message: 'orderId must be a GUID, got "10001"', extensions: { code: 'INVALID_INPUT' } },
    ]);
  });

  test('a deleted item is null, its numbers stay', async () => {
    const [productId, orderId] = [randomUUID(), randomUUID()];
    const id = await hub().addItem({ productId, quantity: 4 });
    await hub().call('decrement', [line(productId, 1)], { orderId });
    await hub().run(
      `mutation ($id: ID!) { inventoryItemDelete(input: { id: $id }) { deletedIds } }`,
      { id },
    );
    expect(await orderOf(orderId)).toMatchObject({
      items: [{ itemId: id, taken: 1, item: null }],
      movements: [{ lines: [{ itemId: id, quantityAfter: 3 }] }],
    });
  });
});

import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { createItem, expectClean, placesOf, updateItem, updateItems } from './editing';

const hub = graphqlHub();
afterEach(() => expectClean(hub()));

const newItem = async (values: object = {}) => {
  const { item } = await createItem(hub(), { productId: randomUUID(), quantity: 5, ...values });
  return item!;
};
const itemNow = async (id: string) => {
  const query = `query ($id: ID!) { inventoryItem(id: $id) { quantity name revision } }`;
  return (await hub().run(query, { id }))['inventoryItem'];
};

test('an update never says the quantity of a tracked item: a movement does', async () => {
  const { id } = await newItem();
  const untracked = await newItem({ quantity: null, inStock: true });
  const ledger = (await hub().ledger()).length;
  for (const quantity of [5, 6, 0]) {
    const { item, userErrors } = await updateItem(hub(), { id, revision: '1', quantity });
    expect(item).toBeNull();
    expect(placesOf(userErrors)).toEqual([['INVALID_INPUT', 'input.quantity']]);
    expect(userErrors[0]!.message).toBe(
      'quantity must be absent: the item is tracked; inventorySetQuantities and ' +
        `inventoryAdjustQuantities change it, got ${quantity}`,
    );
  }
  const rows = [
    { id, revision: '1', quantity: 6, name: 'x' },
    { id: untracked.id, revision: '1', quantity: 7 },
  ];
  const all = await updateItems(hub(), rows);
  expect(placesOf(all.userErrors)).toEqual([['INVALID_INPUT', 'input.items.0.quantity']]);
  expect(await hub().ledger()).toHaveLength(ledger);
  const some = await updateItems(hub(), rows, { errorPolicy: 'REJECT_FAILED_ROWS' });
  expect(placesOf(some.userErrors)).toEqual(placesOf(all.userErrors));
  expect(some.items).toMatchObject([null, { tracked: true, quantity: 7, revision: '2' }]);
  expect(await itemNow(id)).toEqual({ quantity: 5, name: null, revision: '1' });
  const off = await updateItem(hub(), { id, revision: '1', inStock: false });
  expect(off.item).toMatchObject({ tracked: false, quantity: null });
});

import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { createItem, deleteItem, expectClean, placesOf, updateItem, updateItems } from './editing';

const hub = graphqlHub();
afterEach(() => expectClean(hub()));

const newItem = async (values: object = {}) => {
  const input = { productId: randomUUID(), quantity: 5, ...values };
  const { item, userErrors } = await createItem(hub(), input);
  expect(userErrors).toEqual([]);
  return item!;
};
const itemNow = async (id: string) => {
  const query = `query ($id: ID!) { inventoryItem(id: $id) { quantity name revision } }`;
  return (await hub().run(query, { id }))['inventoryItem'];
};

test('a token that only reads changes nothing', async () => {
  const { id } = await newItem();
  const token = await hub().signToken(['inventory:read']);
  const refused = (name: string, type: string, input: object) =>
    hub().query(
      `mutation ($i: ${type}!) { ${name}(input: $i) { userErrors { code } } }`,
      { i: input },
      { token },
    );
  const item = { productId: 'p', quantity: 1 };
  const answers = await Promise.all([
    refused('inventoryItemCreate', 'InventoryItemCreateInput', item),
    refused('inventoryItemsCreate', 'InventoryItemsCreateInput', { items: [item] }),
    refused('inventoryItemUpdate', 'InventoryItemUpdateInput', { id, revision: '1', name: 'x' }),
    refused('inventoryItemsUpdate', 'InventoryItemsUpdateInput', { items: [] }),
    refused('inventoryItemDelete', 'InventoryItemDeleteInput', { id }),
    refused('inventoryItemsDelete', 'InventoryItemsDeleteInput', { items: [{ id }] }),
  ]);
  for (const { errors } of answers)
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect(await itemNow(id)).toMatchObject({ revision: '1' });
});

test("another tenant's items are out of reach", async () => {
  const productId = randomUUID();
  const { id } = await newItem({ productId, name: 'Ours' });
  const token = await hub().signToken(['inventory:admin'], { tenantId: randomUUID() });
  const values = { id, revision: '1', name: 'Theirs' };
  const update = await updateItem(hub(), values, { token });
  expect(placesOf(update.userErrors)).toEqual([['UNKNOWN_ITEM', 'input.id']]);
  const some = { token, errorPolicy: 'REJECT_FAILED_ROWS' } as const;
  expect((await updateItems(hub(), [values], some)).items).toEqual([null]);
  const deletion = await deleteItem(hub(), { id }, { token });
  expect(placesOf(deletion.userErrors)).toEqual([['UNKNOWN_ITEM', 'input.id']]);
  const own = await createItem(hub(), { productId, quantity: 9 }, { token });
  expect(own.item!.id).not.toBe(id);
  expect((await deleteItem(hub(), { id: own.item!.id }, { token })).userErrors).toEqual([]);
  expect(await itemNow(id)).toMatchObject({ name: 'Ours', quantity: 5, revision: '1' });
});

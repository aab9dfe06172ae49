import { randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import {
  createItem,
  createItems,
  deleteItem,
  expectClean,
  placesOf,
  updateItem,
  updateItems,
} from './editing';

const hub = graphqlHub();
const startHub = graphqlHubs();
afterEach(() => expectClean(hub()));

const newRow = (values: object = {}) => ({ productId: randomUUID(), quantity: 5, ...values });
const sell = async (productId: string) => {
  expect((await hub().call('decrement', [line(productId, 1)])).status).toBe(200);
};

test('a repeat shows what the call did, whatever became of its items since', async () => {
  const [create, update] = [randomUUID(), randomUUID()];
  const rows = [newRow({ name: 'Cup', extendedFields: { a: { b: 1 } } }), newRow({ sku: 'S' })];
  const created = await createItems(hub(), rows, { key: create });
  const [cup, other] = created.items.map((item) => item!.id) as [string, string];
  await sell(rows[0]!.productId);
  const changes = [
    { id: cup, revision: '2', name: 'Mug', lowStockThreshold: 4 },
    { id: other, revision: '1', sku: null },
  ];
  const updated = await updateItems(hub(), changes, { key: update });
  expect(updated.userErrors).toEqual([]);
  await sell(rows[0]!.productId);
  await updateItem(hub(), { id: other, revision: '2', inStock: true });
  await updateItem(hub(), { id: cup, revision: '4', name: 'Bowl' });
  const check = async () => {
    const at = await startHub({ tenantId: hub().tenantId });
    for (const process of [hub(), at]) {
      const again = await createItems(process, rows, { key: create });
      expect(again).toEqual({ ...created, replayed: true });
      const changed = await updateItems(process, changes, { key: update });
      expect(changed).toEqual({ ...updated, replayed: true });
    }
  };
  await check();
  for (const id of [cup, other]) await deleteItem(hub(), { id });
  await check();
  await createItem(hub(), { ...rows[0], quantity: 77, name: 'Anew' });
  await check();
});

test('a single one, too', async () => {
  const [create, update] = [randomUUID(), randomUUID()];
  const row = newRow({ name: 'Cup' });
  const created = await createItem(hub(), row, { key: create });
  const { id } = created.item!;
  const change = { id, revision: '1', name: 'Mug' };
  const updated = await updateItem(hub(), change, { key: update });
  await deleteItem(hub(), { id });
  expect(await createItem(hub(), row, { key: create })).toEqual({ ...created, replayed: true });
  expect(await updateItem(hub(), change, { key: update })).toEqual({ ...updated, replayed: true });
});

test('a row that changed nothing has no ledger line: it shows the item as it is', async () => {
  const key = randomUUID();
  const [one, other] = [newRow({ name: 'One' }), newRow({ name: 'Other' })];
  const { items } = await createItems(hub(), [one, other]);
  const [a, b] = items.map((item) => item!.id) as [string, string];
  const rows = [
    { id: a, revision: '1', name: 'One' },
    { id: b, revision: '1', name: 'New' },
  ];
  const first = await updateItems(hub(), rows, { key });
  expect(first.items).toMatchObject([
    { name: 'One', revision: '1' },
    { name: 'New', revision: '2' },
  ]);
  await updateItem(hub(), { id: a, revision: '1', name: 'Later' });
  await updateItem(hub(), { id: b, revision: '2', name: 'Later' });
  const again = await updateItems(hub(), rows, { key });
  expect(again.items).toMatchObject([
    { name: 'Later', revision: '2' },
    { name: 'New', revision: '2' },
  ]);
  await deleteItem(hub(), { id: a });
  expect((await updateItems(hub(), rows, { key })).items).toMatchObject([null, { name: 'New' }]);
});

test('the same input in another spelling is a repeat, other input is not', async () => {
  const [create, update] = [randomUUID(), randomUUID()];
  const ids = { variantId: randomUUID(), locationId: randomUUID(), brandId: randomUUID() };
  const categoryIds = [randomUUID(), randomUUID()];
  const row = newRow({ ...ids, categoryIds, extendedFields: { x: { a: 1, b: [1, 2] }, y: {} } });
  const upper = Object.fromEntries(
    Object.entries({ productId: row.productId, ...ids }).map(([name, id]) => [
      name,
      id.toUpperCase(),
    ]),
  );
  const extendedFields = { y: {}, x: { b: [1, 2], a: 1 } };
  const respelled = {
    ...row,
    ...upper,
    categoryIds: categoryIds.map((id) => id.toUpperCase()),
    extendedFields,
  };
  const created = await createItem(hub(), row, { key: create });
  expect(created.userErrors).toEqual([]);
  const repeat = await createItem(hub(), respelled, { key: create });
  expect(repeat).toEqual({ ...created, replayed: true });
  const { id } = created.item!;
  const change = { id, revision: '1', extendedFields: { x: { c: 1, d: 2 } } };
  const updated = await updateItem(hub(), change, { key: update });
  const again = { ...change, id: id.toUpperCase(), extendedFields: { x: { d: 2, c: 1 } } };
  expect(await updateItem(hub(), again, { key: update })).toEqual({ ...updated, replayed: true });
  for (const other of [
    { ...row, extendedFields: { x: { a: 1, b: [2, 1] }, y: {} } },
    { ...row, categoryIds: [...categoryIds].reverse() },
    { ...row, name: row.productId },
  ]) {
    const { userErrors } = await createItem(hub(), other, { key: create });
    expect(placesOf(userErrors)).toEqual([['IDEMPOTENCY_KEY_MISMATCH', null]]);
  }
});

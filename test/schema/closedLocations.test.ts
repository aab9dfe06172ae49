import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { change, ERRORS, type ShownError } from './changes';
import { createItem, createItems, expectClean, placesOf, updateItem } from './editing';

const hub = graphqlHub();
afterEach(() => expectClean(hub()));

interface Answered {
  location: { name: string; active: boolean; revision: number } | null;
  userErrors: ShownError[];
}
const send = async (mutation: string, type: string, input: object): Promise<Answered> => {
  const operation = `mutation ($input: ${type}!) {
    answered: ${mutation}(input: $input) { location { name active revision } ${ERRORS} }
  }`;
  return (await hub().run<{ answered: Answered }>(operation, { input })).answered;
};
const update = (input: object) => send('locationUpdate', 'LocationUpdateInput', input);
const close = async (id: string, revision = 1) => {
  const input = { id, revision };
  const { userErrors } = await send('locationDeactivate', 'LocationDeactivateInput', input);
  expect(userErrors).toEqual([]);
};
const newLocation = async () => {
  const id = randomUUID();
  await send('locationCreate', 'LocationCreateInput', { name: 'Place', id });
  return id;
};
const newRow = (locationId: string) => ({ productId: randomUUID(), quantity: 0, locationId });

test('no item is created at a closed location, and the others are', async () => {
  const [open, closed] = [await newLocation(), await newLocation()];
  await close(closed);
  const single = await createItem(hub(), newRow(closed.toUpperCase()));
  expect(single.item).toBeNull();
  expect(placesOf(single.userErrors)).toEqual([['LOCATION_CLOSED', 'input.locationId']]);
  expect(single.userErrors[0]!.message).toBe(`The location ${closed} is closed.`);
  const rows = [newRow(open), newRow(closed), newRow(randomUUID())];
  const all = await createItems(hub(), rows);
  const places = [['LOCATION_CLOSED', 'input.items.1.locationId']];
  expect([all.items, placesOf(all.userErrors)]).toEqual([[null, null, null], places]);
  const some = await createItems(hub(), rows, { errorPolicy: 'REJECT_FAILED_ROWS' });
  expect(placesOf(some.userErrors)).toEqual(places);
  expect(some.items.map((item) => item?.locationId ?? null)).toEqual([
    open,
    null,
    rows[2]!.locationId,
  ]);
});

test('what is there goes on: edits, corrections, counts and orders', async () => {
  const id = await newLocation();
  const row = newRow(id);
  const key = randomUUID();
  const created = await createItem(hub(), row, { key });
  await close(id);
  expect(await createItem(hub(), row, { key })).toEqual({ ...created, replayed: true });
  const itemId = created.item!.id;
  const any = { itemId, compareQuantity: null };
  const adjusted = await change(hub(), 'adjust', { changes: [{ ...any, delta: 9 }] });
  const set = await change(hub(), 'set', { changes: [{ ...any, quantity: 8 }] });
  expect([adjusted.userErrors, set.userErrors]).toEqual([[], []]);
  const counted = await hub().run<{ inventoryCount: { userErrors: object[] } }>(
    `mutation ($input: InventoryCountInput!) {
      inventoryCount(input: $input) { userErrors { code } }
    }`,
    { input: { lines: [{ itemId, countedQuantity: 7 }] } },
  );
  expect(counted.inventoryCount.userErrors).toEqual([]);
  const sold = await hub().call('decrement', [{ ...line(row.productId, 2), locationId: id }]);
  expect(sold.status).toBe(200);
  expect((await hub().level(row.productId, null, id)).quantity).toBe(5);
  const renamed = await updateItem(hub(), { id: itemId, revision: '5', name: 'Cup' });
  expect(renamed).toMatchObject({ item: { name: 'Cup', quantity: 5 }, userErrors: [] });
});

test('it is opened by an update, and closed by no other mutation than its own', async () => {
  const id = await newLocation();
  await close(id);
  const opened = await update({ id, revision: 2, active: true, name: 'Anew' });
  expect(opened).toEqual({
    location: { name: 'Anew', active: true, revision: 3 },
    userErrors: [],
  });
  expect((await createItem(hub(), newRow(id))).userErrors).toEqual([]);
  const { location, userErrors } = await update({ id, revision: 3, active: false });
  expect(location).toBeNull();
  expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'active'] }]);
  expect(userErrors[0]!.message).toContain('locationDeactivate');
});

test('a change of nothing leaves the revision, but demands the present one', async () => {
  const id = await newLocation();
  const same = { name: 'Place', active: true, revision: 1 };
  for (const input of [{}, { name: 'Place' }, { active: true }, { name: null, active: null }]) {
    expect(await update({ id, revision: 1, ...input })).toEqual({ location: same, userErrors: [] });
  }
  const stale = await update({ id, revision: 2 });
  expect(stale.userErrors).toMatchObject([{ code: 'REVISION_CONFLICT' }]);
  const key = { headers: { 'Idempotency-Key': randomUUID() } };
  const operation = `mutation { locationUpdate(input: { id: "${id}", revision: 1 }) {
    replayed location { name revision }
  } }`;
  const location = { name: 'Place', revision: 1 };
  expect(await hub().run(operation, {}, key)).toEqual({
    locationUpdate: { replayed: false, location },
  });
  await update({ id, revision: 1, name: 'Other' });
  expect(await hub().run(operation, {}, key)).toEqual({
    locationUpdate: { replayed: true, location },
  });
  await close(id, 2);
  await close(id, 3);
  expect((await update({ id, revision: 3 })).location).toMatchObject({ active: false });
});

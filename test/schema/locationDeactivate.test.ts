import { randomUUID } from 'node:crypto';
import { impliedLocationId } from '../../src/core/identity';
import { verifyTenant } from '../../src/inventory/verify';
import { graphqlHub } from '../support/graphqlHub';
import { change, ERRORS, type ShownError } from './changes';
import { walk } from './walk';

const hub = graphqlHub();

interface Deactivated {
  location: { id: string; active: boolean; revision: number } | null;
  transferredItems: number;
  userErrors: ShownError[];
}

const newLocation = async (name = 'Place') => {
  const id = randomUUID();
  await hub().run(
    `mutation ($input: LocationCreateInput!) {
        locationCreate(input: $input) { userErrors { code } }
      }`,
    { input: { name, id } },
  );
  return id;
};
const deactivate = async (input: object): Promise<Deactivated> =>
  (
    await hub().run<{ locationDeactivate: Deactivated }>(
      `mutation ($input: LocationDeactivateInput!) { locationDeactivate(input: $input) {
        transferredItems location { id active revision } ${ERRORS}
      } }`,
      { input: { revision: 1, ...input } },
    )
  ).locationDeactivate;
const refused = async (input: object) => {
  const { location, transferredItems, userErrors } = await deactivate(input);
  expect([location, transferredItems]).toEqual([null, 0]);
  return userErrors.map(({ code, field }) => [code, field]);
};
const stockAt = async (locationId: string) =>
  walk(hub(), { filter: { locationIds: [locationId] }, sort: { field: 'SKU' } });

afterEach(async () => {
  expect((await verifyTenant(hub().inventory, hub().tenantId)).drift).toEqual([]);
});

test('an empty location is closed', async () => {
  const id = await newLocation();
  await hub().addItems([
    { locationId: id, quantity: 0 },
    { locationId: id, tracked: false, inStock: true },
  ]);
  expect(await deactivate({ id: id.toUpperCase() })).toEqual({
    location: { id, active: false, revision: 2 },
    transferredItems: 0,
    userErrors: [],
  });
});

test('stock, owed units too, goes to the other location by movements of both sides', async () => {
  const [from, to] = [await newLocation(), await newLocation()];
  const variantId = randomUUID();
  await hub().addItems([
    { locationId: from, productId: 'cup', variantId, sku: 'A', name: 'Cup', quantity: 7 },
    { locationId: to, productId: 'cup', variantId, sku: 'A', quantity: 5 },
    { locationId: from, sku: 'B', name: 'Bowl', quantity: 3, lowStockThreshold: 2 },
    { locationId: from, sku: 'C', quantity: -4 },
    { locationId: from, sku: 'D', quantity: 0 },
  ]);
  const before = (await hub().ledger()).length;
  const { transferredItems, location, userErrors } = await deactivate({
    id: from,
    transferToLocationId: to.toUpperCase(),
  });
  expect([transferredItems, location!.active, userErrors]).toEqual([3, false, []]);
  expect((await stockAt(from)).map(({ quantity }) => quantity)).toEqual([0, 0, 0, 0]);
  const arrived = (await stockAt(to)).map(({ sku, name, quantity }) => [sku, name, quantity]);
  expect(arrived).toEqual([
    ['A', null, 12],
    ['B', 'Bowl', 3],
    ['C', null, -4],
  ]);
  const moves = (await hub().ledger())
    .slice(before)
    .filter(({ operation }) => operation === 'MOVE');
  expect(moves).toHaveLength(1);
  expect(moves[0]).toMatchObject({ reason: 'TRANSFER', actor: 'user:test' });
  expect(moves[0]!.lines.reduce((sum, { delta }) => sum + delta, 0)).toBe(0);
});

test('stock needs a place to go', async () => {
  const id = await newLocation();
  await hub().addItem({ locationId: id, quantity: 1 });
  const target = ['input', 'transferToLocationId'];
  expect(await refused({ id })).toEqual([['LOCATION_HAS_STOCK', target]]);
  expect(await refused({ id, transferToLocationId: id })).toEqual([['INVALID_INPUT', target]]);
  expect(await refused({ id, transferToLocationId: 'x' })).toEqual([['INVALID_INPUT', target]]);
  const unknown = { id, transferToLocationId: randomUUID() };
  expect(await refused(unknown)).toEqual([['NO_SUCH_LOCATION', target]]);
  const closed = await newLocation();
  await deactivate({ id: closed });
  const toClosed = { id, transferToLocationId: closed };
  expect(await refused(toClosed)).toEqual([['LOCATION_CLOSED', target]]);
  expect((await stockAt(id))[0]!.quantity).toBe(1);
});

test('an unknown location, the default one and a stale revision are refused', async () => {
  expect(await refused({ id: randomUUID() })).toEqual([['NO_SUCH_LOCATION', ['input', 'id']]]);
  const implied = impliedLocationId(hub().tenantId);
  expect(await refused({ id: implied })).toEqual([['NO_SUCH_LOCATION', ['input', 'id']]]);
  const id = await newLocation();
  await hub().run(
    `mutation ($id: ID!) { defaultLocationSet(locationId: $id) { userErrors { code } } }`,
    {
      id,
    },
  );
  expect(await refused({ id })).toEqual([['INVALID_INPUT', ['input', 'id']]]);
  const other = await newLocation();
  const stale = { id: other, revision: 2 };
  expect(await refused(stale)).toEqual([['REVISION_CONFLICT', ['input', 'revision']]]);
});

test('400 items, while they are sold: nothing is lost', async () => {
  const [from, to] = [await newLocation(), await newLocation()];
  const ids = await hub().addItems(
    Array.from({ length: 400 }, () => ({ locationId: from, quantity: 10 })),
  );
  const sales = ids.slice(0, 40).map((itemId) =>
    change(hub(), 'adjust', {
      reason: 'LOST',
      changes: [{ itemId, delta: -1, compareQuantity: null }],
    }),
  );
  const [{ userErrors }, ...sold] = await Promise.all([
    deactivate({ id: from, transferToLocationId: to }),
    ...sales,
  ]);
  expect(userErrors).toEqual([]);
  // Sold before it left, or refused: nothing is left here to take.
  const taken = sold.filter(({ movement }) => movement !== null).length;
  const [here, there] = [await stockAt(from), await stockAt(to)];
  expect(here.filter(({ quantity }) => quantity !== 0)).toEqual([]);
  expect(there.reduce((sum, { quantity }) => sum + quantity!, 0)).toBe(4000 - taken);
});

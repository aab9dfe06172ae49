import { randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs, type TestItem } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { change } from './changes';
import { deleteItem, expectClean, placesOf, type FoundError } from './editing';
import { walk } from './walk';

const hub = graphqlHub();
const startHub = graphqlHubs();
afterEach(() => expectClean(hub()));

interface Closed {
  location: { id: string; active: boolean; revision: number } | null;
  transferredItems: number;
  userErrors: FoundError[];
}

const CLOSE = `mutation ($input: LocationDeactivateInput!) {
  locationDeactivate(input: $input) {
    location { id active revision } transferredItems userErrors { code field message }
  }
}`;
const close = async (id: string, transferToLocationId?: string, revision = 1, at = hub()) => {
  const input = { id, revision, transferToLocationId };
  return (await at.run<{ locationDeactivate: Closed }>(CLOSE, { input })).locationDeactivate;
};
const newLocation = async () => {
  const id = randomUUID();
  await hub().run(
    `mutation ($input: LocationCreateInput!) {
      locationCreate(input: $input) { userErrors { code } }
    }`,
    { input: { name: `Place ${id.slice(0, 4)}`, id } },
  );
  return id;
};
const receive = async (itemId: string, delta: number) => {
  const changes = [{ itemId, delta, compareQuantity: null }];
  const { userErrors } = await change(hub(), 'adjust', { changes });
  expect(userErrors).toEqual([]);
};
const places = () => Promise.all([newLocation(), newLocation()]);
const at = (locationId: string) => walk(hub(), { filter: { locationIds: [locationId] } });
const unitsAt = async (locationId: string) =>
  (await at(locationId)).reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
const itemsAt = (locationId: string, count: number, values: TestItem = {}) =>
  Array.from({ length: count }, (_, i) => ({
    productId: randomUUID(),
    locationId,
    quantity: i + 1,
    ...values,
  }));

describe('what arrives', () => {
  test('is the same thing at the other place: its words, but none of its preorders', async () => {
    const [from, to] = await places();
    const variantId = randomUUID();
    const said = {
      productId: randomUUID(),
      variantId,
      name: 'Cup',
      sku: 'C',
      extendedFields: { a: { b: 1 } },
    };
    const preorders = { quantity: 2, preorderEnabled: true, preorderLimit: 5 };
    const id = await hub().addItem({ ...said, ...preorders, locationId: from });
    const lines = [{ ...line(said.productId, 4, { variantId }), locationId: from }];
    expect((await hub().call('decrement', lines)).status).toBe(200);
    await receive(id, 6);
    expect(await close(from, to)).toMatchObject({ transferredItems: 1, userErrors: [] });
    const left = await hub().level(said.productId, variantId, from);
    expect(left).toMatchObject({ quantity: 0, preorderCounter: 2 });
    const arrived = await hub().level(said.productId, variantId, to);
    expect(arrived).toMatchObject({ quantity: 6, preorderCounter: 0, tracked: true });
    expect(await at(to)).toMatchObject([{ name: 'Cup', sku: 'C', variantId }]);
  });

  test('151 and 301 items go in movements of 150; closing again moves the rest', async () => {
    const [from, to] = await places();
    const ids = await hub().addItems(itemsAt(from, 301));
    const before = (await hub().ledger()).length;
    expect(await close(from, to)).toMatchObject({ transferredItems: 301, userErrors: [] });
    expect([await unitsAt(from), await unitsAt(to)]).toEqual([0, (301 * 302) / 2]);
    const moves = (await hub().ledger()).slice(before).filter((e) => e.operation === 'MOVE');
    expect(moves.map(({ lines }) => lines.length)).toEqual([300, 300, 2]);
    await receive(ids[7]!, 3);
    expect(await close(from, to, 2)).toMatchObject({
      location: { active: false, revision: 2 },
      transferredItems: 1,
    });
    expect([await unitsAt(from), await unitsAt(to)]).toEqual([0, (301 * 302) / 2 + 3]);
  });
});

describe('while others work at the location', () => {
  test('300 sales of 3 hot items and 200 cold ones: nothing is lost or doubled', async () => {
    const [from, to] = await places();
    const cold = itemsAt(from, 200);
    const hot = itemsAt(from, 3, { quantity: 5000 });
    await hub().addItems([...cold, ...hot]);
    const before = await unitsAt(from);
    let closing = true;
    let sold = 0;
    const sell = async (product: string) => {
      for (; closing; sold += 1) {
        const lines = [{ ...line(product, 1), locationId: from }];
        const more = { restrictInventoryValue: false };
        expect((await hub().call('decrement', lines, more)).status).toBe(200);
      }
    };
    const sales = [...hot, ...hot].map(({ productId }) => sell(productId));
    const closed = await close(from, to).finally(() => {
      closing = false;
    });
    await Promise.all(sales);
    expect(closed.userErrors).toEqual([]);
    expect((await unitsAt(from)) + (await unitsAt(to))).toBe(before - sold);
    // What was sold from an empty location is owed there: closing again settles it.
    expect((await close(from, to, 2)).userErrors).toEqual([]);
    expect([await unitsAt(from), await unitsAt(to)]).toEqual([0, before - sold]);
  });

  test('two locations are closed into one at once', async () => {
    const [one, two] = await places();
    const to = await newLocation();
    const products = itemsAt(one, 300);
    await hub().addItems([...products, ...products.map((item) => ({ ...item, locationId: two }))]);
    const other = await startHub({ tenantId: hub().tenantId });
    const closed = await Promise.all([close(one, to), close(two, to, 1, other)]);
    expect(
      closed.map(({ userErrors, transferredItems }) => [userErrors, transferredItems]),
    ).toEqual([
      [[], 300],
      [[], 300],
    ]);
    expect([await unitsAt(one), await unitsAt(two), await unitsAt(to)]).toEqual([0, 0, 300 * 301]);
  });

  test('one location is closed by two at once: one of them does it', async () => {
    const [from, to] = await places();
    await hub().addItems(itemsAt(from, 200));
    const closed = await Promise.all([close(from, to), close(from, to), close(from, to)]);
    expect(closed.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect([await unitsAt(from), await unitsAt(to)]).toEqual([0, (200 * 201) / 2]);
  });

  test('its items are deleted meanwhile', async () => {
    const [from, to] = await places();
    const ids = await hub().addItems(itemsAt(from, 400));
    const [closed, ...deleted] = await Promise.all([
      close(from, to),
      ...ids.slice(300).map((id) => deleteItem(hub(), { id })),
    ]);
    expect(closed.userErrors).toEqual([]);
    expect(deleted.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(await unitsAt(from)).toBe(0);
    expect(await at(from)).toHaveLength(300);
  });
});

describe('what can not be', () => {
  test('stock of an item that is not counted at the other place: nothing is closed', async () => {
    const [from, to] = await places();
    const [first, second] = itemsAt(from, 2);
    const untracked = { tracked: false, inStock: true, locationId: to };
    await hub().addItems([first!, second!, { productId: second!.productId, ...untracked }]);
    const refused = await close(from, to);
    expect(refused).toMatchObject({ location: null, transferredItems: 0 });
    expect(placesOf(refused.userErrors)).toEqual([
      ['ITEM_NOT_TRACKED', 'input.transferToLocationId'],
    ]);
    expect([await unitsAt(from), await unitsAt(to)]).toEqual([3, 0]);
    const again = await close(from, await newLocation());
    expect(again).toMatchObject({ transferredItems: 2, location: { revision: 2 } });
  });

  test('the default location, also when another process made it so', async () => {
    const [from, to] = await places();
    const other = await startHub({ tenantId: hub().tenantId });
    const SET = `mutation ($id: ID!) { defaultLocationSet(locationId: $id) {
      location { id isDefault } userErrors { code field }
    } }`;
    const isDefault = { defaultLocationSet: { location: { id: from, isDefault: true } } };
    expect(await other.run(SET, { id: from })).toMatchObject(isDefault);
    const refused = await close(from, to);
    expect(placesOf(refused.userErrors)).toEqual([['INVALID_INPUT', 'input.id']]);
    await other.run(SET, { id: to });
    expect((await close(from, to)).userErrors).toEqual([]);
    expect(await hub().run(SET, { id: from })).toEqual({
      defaultLocationSet: {
        location: null,
        userErrors: [{ code: 'INVALID_INPUT', field: ['locationId'] }],
      },
    });
  });

  test("another tenant's location, or a token that may only write", async () => {
    const [from, to] = await places();
    const token = await hub().signToken(['inventory:admin'], { tenantId: randomUUID() });
    const input = { id: from, revision: 1, transferToLocationId: to };
    const theirs = await hub().run<{ locationDeactivate: Closed }>(CLOSE, { input }, { token });
    expect(placesOf(theirs.locationDeactivate.userErrors)).toEqual([
      ['NO_SUCH_LOCATION', 'input.id'],
    ]);
    const writer = await hub().signToken(['inventory:write']);
    const { errors } = await hub().query(CLOSE, { input }, { token: writer });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

import { randomUUID } from 'node:crypto';
import { impliedLocationId } from '../../src/core/identity';
import { graphqlHub, graphqlHubs, type GraphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { change, ERRORS, type ShownError } from './changes';

const hub = graphqlHub();
const startHub = graphqlHubs();

const FIELDS = 'revision defaultLocationId unknownItems subscriptionItems reasonCodes';
const settingsOf = async (at: Pick<GraphqlHub, 'run'>) =>
  (await at.run(`query { settings { ${FIELDS} } }`))['settings'];
const update = async (input: object, at: Pick<GraphqlHub, 'run'> = hub()) =>
  (
    await at.run<{ settingsUpdate: { settings: object | null; userErrors: ShownError[] } }>(
      `mutation ($input: SettingsUpdateInput!) {
        settingsUpdate(input: $input) { settings { ${FIELDS} } ${ERRORS} }
      }`,
      { input },
    )
  ).settingsUpdate;

test('are defaults until somebody changes them; what is absent or null stays', async () => {
  const own = await startHub();
  const defaults = {
    revision: 0,
    defaultLocationId: impliedLocationId(own.tenantId),
    unknownItems: 'REJECT',
    subscriptionItems: 'TRACK',
    reasonCodes: [],
  };
  expect(await settingsOf(own)).toEqual(defaults);
  const changed = { ...defaults, revision: 1, unknownItems: 'RECORD' };
  const { settings, userErrors } = await update({ unknownItems: 'RECORD' }, own);
  expect([settings, userErrors]).toEqual([changed, []]);
  const nulls = { defaultLocationId: null, unknownItems: null, subscriptionItems: 'IGNORE' };
  const ignoring = { ...changed, revision: 2, subscriptionItems: 'IGNORE' };
  expect((await update(nulls, own)).settings).toEqual(ignoring);
  const codes = { ...ignoring, revision: 3, reasonCodes: ['expo', 'gift'] };
  expect((await update({ reasonCodes: ['expo', 'gift', 'expo'] }, own)).settings).toEqual(codes);
  expect(await settingsOf(own)).toEqual(codes);
});

test.each<[string, object, string]>([
  ['a location that is none', { defaultLocationId: 'here' }, 'defaultLocationId'],
  ['a reason of 51 characters', { reasonCodes: ['x'.repeat(51)] }, 'reasonCodes'],
  ['a blank reason', { reasonCodes: [' '] }, 'reasonCodes'],
  ['too many reasons', { reasonCodes: Array.from({ length: 201 }, String) }, 'reasonCodes'],
])('%s is refused', async (_name, input, field) => {
  const before = await settingsOf(hub());
  const { settings, userErrors } = await update(input);
  expect(settings).toBeNull();
  expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', field] }]);
  expect(await settingsOf(hub())).toEqual(before);
});

describe('another process follows at once', () => {
  let other: GraphqlHub;
  beforeAll(async () => {
    other = await startHub({ tenantId: hub().tenantId });
    // It has them in its cache now.
    await settingsOf(other);
  });

  test('in what it shows', async () => {
    await update({ unknownItems: 'RECORD' });
    expect(await settingsOf(other)).toEqual(await settingsOf(hub()));
    await update({ unknownItems: 'REJECT' });
    expect(await settingsOf(other)).toMatchObject({ unknownItems: 'REJECT' });
  });

  test('in what a call without a location means, through GraphQL and the plugin', async () => {
    const [productId, locationId] = [randomUUID(), randomUUID()];
    const [before, after] = await hub().addItems([
      { productId, quantity: 5 },
      { productId, locationId, quantity: 5 },
    ]);
    const find = async () => {
      const { inventoryItemByReference: item } = await other.run<{
        inventoryItemByReference: { id: string; location: { isDefault: boolean } };
      }>(
        `query ($reference: CatalogReferenceInput!) {
          inventoryItemByReference(catalogReference: $reference) { id location { isDefault } }
        }`,
        { reference: { ...line(productId, 1).catalogReference } },
      );
      expect(item.location.isDefault).toBe(true);
      return item.id;
    };
    expect(await find()).toBe(before);
    await update({ defaultLocationId: locationId.toUpperCase() });
    expect(await find()).toBe(after);
    expect((await other.call('decrement', [line(productId, 2)])).status).toBe(200);
    expect((await hub().level(productId, null, locationId)).quantity).toBe(3);
    const created = await other.run<{ inventoryItemCreate: { item: { locationId: string } } }>(
      `mutation { inventoryItemCreate(input: { productId: "${randomUUID()}", quantity: 1 }) {
        item { locationId }
      } }`,
    );
    expect(created.inventoryItemCreate.item.locationId).toBe(locationId);
    const places = await other.run<{ locations: { id: string; isDefault: boolean }[] }>(
      'query { locations { id isDefault } }',
    );
    expect(places.locations.filter(({ isDefault }) => isDefault)).toEqual([
      { id: locationId, isDefault: true },
    ]);
  });

  test("in the tenant's own reasons", async () => {
    const id = await hub().addItem({ quantity: 1 });
    const gift = { reason: 'CUSTOM', reasonCode: 'gift' };
    const send = () =>
      change(other, 'adjust', {
        ...gift,
        changes: [{ itemId: id, delta: 1, compareQuantity: null }],
      });
    expect((await send()).userErrors).toMatchObject([{ field: ['input', 'reasonCode'] }]);
    await update({ reasonCodes: ['gift'] });
    expect((await send()).userErrors).toEqual([]);
    await update({ reasonCodes: [] });
    expect((await send()).userErrors).toMatchObject([{ field: ['input', 'reasonCode'] }]);
  });
});

test('8 changes at once are all made, one after another', async () => {
  const before = (await settingsOf(hub())) as { revision: number };
  const other = await startHub({ tenantId: hub().tenantId });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      update({ reasonCodes: [`code ${i}`] }, i % 2 ? other : hub()),
    ),
  );
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  expect(await settingsOf(hub())).toMatchObject({ revision: before.revision + 8 });
});

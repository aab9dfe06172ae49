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
  ['an empty location', { defaultLocationId: '' }, 'defaultLocationId'],
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

describe('changes at once', () => {
  test('60 by two processes are all made, one after another', async () => {
    const before = (await settingsOf(hub())) as { revision: number };
    const other = await startHub({ tenantId: hub().tenantId });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        update({ reasonCodes: [`code ${i}`] }, i % 2 ? other : hub()),
      ),
    );
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(await settingsOf(hub())).toMatchObject({ revision: before.revision + 60 });
  });

  test('one that others are always faster than is told so; a movement never is', async () => {
    const id = await hub().addItem({ quantity: 1 });
    const slow = await startHub({ tenantId: hub().tenantId });
    const { redis } = slow.inventory;
    const save = redis.saveSettingsBuffer.bind(redis);
    let attempts = 0;
    redis.saveSettingsBuffer = async (...args) => {
      attempts += 1;
      const { userErrors } = await update({ lowStockThreshold: attempts % 2 });
      expect(userErrors).toEqual([]);
      return save(...args);
    };
    const { settings, userErrors } = await update({ reasonCodes: ['late'] }, slow);
    expect([settings, attempts]).toEqual([null, 50]);
    expect(userErrors).toMatchObject([{ code: 'SETTINGS_CHANGED', field: null }]);
    const changes = [{ itemId: id, delta: 1, compareQuantity: null }];
    expect((await change(slow, 'adjust', { changes })).userErrors).toEqual([]);
    expect(await settingsOf(hub())).not.toMatchObject({ reasonCodes: ['late'] });
  });

  test('of two editors of one list the later is told, when both say what they saw', async () => {
    const { revision } = (await settingsOf(hub())) as { revision: number };
    const one = await update({ reasonCodes: ['one'], revision });
    expect(one).toMatchObject({ settings: { revision: revision + 1 }, userErrors: [] });
    const other = await update({ reasonCodes: ['other'], revision });
    expect(other.settings).toBeNull();
    expect(other.userErrors).toMatchObject([
      { code: 'REVISION_CONFLICT', field: ['input', 'revision'] },
    ]);
    expect(other.userErrors[0]!.message).toContain(`${revision + 1}`);
    const answers = await Promise.all(
      [1, 2, 3, 4].map((i) => update({ reasonCodes: [`at once ${i}`], revision: revision + 1 })),
    );
    expect(answers.filter(({ settings }) => settings)).toHaveLength(1);
  });
});

test('a change of nothing leaves the revision, and demands the known one', async () => {
  await update({ reasonCodes: ['gift'], unknownItems: 'RECORD' });
  const before = (await settingsOf(hub())) as { revision: number };
  for (const same of [
    {},
    { reasonCodes: ['gift'] },
    { unknownItems: 'RECORD', reasonCodes: ['gift', 'gift'], revision: before.revision },
  ]) {
    expect(await update(same)).toEqual({ settings: before, userErrors: [] });
  }
  const stale = await update({ revision: before.revision + 1 });
  expect(stale.userErrors).toMatchObject([{ code: 'REVISION_CONFLICT' }]);
  const key = randomUUID();
  const keyed = async () =>
    (
      await hub().run<{ settingsUpdate: { settings: object; replayed: boolean } }>(
        `mutation { settingsUpdate(input: {}) { replayed settings { ${FIELDS} } } }`,
        {},
        { headers: { 'Idempotency-Key': key } },
      )
    ).settingsUpdate;
  expect(await keyed()).toEqual({ settings: before, replayed: false });
  await update({ unknownItems: 'REJECT' });
  expect(await keyed()).toEqual({ settings: before, replayed: true });
  const { operation } = await hub().run<{ operation: object }>(
    `{ operation(key: "${key}") { mutation movement { id } } }`,
  );
  expect(operation).toEqual({ mutation: 'settingsUpdate', movement: null });
});

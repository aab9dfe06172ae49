import { randomUUID } from 'node:crypto';
import { keys } from '../../src/redis/keys';
import { keyDigestOf } from '../../src/inventory/keyedInput';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';
import { change } from './changes';
import { createItem, createItems, deleteItems, updateItems } from './editing';

const hub = graphqlHub();
const startHub = graphqlHubs();

interface Told {
  mutation: string;
  recordedAt: string;
  finished: boolean;
  transferredItems: number | null;
  movement: { id: string; operation: string; time: string } | null;
  itemIds: string[];
  locationId: string | null;
  subscriptionId: string | null;
}
const TOLD = `query ($key: String!) { operation(key: $key) {
  mutation recordedAt finished transferredItems movement { id operation time }
  itemIds locationId subscriptionId
} }`;
const told = async (key: string, at = hub()) =>
  (await at.run<{ operation: Told | null }>(TOLD, { key })).operation;
const run = async (key: string, mutation: string, input: unknown) => {
  const [, type] = /\$input: (\S+)\)/.exec(mutation)!;
  expect(type).toBeDefined();
  const send = { headers: { 'Idempotency-Key': key } };
  const data = await hub().run<Record<string, { userErrors: object[] }>>(mutation, { input }, send);
  const [answered] = Object.values(data);
  expect(answered!.userErrors).toEqual([]);
  return answered as unknown as Record<string, unknown>;
};
const nothing = {
  finished: true,
  transferredItems: null,
  movement: null,
  itemIds: [],
  locationId: null,
  subscriptionId: null,
};
const redisTime = async () => {
  const [seconds, microseconds] = await hub().redis.time();
  return seconds! * 1000 + Math.floor(microseconds! / 1000);
};

test('tells of a change of stock which one it was, when, and of which items', async () => {
  const ids = await hub().addItems([{ quantity: 1 }, { quantity: 1 }, { quantity: 1 }]);
  const [key, other] = [randomUUID(), randomUUID()];
  const input = {
    changes: [2, 0, 2].map((i) => ({ itemId: ids[i], delta: 1, compareQuantity: null })),
  };
  const before = await redisTime();
  const { movement } = await change(hub(), 'adjust', input, { key });
  const after = await redisTime();
  const outcome = (await told(key))!;
  expect(outcome).toEqual({
    ...nothing,
    mutation: 'inventoryAdjustQuantities',
    recordedAt: outcome.recordedAt,
    movement: { id: movement!.id, operation: 'ADJUST', time: movement!.time },
    itemIds: [ids[2], ids[0]],
  });
  expect(Date.parse(outcome.recordedAt)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(outcome.recordedAt)).toBeLessThanOrEqual(after);
  const set = { changes: [{ itemId: ids[1], quantity: 8, compareQuantity: null }] };
  await change(hub(), 'set', set, { key: other });
  expect(await told(other)).toMatchObject({
    mutation: 'inventorySetQuantities',
    itemIds: [ids[1]],
  });
});

test('tells of a stock take, also of one that found nothing', async () => {
  const id = await hub().addItem({ quantity: 3 });
  const take = `mutation ($input: InventoryCountInput!) {
    inventoryCount(input: $input) { userErrors { code } }
  }`;
  const [found, same] = [randomUUID(), randomUUID()];
  await run(found, take, { lines: [{ itemId: id, countedQuantity: 2 }] });
  await run(same, take, { lines: [{ itemId: id, countedQuantity: 2 }] });
  const mutation = 'inventoryCount';
  const movement = { operation: 'COUNT' };
  expect(await told(found)).toMatchObject({ mutation, movement, itemIds: [id] });
  expect(await told(same)).toMatchObject({ mutation, movement, itemIds: [id] });
});

test('tells of edits which items they created, changed or deleted', async () => {
  const [create, several, update, remove] = [0, 1, 2, 3].map(() => randomUUID());
  const one = await createItem(hub(), { productId: 'one', quantity: 1 }, { key: create! });
  const { items } = await createItems(
    hub(),
    [
      { productId: 'two', quantity: 1 },
      { productId: '', quantity: 1 },
      { productId: 'three', quantity: 1, name: 'Three' },
    ],
    { key: several!, errorPolicy: 'REJECT_FAILED_ROWS' },
  );
  const [first, second] = [items[0]!.id, items[2]!.id];
  expect(await told(create!)).toMatchObject({
    mutation: 'inventoryItemCreate',
    movement: { operation: 'CREATE' },
    itemIds: [one.item!.id],
  });
  expect(await told(several!)).toMatchObject({
    mutation: 'inventoryItemsCreate',
    itemIds: [first, second],
  });
  // The first row changes nothing.
  const rows = [
    { id: second, revision: '1', name: 'Three' },
    { id: first, revision: '1', name: 'Two' },
  ];
  await updateItems(hub(), rows, { key: update! });
  expect(await told(update!)).toMatchObject({
    mutation: 'inventoryItemsUpdate',
    itemIds: [first],
  });
  await deleteItems(hub(), [{ id: second }, { id: first }], { key: remove! });
  expect(await told(remove!)).toMatchObject({
    mutation: 'inventoryItemsDelete',
    movement: { operation: 'DELETE' },
    itemIds: [second, first],
  });
});

test('tells of locations and settings which they were about', async () => {
  const payload = '{ location { id } userErrors { code } }';
  const [create, close, choose, update] = [0, 1, 2, 3].map(() => randomUUID());
  const before = await redisTime();
  const { location } = await run(
    create!,
    `mutation ($input: LocationCreateInput!) { locationCreate(input: $input) ${payload} }`,
    { name: 'Depot' },
  );
  const after = await redisTime();
  const { id } = location as { id: string };
  const created = (await told(create!))!;
  expect(created).toMatchObject({ ...nothing, mutation: 'locationCreate', locationId: id });
  expect(Date.parse(created.recordedAt)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(created.recordedAt)).toBeLessThanOrEqual(after);
  await run(
    close!,
    `mutation ($input: LocationDeactivateInput!) {
      locationDeactivate(input: $input) ${payload}
    }`,
    { id, revision: 1 },
  );
  expect(await told(close!)).toMatchObject({ mutation: 'locationDeactivate', locationId: id });
  const elsewhere = randomUUID();
  await run(
    choose!,
    `mutation ($input: ID!) { defaultLocationSet(locationId: $input) ${payload} }`,
    elsewhere,
  );
  const chosen = { mutation: 'defaultLocationSet', locationId: elsewhere };
  expect(await told(choose!)).toMatchObject({ ...nothing, ...chosen });
  await run(
    update!,
    `mutation ($input: SettingsUpdateInput!) {
      settingsUpdate(input: $input) { userErrors { code } }
    }`,
    { reasonCodes: [randomUUID()] },
  );
  expect(await told(update!)).toMatchObject({ ...nothing, mutation: 'settingsUpdate' });
});

test('a record of before it was kept what a call was is told of as far as it says', async () => {
  const [key, idle, id] = [randomUUID(), randomUUID(), await hub().addItem({ quantity: 1 })];
  const input = { changes: [{ itemId: id, delta: 1, compareQuantity: null }] };
  const { movement } = await change(hub(), 'adjust', input, { key });
  const { redis, tenantId, inventory } = hub();
  const name = (of: string) => keys.call(tenantId, keyDigestOf(of));
  const [head] = (await redis.get(name(key)))!.split('{');
  await redis.set(name(key), head!, 'PX', inventory.retentionMs);
  await redis.set(name(idle), '- 5 input{"revision":1}', 'PX', inventory.retentionMs);
  const itemIds = [id];
  expect(await told(key)).toMatchObject({
    mutation: 'unknown',
    movement: { id: movement!.id },
    itemIds,
  });
  expect(await told(idle)).toMatchObject({ ...nothing, mutation: 'unknown' });
  expect(await change(hub(), 'adjust', input, { key })).toMatchObject({ replayed: true, movement });
});

test('says when it was, also after the retention was set to another time', async () => {
  const [key, id] = [randomUUID(), await hub().addItem({ quantity: 1 })];
  const input = { changes: [{ itemId: id, delta: 1, compareQuantity: null }] };
  await change(hub(), 'adjust', input, { key });
  const { recordedAt } = (await told(key))!;
  const other = await startHub({ tenantId: hub().tenantId });
  other.inventory.retentionMs = 1000;
  expect((await told(key, other))!.recordedAt).toBe(recordedAt);
});

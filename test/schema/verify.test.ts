import { keys } from '../../src/redis/keys';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';

const hub = graphqlHub();
const startHub = graphqlHubs();
const VERIFY = `{ inventoryVerify {
  entries items driftCount drift { itemId orderId ledgerId key field stored expected }
} }`;
const verify = async () => (await hub().run(VERIFY))['inventoryVerify'];

test('finds all well, and what is not', async () => {
  const id = await hub().addItem({ quantity: 3 });
  expect(await verify()).toEqual({ entries: 1, items: 1, driftCount: 0, drift: [] });
  await hub().redis.del(keys.statusIndex(hub().tenantId));
  const about = { itemId: id, orderId: null, ledgerId: null, key: null };
  expect(await verify()).toEqual({
    entries: 1,
    items: 1,
    driftCount: 1,
    drift: [{ ...about, field: 'statusIndex', stored: null, expected: 'IN_STOCK' }],
  });
});

test('names a ledger entry that can not be read, as those do who need it', async () => {
  const own = await startHub();
  const id = await own.addItem({ quantity: 3 });
  const ledger = keys.ledger(own.tenantId);
  const [[ledgerId]] = (await own.redis.xrange(ledger, '-', '+')) as [[string, string[]]];
  await own.redis.del(ledger);
  await own.redis.xadd(ledger, ledgerId, 'movement', '{"', 'lines', '');
  const message = `The ledger entry ${ledgerId} can't be read: its movement is no JSON.`;
  const { inventoryVerify } = await own.run<{ inventoryVerify: { drift: object[] } }>(VERIFY);
  const about = { itemId: null, orderId: null, ledgerId, key: null };
  expect(inventoryVerify.drift).toContainEqual({
    ...about,
    ...{ field: 'entry', stored: message, expected: 'an entry' },
  });
  for (const query of [
    '{ movements { nodes { id } } }',
    `{ inventoryItem(id: "${id}") { history { nodes { id } } } }`,
    `{ explain(itemId: "${id}") { quantity } }`,
  ]) {
    const { errors } = await own.query(query);
    expect(errors).toMatchObject([{ message: expect.any(String) as string }]);
    expect(errors![0]!.extensions['code']).toBe('LEDGER_CONTRADICTS');
    expect(errors![0]!.message).toContain(`The ledger entry ${ledgerId} can't be read`);
  }
});

test('one at a time per tenant', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => hub().query(VERIFY)));
  const codes = answers.map(({ errors }) => errors?.[0]?.extensions['code']);
  expect(codes).toContain(undefined);
  expect(codes).toContain('ALREADY_RUNNING');
  expect((await hub().query(VERIFY)).errors).toBeUndefined();
  const other = await startHub();
  const both = await Promise.all([hub().query(VERIFY), other.query(VERIFY)]);
  expect(both.flatMap(({ errors }) => errors ?? [])).toEqual([]);
});

test("is of the caller's own tenant", async () => {
  const other = await startHub();
  expect((await other.run(VERIFY))['inventoryVerify']).toMatchObject({ items: 0, driftCount: 0 });
});

test('the threshold in force of an item', async () => {
  const own = await startHub();
  await own.addItem({ quantity: 3 });
  await own.addItem({ quantity: 3, lowStockThreshold: 0 });
  const set = (value: number | null) =>
    own.run(
      `mutation ($input: SettingsUpdateInput!) {
        settingsUpdate(input: $input) { settings { lowStockThreshold } userErrors { field } }
      }`,
      { input: { lowStockThreshold: value } },
    );
  const items = async (filter = {}) => {
    const { inventoryItems } = await own.run<{ inventoryItems: { nodes: object[] } }>(
      `query ($filter: InventoryItemFilterInput) {
        inventoryItems(filter: $filter) { nodes { lowStockThreshold effectiveLowStockThreshold } }
      }`,
      { filter },
    );
    return inventoryItems.nodes;
  };
  const ofOwn = { lowStockThreshold: 0, effectiveLowStockThreshold: 0 };
  const without = { lowStockThreshold: null };
  expect(await set(4)).toEqual({
    settingsUpdate: { settings: { lowStockThreshold: 4 }, userErrors: [] },
  });
  expect(await items()).toEqual([{ ...without, effectiveLowStockThreshold: 4 }, ofOwn]);
  expect(await items({ lowStock: true })).toEqual([{ ...without, effectiveLowStockThreshold: 4 }]);
  await set(null);
  expect(await items()).toEqual([{ ...without, effectiveLowStockThreshold: null }, ofOwn]);
  expect(await items({ lowStock: true })).toEqual([]);
  expect(await set(-1)).toEqual({
    settingsUpdate: { settings: null, userErrors: [{ field: ['input', 'lowStockThreshold'] }] },
  });
});

import { randomUUID } from 'node:crypto';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';
import { failureOf, internals, wixSdk } from './wixSdk';

const hub = graphqlHub();
const start = graphqlHubs();
const items = () => wixSdk(hub()).inventoryItemsV3;

const newItem = (change: object = {}) => ({
  productId: randomUUID(),
  variantId: randomUUID(),
  quantity: 10,
  ...change,
});
const untracked = { quantity: undefined, inStock: true };

async function made(change: object = {}): Promise<string> {
  return (await items().createInventoryItem(newItem(change)))._id!;
}
const up = async (id: string, incrementBy: number) =>
  items().bulkIncrementInventoryItems([{ inventoryItemId: id, incrementBy }]);
const down = (inventoryItemId: string, decrementBy: number, options: object = {}) =>
  items().bulkDecrementInventoryItems([{ inventoryItemId, decrementBy }], options);
const update = async (id: string, change: object) =>
  items().updateInventoryItem(id, { revision: '1', ...change });
const upsert = (inventoryItem: object) =>
  internals(items()).bulkUpsertInventoryItems([{ inventoryItem }]);
const anyway = { restrictInventory: false };

type Results = { results?: { itemMetadata?: { error?: { code?: string } } }[] | undefined };

/** Refusals of one entry, under 200, by their code. */
const OF_AN_ENTRY: Record<string, () => Promise<Results>> = {
  INSUFFICIENT_INVENTORY: async () => down(await made(), 11),
  INVENTORY_QUANTITY_NOT_TRACKED: async () => up(await made(untracked), 1),
  MAX_QUANTITY_LIMIT_REACHED: async () => up(await made({ quantity: 99_999 }), 1),
  MIN_QUANTITY_LIMIT_REACHED: async () => {
    const id = await made({ quantity: 0 });
    await down(id, 99_999, anyway);
    return down(id, 1, anyway);
  },
  NOT_FOUND: () =>
    items().bulkDecrementInventoryItemsByVariantAndLocation([
      { variantId: randomUUID(), decrementBy: 1 },
    ]),
  ITEM_ALREADY_EXISTS: async () => {
    const item = newItem();
    await items().createInventoryItem(item);
    return items().bulkCreateInventoryItems([item]);
  },
  INVALID_TARGET_QUANTITY: () => upsert(newItem({ quantity: -1 })),
  PRE_ORDER_VALIDATION: () => {
    return upsert(newItem({ ...untracked, preorderInfo: { enabled: true, limit: 5 } }));
  },
  REVISION_CONFLICT: async () => {
    const inventoryItem = { _id: await made(), revision: '7', quantity: 1 };
    return items().bulkUpdateInventoryItems([{ inventoryItem }]);
  },
  REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING: async () => {
    const inventoryItem = { _id: await made(), revision: '1', quantity: -1 };
    return items().bulkUpdateInventoryItems([{ inventoryItem }]);
  },
  INVALID_INPUT: async () => {
    const inventoryItem = { _id: await made(), revision: '1', productId: 'other' };
    return items().bulkUpdateInventoryItems([{ inventoryItem }]);
  },
};

test.each(Object.entries(OF_AN_ENTRY))('%s refuses an entry', async (code, call) => {
  const { results } = await call();
  expect(results).toMatchObject([{ itemMetadata: { success: false, error: { code } } }]);
});

/** Refusals of a whole call, by status and code. */
const OF_A_CALL: [number, string, () => Promise<unknown>][] = [
  [400, 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE', () => made({ quantity: -1 })],
  [
    400,
    'PREORDER_LIMIT_NOT_SUPPORTED_FOR_UNTRACKED_INVENTORY',
    () => made({ ...untracked, preorderInfo: { enabled: true, limit: 5 } }),
  ],
  [
    400,
    'DUPLICATE_BULK_UPSERT_KEY',
    () => {
      const inventoryItem = newItem();
      const twice = [{ inventoryItem }, { inventoryItem }];
      return internals(items()).bulkUpsertInventoryItems(twice);
    },
  ],
  [400, 'MAX', async () => up(await made(), 100_000)],
  [404, 'NOT_FOUND', () => items().getInventoryItem(randomUUID())],
  [404, 'NO_SUCH_LOCATION', () => wixSdk(hub()).storesLocationsV3.getStoresLocation(randomUUID())],
  [
    409,
    'ITEM_ALREADY_EXISTS',
    async () => {
      const item = newItem();
      await items().createInventoryItem(item);
      return items().createInventoryItem(item);
    },
  ],
  [409, 'REVISION_CONFLICT', async () => update(await made(), { revision: '2', quantity: 1 })],
  [
    428,
    'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING',
    async () => update(await made(), { quantity: -1 }),
  ],
  [
    428,
    'PRE_ORDER_VALIDATION',
    async () => update(await made(untracked), { preorderInfo: { enabled: true, limit: 1 } }),
  ],
];

test.each(OF_A_CALL)('%i %s refuses a call', async (status, code, call) => {
  const failure = await failureOf(call());
  expect(failure).toMatchObject({ status, code });
  expect(failure.requestId).toMatch(/^[\w-]{36}$/);
});

test('401, 403 and 429 refuse a caller', async () => {
  const asked = (sdk: ReturnType<typeof wixSdk>) =>
    failureOf(sdk.inventoryItemsV3.getInventoryItem(randomUUID()));
  const nobody = wixSdk(hub(), { apiKey: 'none' });
  expect(await asked(nobody)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  const elsewhere = wixSdk(hub(), { siteId: randomUUID() });
  expect(await asked(elsewhere)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  const writer = wixSdk(hub(), { apiKey: await hub().signToken([]) });
  expect(await asked(writer)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  const limited = wixSdk(await start({ pointsPerMinute: 1 }));
  expect(await asked(limited)).toMatchObject({ status: 404 });
  expect(await asked(limited)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
});

import { randomUUID } from 'node:crypto';
import { inventoryItemsV3, storesLocationsV3 } from '@wix/stores';
import { jobHub, jobWorker } from './jobHub';
import { internals, wixSdk } from './wixSdk';

const jobs = jobHub();
const { hub, progress } = jobs;
jobWorker(jobs);

const called = new Set<string>();

/** A module of the SDK that notes which of its methods are called. */
function noting<T extends object>(module: T): T {
  return new Proxy(module, {
    get: (target, name, receiver) => {
      called.add(String(name));
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}
const items = () => noting(wixSdk(hub()).inventoryItemsV3);
const locations = () => noting(wixSdk(hub()).storesLocationsV3);
const hidden = () => internals(items());

/** What a package has to call, but for the handlers of its events. */
const methodsOf = (module: object) =>
  Object.entries(module).flatMap(([name, value]) =>
    typeof value === 'function' && !name.startsWith('on') ? [name] : [],
  );

const newItem = (change: object = {}) => ({
  productId: randomUUID(),
  variantId: randomUUID(),
  quantity: 10,
  ...change,
});

async function ended({ jobId }: { jobId?: string | undefined }) {
  let job = await progress(jobId!);
  while (job.status === 'RUNNING') job = await progress(jobId!);
  return job;
}

describe('every method that the package has is served', () => {
  test('one item', async () => {
    const { _id: id, revision } = await items().createInventoryItem(newItem());
    await items().getInventoryItem(id!);
    const change = { revision: revision!, quantity: 3 };
    expect(await items().updateInventoryItem(id!, change)).toMatchObject({ quantity: 3 });
    await items().deleteInventoryItem(id!);
  });

  test('many items', async () => {
    const entries = [newItem(), newItem()];
    const made = await items().bulkCreateInventoryItems(entries, { returnEntity: true });
    const [one, two] = made.results!.map(({ item }) => item!);
    const [first, second] = [one!._id!, two!._id!];
    const there = { variantId: one!.variantId!, locationId: one!.locationId! };
    await items().bulkUpdateInventoryItems([
      { inventoryItem: { _id: first, revision: '1', quantity: 20 } },
    ]);
    await hidden().bulkUpsertInventoryItems([{ inventoryItem: { ...entries[1], quantity: 30 } }]);
    await items().bulkIncrementInventoryItems([{ inventoryItemId: first, incrementBy: 1 }]);
    await items().bulkDecrementInventoryItems([{ inventoryItemId: second, decrementBy: 1 }]);
    await items().bulkIncrementInventoryItemsByVariantAndLocation([{ ...there, incrementBy: 5 }]);
    await items().bulkDecrementInventoryItemsByVariantAndLocation([{ ...there, decrementBy: 2 }]);
    const found = await items().queryInventoryItems().in('_id', [first, second]).find();
    expect(found.items.map(({ quantity }) => quantity).sort()).toEqual([24, 29]);
    const searched = await items().searchInventoryItems({ filter: { _id: first } });
    expect(searched.inventoryItems).toMatchObject([{ quantity: 24 }]);
    const filter = { _id: { $in: [first, second] } };
    expect(await hidden().countInventoryItems({ filter })).toEqual({ count: 2 });
    await items().bulkDeleteInventoryItems([first, second]);
    expect(await hidden().countInventoryItems({ filter })).toEqual({ count: 0 });
  });

  test('by filter', async () => {
    const productId = randomUUID();
    const locationId = randomUUID();
    const filter = { productId };
    await items().bulkCreateInventoryItems([newItem({ productId }), newItem({ productId })]);
    const whole = { status: 'DONE', total: 2, succeeded: 2, skipped: 0, failed: 0 };
    const updated = items().bulkUpdateInventoryItemsByFilter(filter, {
      inventoryItem: { revision: '1', quantity: 40 },
    });
    expect(await ended(await updated)).toMatchObject(whole);
    const adjusted = hidden().bulkAdjustInventoryItemsByFilter(filter, {
      adjustment: { incrementBy: 2 },
      trackQuantity: true,
    });
    expect(await ended(await adjusted)).toMatchObject(whole);
    const set = hidden().bulkSetOrAdjustInventoryItemsByFilter(filter, {
      adjustedInventoryAction: { decrementBy: 1 },
    });
    expect(await ended(await set)).toMatchObject(whole);
    const created = hidden().bulkCreateInventoryItemsByVariantFilter(filter, {
      locationId,
      inventoryCreationData: { quantity: 7 },
    });
    expect(await ended(await created)).toMatchObject(whole);
    const found = await items().queryInventoryItems().eq('productId', productId).find();
    expect(found.items.map(({ quantity }) => quantity).sort()).toEqual([41, 41, 7, 7]);
    const search = { expression: 'nobody' };
    const none = hidden().bulkDeleteInventoryItemsByFilter(filter, { search });
    expect(await ended(await none)).toMatchObject({ total: 0 });
    const deleted = hidden().bulkDeleteInventoryItemsByFilter(filter);
    expect(await ended(await deleted)).toMatchObject({ total: 4, succeeded: 4 });
  });

  test('locations', async () => {
    const { storesLocation } = await internals(locations()).getDefaultStoresLocation();
    const { _id: id } = storesLocation as { _id: string };
    expect(await locations().getStoresLocation(id)).toEqual(storesLocation);
    const { items: all } = await locations().queryStoresLocations().find();
    expect(all).toEqual([storesLocation]);
  });

  test('none is left', () => {
    const methods = [...methodsOf(inventoryItemsV3), ...methodsOf(storesLocationsV3)];
    expect(methods.length).toBeGreaterThan(20);
    expect(methods.filter((name) => !called.has(name))).toEqual([]);
  });
});

test('the reason that a call gives reaches the events of what it changed', async () => {
  const { _id: id, revision, variantId } = await items().createInventoryItem(newItem());
  const change = { revision: revision!, quantity: 50 };
  await items().updateInventoryItem(id!, change, { reason: 'MANUAL' });
  const one = { inventoryItemId: id!, decrementBy: 1 };
  await items().bulkDecrementInventoryItems([one], { reason: 'ORDER' });
  const back = { variantId: variantId!, incrementBy: 1 };
  await items().bulkIncrementInventoryItemsByVariantAndLocation([back], {
    reason: 'REVERT_INVENTORY_CHANGE',
  });
  const inventoryItem = { _id: id!, revision: '4', quantity: 60 };
  await items().bulkUpdateInventoryItems([{ inventoryItem }], { reason: 'ORDER' });
  type Body = { reason: string; currentEntity: { id: string; quantity: number } };
  type Nodes = { itemId: string; payload: { actionEvent: { body: Body } } }[];
  const { events } = await hub().run<{ events: { nodes: Nodes } }>(`{
    events(first: 100, types: [UPDATED_WITH_REASON]) { nodes { itemId payload } }
  }`);
  const told = events.nodes.filter(({ itemId }) => itemId === id);
  const bodies = told.map(({ payload }) => payload.actionEvent.body);
  expect(bodies.map(({ reason, currentEntity }) => [reason, currentEntity.quantity])).toEqual([
    ['MANUAL', 50],
    ['ORDER', 49],
    ['REVERT_INVENTORY_CHANGE', 50],
    ['ORDER', 60],
  ]);
});

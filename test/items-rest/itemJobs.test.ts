import { randomUUID } from 'node:crypto';
import { adjustFound } from '../../src/inventory/adjustFound';
import { openItemJobs } from '../../src/inventory/itemJobQueue';
import { runItemJob, startItemJob, type ItemJobKind } from '../../src/inventory/itemJobs';
import { itemJobKinds } from '../../src/items-rest/itemJobs';
import { testRedisSocket } from '../support/redis';
import { wireHub, type WireBody } from './wireHub';

const { hub, run, refusal } = wireHub();

let jobs: ReturnType<typeof openItemJobs>;
const failures: object[] = [];
const log = { error: (fields: object) => void failures.push(fields) };

beforeAll(() => {
  jobs = openItemJobs(hub().inventory, { socketPath: testRedisSocket() }, itemJobKinds, log);
});
afterAll(async () => {
  await jobs.close();
  expect(failures).toEqual([]);
});

interface Job {
  status: string;
  total: number;
  succeeded: number;
  failed: number;
  errors: { inventoryItemId: string; code: string; description: string }[];
}

/** Starts a job and asks how it goes until it is done. */
async function finish(method: string, body: object): Promise<Job> {
  const path = `/bulk/inventory-items/${method}`;
  const { jobId } = await run<{ jobId: string }>('POST', path, body);
  for (;;) {
    const { job } = await run<{ job: Job }>('GET', `/bulk/inventory-items/jobs/${jobId}`);
    if (job.status !== 'RUNNING') return job;
  }
}

/** Items of a product of their own: its id, and theirs. */
async function shelf(levels: readonly object[]): Promise<{ productId: string; ids: string[] }> {
  const productId = randomUUID();
  const items = levels.map((level) => ({ productId, variantId: randomUUID(), ...level }));
  return { productId, ids: await hub().addItems(items) };
}

const stock = (quantity: number) => ({ tracked: true, quantity });

async function items(ids: readonly string[]): Promise<WireBody[]> {
  const found = await Promise.all(
    ids.map((id) => run<{ inventoryItem: WireBody }>('GET', `/inventory-items/${id}`)),
  );
  return found.map(({ inventoryItem }) => inventoryItem);
}

const quantities = async (ids: readonly string[]) =>
  (await items(ids)).map(({ quantity }) => quantity);

/** The quantities that items of a product have. */
async function distinctQuantities(productId: string): Promise<unknown[]> {
  const query = { filter: { productId }, cursorPaging: { limit: 1000 } };
  const { inventoryItems } = await run<{ inventoryItems: WireBody[] }>(
    'POST',
    '/inventory-items/query',
    { query },
  );
  return [...new Set(inventoryItems.map(({ quantity }) => quantity))];
}

test('update by filter: what is found gets the values, the rest stays', async () => {
  const { productId, ids } = await shelf([stock(1), stock(5), stock(9)]);
  const filter = { productId, quantity: { $gte: 5 } };
  const job = await finish('update-by-filter', {
    filter,
    inventoryItem: { quantity: 40, preorderInfo: { enabled: true, limit: 7 } },
    fieldMask: 'quantity,preorderInfo.enabled',
    reason: 'MANUAL',
  });
  expect(job).toMatchObject({ status: 'DONE', total: 2, succeeded: 2, failed: 0, errors: [] });
  expect(await quantities(ids)).toEqual([1, 40, 40]);
  const [, second] = await items(ids);
  expect(second).toMatchObject({ preorderInfo: { enabled: true, limit: 100000 } });
});

test('adjust by filter: up, down to zero, and what can not be', async () => {
  const levels = [stock(3), stock(50), stock(-2), { tracked: false, inStock: true }];
  const { productId, ids } = await shelf(levels);
  const down = await finish('adjust-by-filter', {
    filter: { productId },
    adjustment: { decrementBy: 10 },
  });
  expect(down).toMatchObject({ status: 'DONE', total: 4, succeeded: 2, failed: 2 });
  const codes = Object.fromEntries(down.errors.map((error) => [error.inventoryItemId, error.code]));
  expect(codes).toEqual({
    [ids[2]!]: 'INSUFFICIENT_INVENTORY',
    [ids[3]!]: 'INVENTORY_QUANTITY_NOT_TRACKED',
  });
  expect(await quantities(ids)).toEqual([0, 40, -2, undefined]);
  const up = await finish('adjust-by-filter', {
    filter: { productId },
    adjustment: { incrementBy: 5 },
    trackQuantity: true,
  });
  expect(up).toMatchObject({ total: 4, succeeded: 4 });
  expect(await quantities(ids)).toEqual([5, 45, 3, 5]);
});

test('set or adjust by filter always converts', async () => {
  const { productId, ids } = await shelf([{ tracked: false, inStock: true }, stock(1)]);
  const adjustedInventoryAction = { incrementBy: 4 };
  await finish('set-or-adjust-by-filter', { filter: { productId }, adjustedInventoryAction });
  expect(await quantities(ids)).toEqual([4, 5]);
});

test('delete by filter', async () => {
  const { productId, ids } = await shelf([stock(1), stock(2), stock(3)]);
  const filter = { productId, quantity: { $lt: 3 } };
  expect(await finish('delete-by-filter', { filter })).toMatchObject({ total: 2, succeeded: 2 });
  expect(await refusal('GET', `/inventory-items/${ids[0]}`)).toMatchObject({ status: 404 });
  expect(await quantities([ids[2]!])).toEqual([3]);
});

test('create by variant filter: each variant found gets an item at the location', async () => {
  const { productId, ids } = await shelf([{ ...stock(1), sku: 'S1' }, stock(2)]);
  const locationId = randomUUID();
  const creation = { locationId, inventoryCreationData: { quantity: 12 } };
  const job = await finish('create-by-variant-filter', { filter: { productId }, ...creation });
  expect(job).toMatchObject({ status: 'DONE', total: 2, succeeded: 2 });
  const filter = { productId, locationId };
  const page = await run<{ inventoryItems: WireBody[] }>('POST', '/inventory-items/query', {
    query: { filter },
  });
  const made = page.inventoryItems;
  expect(made.map(({ quantity }) => quantity)).toEqual([12, 12]);
  const variants = (await items(ids)).map(({ variantId }) => variantId);
  expect(made.map(({ variantId }) => variantId).sort()).toEqual([...variants].sort());
  await finish('create-by-variant-filter', {
    filter: { productId, locationId },
    locationId,
    inventoryCreationData: { quantity: 99 },
  });
  expect(await quantities(made.map(({ id }) => id))).toEqual([12, 12]);
});

test('a job that is cut off goes on where it was, and does nothing twice', async () => {
  const { productId } = await shelf(Array.from({ length: 700 }, () => stock(10)));
  const { inventory, tenantId } = hub();
  let steps = 0;
  const cutOff: ItemJobKind = async (deps, tenant, job, itemIds) => {
    const outcomes = await itemJobKinds['ADJUST']!(deps, tenant, job, itemIds);
    steps += 1;
    // The items are done, and nobody has been told.
    if (steps % 2 === 0) throw Object.assign(new Error('cut off'), { cutOff: true });
    return outcomes;
  };
  const order = {
    kind: 'ADJUST',
    where: { field: 'productId', in: [productId] } as const,
    input: { units: -4, track: false },
    cause: { operation: 'ADJUST' } as const,
  };
  const jobId = await startItemJob(inventory, tenantId, order, () => Promise.resolve());
  const ticket = { tenantId, jobId };
  const before = await inventory.redis.get(`{${tenantId}}:item-job:${jobId}`);
  await runItemJob(inventory, { ADJUST: cutOff }, ticket, { log: { error: () => undefined } });
  // As if the process had died before it could say so.
  const name = `{${tenantId}}:item-job:${jobId}`;
  const stored = JSON.parse((await inventory.redis.get(name))!) as { succeeded: number };
  expect(stored.succeeded).toBe(300);
  await inventory.redis.set(name, JSON.stringify({ ...stored, status: 'RUNNING' }));
  expect(await runItemJob(inventory, itemJobKinds, ticket, { log })).toBe(true);
  expect(await distinctQuantities(productId)).toEqual([6]);
  // From its very beginning once more: every item has had its turn.
  await inventory.redis.set(name, before!);
  expect(await runItemJob(inventory, itemJobKinds, ticket, { log })).toBe(true);
  expect(await distinctQuantities(productId)).toEqual([6]);
});

test('an item that changes meanwhile is adjusted by what it then has', async () => {
  const { ids } = await shelf([stock(3)]);
  const adjust = { units: -5, track: false, max: 99_999, cause: { operation: 'ADJUST' } as const };
  const both = await Promise.all(
    ['a', 'b'].map((idempotencyKey) =>
      adjustFound(hub().inventory, hub().tenantId, ids, { ...adjust, idempotencyKey }),
    ),
  );
  expect(both).toEqual([[undefined], [undefined]]);
  expect(await quantities(ids)).toEqual([0]);
});

test.each([
  ['delete-by-filter', {}, 'filter', 'REQUIRED_FIELD'],
  ['delete-by-filter', { filter: { nonsense: 1 } }, 'filter', 'OTHER'],
  ['update-by-filter', { filter: {} }, 'inventoryItem', 'REQUIRED_FIELD'],
  ['adjust-by-filter', { filter: {}, adjustment: {} }, 'adjustment.incrementBy', 'REQUIRED_FIELD'],
  [
    'adjust-by-filter',
    { filter: {}, adjustment: { incrementBy: 100000 } },
    'adjustment.incrementBy',
    'MAX',
  ],
  [
    'create-by-variant-filter',
    { filter: {}, inventoryCreationData: { quantity: 1 } },
    'locationId',
    'REQUIRED_FIELD',
  ],
])('%s refuses %j', async (method, body, field, rule) => {
  const refused = await refusal('POST', `/bulk/inventory-items/${method}`, body);
  expect(refused).toMatchObject({ status: 400, field, rule });
});

test('a job needs the scope to write, and is the tenant’s own', async () => {
  const reader = await hub().signToken(['inventory:read']);
  const path = '/bulk/inventory-items/delete-by-filter';
  const body = { filter: { productId: randomUUID() } };
  const forbidden = await refusal('POST', path, body, { authorization: reader });
  expect(forbidden).toMatchObject({ status: 403 });
  const { jobId } = await run<{ jobId: string }>('POST', path, body);
  const stranger = await hub().signToken(['inventory:admin'], { tenantId: randomUUID() });
  const foreign = await refusal('GET', `/bulk/inventory-items/jobs/${jobId}`, undefined, {
    authorization: stranger,
  });
  expect(foreign).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  const nonsense = await refusal('GET', '/bulk/inventory-items/jobs/nonsense');
  expect(nonsense).toMatchObject({ status: 400 });
});

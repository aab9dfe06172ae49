import { randomUUID } from 'node:crypto';
import { jobHub, jobWorker, stock } from './jobHub';
import type { WireBody } from './wireHub';

const jobs = jobHub();
const { hub, run, refusal, start, progress, finish, shelf, items, quantities } = jobs;
jobWorker(jobs);

const BULK = '/bulk/inventory-items';

test('update by filter: what is found gets the values, the rest stays', async () => {
  const { productId, ids } = await shelf([stock(1), stock(5), stock(9)]);
  const filter = { productId, quantity: { $gte: 5 } };
  const job = await finish('update-by-filter', {
    filter,
    inventoryItem: {
      quantity: 40,
      preorderInfo: { enabled: true, limit: 7 },
      extendedFields: { namespaces: { mine: { a: { b: [1] } } } },
    },
    fieldMask: 'quantity,preorderInfo.enabled,extendedFields.namespaces.mine',
    reason: 'MANUAL',
  });
  expect(job).toMatchObject({ status: 'DONE', total: 2, succeeded: 2, skipped: 0, failed: 0 });
  expect(await quantities(ids)).toEqual([1, 40, 40]);
  const [, second] = await items(ids);
  expect(second).toMatchObject({
    preorderInfo: { enabled: true, limit: 100000 },
    extendedFields: { namespaces: { mine: { a: { b: [1] } } } },
  });
});

test('update by filter tells why items stay as they are', async () => {
  const { productId, ids } = await shelf([stock(3), { tracked: false, inStock: true }]);
  const lowered = await finish('update-by-filter', {
    filter: { productId },
    inventoryItem: { quantity: -1 },
  });
  const code = 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING';
  expect(lowered).toMatchObject({ total: 2, succeeded: 0, failed: 2 });
  expect(lowered.errors.map((error) => error.code)).toEqual([code, code]);
  const limited = await finish('update-by-filter', {
    filter: { productId },
    inventoryItem: { preorderInfo: { limit: 3 } },
  });
  expect(limited).toMatchObject({ succeeded: 1, failed: 1 });
  expect(limited.errors).toMatchObject([{ inventoryItemId: ids[1], code: 'PRE_ORDER_VALIDATION' }]);
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

test('adjust by filter ends at 99,999; what lies beyond may come down', async () => {
  const { productId, ids } = await shelf([stock(99_990), stock(5_000_000), stock(1)]);
  const adjust = (adjustment: object) =>
    finish('adjust-by-filter', { filter: { productId }, adjustment });
  const up = await adjust({ incrementBy: 10 });
  expect(up).toMatchObject({ total: 3, succeeded: 1, failed: 2 });
  const code = 'MAX_QUANTITY_LIMIT_REACHED';
  expect(up.errors.map((error) => error.code)).toEqual([code, code]);
  expect(await adjust({ decrementBy: 10 })).toMatchObject({ succeeded: 3, failed: 0 });
  expect(await quantities(ids)).toEqual([99_980, 4_999_990, 1]);
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
  const words = {
    ...{ name: 'Cup', variantName: 'Red', sku: 'S1', barcode: 'B1', visible: true },
    ...{ brandId: randomUUID(), brandName: 'Cups', categoryIds: [randomUUID(), randomUUID()] },
  };
  const { productId, ids } = await shelf([{ ...stock(1), ...words }, stock(2)]);
  const locationId = randomUUID();
  const body = {
    filter: { productId },
    locationId,
    inventoryCreationData: { quantity: 12 },
  };
  const job = await finish('create-by-variant-filter', body);
  expect(job).toMatchObject({ status: 'DONE', total: 2, succeeded: 2, skipped: 0 });
  const query = { filter: { productId, locationId } };
  const page = await run<{ inventoryItems: WireBody[] }>('POST', '/inventory-items/query', {
    query,
  });
  const made = page.inventoryItems;
  expect(made.map(({ quantity }) => quantity)).toEqual([12, 12]);
  const models = await items(ids);
  const variants = models.map(({ variantId }) => variantId);
  expect(made.map(({ variantId }) => variantId).sort()).toEqual([...variants].sort());
  const copy = made.find(({ variantId }) => variantId === variants[0]);
  expect(copy!['product']).toEqual(models[0]!['product']);
  expect(copy!['product']).toMatchObject({ brand: { name: 'Cups' }, variantSku: 'S1' });
  // The two that were found first have one there, and the two that were made are there.
  const again = await finish('create-by-variant-filter', body);
  expect(again).toMatchObject({ total: 4, succeeded: 0, skipped: 4, failed: 0 });
  expect(await quantities(made.map(({ id }) => id))).toEqual([12, 12]);
});

test('a variant found at two locations gets one item', async () => {
  const variantId = randomUUID();
  const at = () => ({ ...stock(1), variantId, locationId: randomUUID() });
  const { productId } = await shelf([at(), at()]);
  const job = await finish('create-by-variant-filter', {
    filter: { productId },
    locationId: randomUUID(),
    inventoryCreationData: { quantity: 0 },
  });
  expect(job).toMatchObject({ total: 2, succeeded: 1, skipped: 1 });
});

test('with an idempotency key a repeat is the same job, other input is refused', async () => {
  const { productId, ids } = await shelf([stock(5)]);
  const headers = { 'Idempotency-Key': randomUUID() };
  const path = `${BULK}/adjust-by-filter`;
  const body = (incrementBy: number) => ({ filter: { productId }, adjustment: { incrementBy } });
  const send = () => run<{ jobId: string }>('POST', path, body(3), { headers });
  const [one, other] = await Promise.all([send(), send()]);
  expect(other).toEqual(one);
  while ((await progress(one.jobId)).status === 'RUNNING');
  expect(await send()).toEqual(one);
  expect(await refusal('POST', path, body(4), { headers })).toMatchObject({
    status: 409,
    code: 'IDEMPOTENCY_KEY_MISMATCH',
  });
  expect(await quantities(ids)).toEqual([8]);
  const long = { headers: { 'Idempotency-Key': 'k'.repeat(256) } };
  expect(await refusal('POST', path, body(3), long)).toMatchObject({ status: 400 });
});

test('what is kept of a job is what it does, not what came', async () => {
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const body = `{"filter":{"productId":"${randomUUID()}"},
    "inventoryItem":{"quantity":1,"ignored":${deep},"product":{"name":"secret"}}}`;
  const { jobId } = await run<{ jobId: string }>('POST', `${BULK}/update-by-filter`, body);
  const kept = await hub().redis.get(`{${hub().tenantId}}:item-job:${jobId}`);
  expect(kept).toContain('"quantity":1');
  expect(kept).not.toMatch(/ignored|secret/);
});

const filter = {};
const fields = (namespaces: unknown) => ({ inventoryItem: { extendedFields: { namespaces } } });
const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });

test.each([
  ['delete-by-filter', {}, 'filter', 'REQUIRED_FIELD'],
  ['delete-by-filter', { filter: { nonsense: 1 } }, 'filter.nonsense', 'OTHER'],
  ['delete-by-filter', { filter, serach: { expression: 'cup' } }, 'serach', 'OTHER'],
  ['delete-by-filter', { filter, search: { expression: ' -- ' } }, 'search.expression', 'OTHER'],
  ['delete-by-filter', { filter, search: {} }, 'search.expression', 'OTHER'],
  ['delete-by-filter', { filter, trackQuantity: true }, 'trackQuantity', 'OTHER'],
  ['update-by-filter', { filter }, 'inventoryItem', 'REQUIRED_FIELD'],
  ['update-by-filter', { filter, ...fields({ a: nested(60) }) }, NAMESPACES(), 'FORMAT'],
  [
    'update-by-filter',
    { filter, ...fields({ a: { b: 'x'.repeat(70_000) } }) },
    NAMESPACES(),
    'MAX_LENGTH',
  ],
  ['adjust-by-filter', { filter, adjustment: {} }, 'adjustment.incrementBy', 'REQUIRED_FIELD'],
  [
    'adjust-by-filter',
    { filter, adjustment: { incrementBy: 100000 } },
    'adjustment.incrementBy',
    'MAX',
  ],
  ['set-or-adjust-by-filter', { filter, adjustment: { incrementBy: 1 } }, 'adjustment', 'OTHER'],
  [
    'create-by-variant-filter',
    { filter, inventoryCreationData: { quantity: 1 } },
    'locationId',
    'REQUIRED_FIELD',
  ],
])('%s refuses %j', async (method, body, field, rule) => {
  const refused = await refusal('POST', `${BULK}/${method}`, body);
  expect(refused).toMatchObject({ status: 400, field, rule });
});

function NAMESPACES() {
  return 'inventoryItem.extendedFields.namespaces';
}

test('a job needs the scope to write, and is the tenant’s own', async () => {
  const reader = await hub().signToken(['inventory:read']);
  const body = { filter: { productId: randomUUID() } };
  const forbidden = await refusal('POST', `${BULK}/delete-by-filter`, body, {
    authorization: reader,
  });
  expect(forbidden).toMatchObject({ status: 403 });
  const jobId = await start('delete-by-filter', body);
  expect(await progress(jobId.toUpperCase())).toMatchObject({ id: jobId });
  const stranger = await hub().signToken(['inventory:admin'], { tenantId: randomUUID() });
  const foreign = await refusal('GET', `${BULK}/jobs/${jobId}`, undefined, {
    authorization: stranger,
  });
  expect(foreign).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  for (const id of ['nonsense', '-'.repeat(36)]) {
    expect(await refusal('GET', `${BULK}/jobs/${id}`)).toMatchObject({ status: 400 });
  }
});

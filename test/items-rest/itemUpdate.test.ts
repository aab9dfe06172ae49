import { randomUUID } from 'node:crypto';
import { itemUpdates } from './itemUpdates';
import { wireHub, type WireResults } from './wireHub';

const { hub, run, refusal, create, get } = wireHub();

const { update, refused } = itemUpdates({ run, refusal });
const preorder = { enabled: true, message: 'soon', limit: 50 };
const namespaces = { a: { one: 1 }, b: { two: 2 } };

describe('an update without a mask', () => {
  test('changes the fields that are there and keeps the rest', async () => {
    const item = await create({ preorderInfo: preorder, product: { name: 'Shirt' } });
    const after = await update(item, { quantity: 4 });
    expect(after).toEqual({
      ...item,
      quantity: 4,
      revision: '2',
      updatedDate: after['updatedDate'],
    });
    const enabled = await update(after, { preorderInfo: { limit: 60 } });
    expect(enabled['preorderInfo']).toMatchObject({ ...preorder, limit: 60 });
  });

  test('takes what was read, whole: nobody writes product and status', async () => {
    const item = await create({ product: { name: 'Shirt' } });
    const product = { name: 'Trousers', directCategoryIds: [] };
    const after = await update(item, {
      ...item,
      product,
      availabilityStatus: 'OUT_OF_STOCK',
      trackQuantity: false,
      quantity: 1,
    });
    expect(after).toMatchObject({ product: { name: 'Shirt' }, quantity: 1, revision: '2' });
  });

  test('turns a tracked item into an untracked one and back', async () => {
    const item = await create({ preorderInfo: preorder });
    const untracked = await update(item, { inStock: false });
    expect(untracked).toMatchObject({ inStock: false, trackQuantity: false });
    expect(untracked).not.toHaveProperty('quantity');
    expect(untracked['preorderInfo']).toEqual({ enabled: true, message: 'soon' });
    const tracked = await update(untracked, { quantity: 5, trackQuantity: true });
    expect(tracked).toMatchObject({ quantity: 5, trackQuantity: true });
    expect(tracked).not.toHaveProperty('inStock');
    expect(tracked['preorderInfo']).toMatchObject({ enabled: true, limit: 50 });
  });

  test('keeps a preorder limit of 0, whatever is switched off and on', async () => {
    let item = await create({ quantity: 0, preorderInfo: { enabled: true, limit: 0 } });
    const closed = { availabilityStatus: 'OUT_OF_STOCK', preorderInfo: { limit: 0, quantity: 0 } };
    for (const [off, on] of [
      [{ preorderInfo: { enabled: false } }, { preorderInfo: { enabled: true } }],
      [{ inStock: false }, { quantity: 0 }],
    ]) {
      await update(item, off!);
      item = await update({ ...item, revision: String(Number(item['revision']) + 1) }, on!);
      expect(item).toMatchObject(closed);
    }
    const never = await create({ quantity: 0, preorderInfo: { enabled: false, limit: 0 } });
    expect(never).toMatchObject({ preorderInfo: { enabled: false, limit: 0 } });
    expect(await update(never, { preorderInfo: { enabled: true } })).toMatchObject(closed);
  });

  test("switches preorder off in Wix' way", async () => {
    const item = await create({ preorderInfo: preorder });
    const after = await update(item, { preorderInfo: { enabled: false, limit: null } });
    expect(after['preorderInfo']).toMatchObject({ enabled: false, message: 'soon' });
    const again = await update(after, { preorderInfo: { enabled: true, message: null } });
    expect(again['preorderInfo']).toEqual({
      enabled: true,
      limit: 100_000,
      counter: 0,
      quantity: 100_000,
    });
  });

  test("leaves other apps' namespaces alone", async () => {
    const item = await create({ extendedFields: { namespaces } });
    const change = { extendedFields: { namespaces: { b: null, c: { three: 3 } } } };
    const after = await update(item, change);
    expect(after['extendedFields']).toEqual({ namespaces: { a: { one: 1 }, c: { three: 3 } } });
  });

  test.each([{ extendedFields: null }, { extendedFields: { namespaces: null } }])(
    'by %j says nothing of namespaces',
    async (change) => {
      const item = await create({ extendedFields: { namespaces } });
      const after = await update(item, { ...change, quantity: 3 });
      expect(after['extendedFields']).toEqual(item['extendedFields']);
    },
  );

  test('takes a revision as number, too', async () => {
    const item = await create();
    expect(await update(item, { revision: 1, quantity: 2 })).toMatchObject({ quantity: 2 });
  });

  test('that changes nothing leaves the revision', async () => {
    const item = await create();
    expect(await update(item, { quantity: item.quantity })).toEqual(item);
  });
});

test('a quantity beyond the bounds that is sent back as it was read is no violation', async () => {
  const [id] = await hub().addItems([{ quantity: 5_000_000 }]);
  const item = await get(id!);
  const preorderInfo = { enabled: true };
  const after = await update(item, { ...item, preorderInfo });
  expect(after).toMatchObject({ quantity: 5_000_000, preorderInfo });
  const body = (quantity: number) => ({
    inventoryItems: [{ inventoryItem: { ...after, quantity, preorderInfo: { enabled: false } } }],
  });
  const other = await refused(after, { quantity: 4_999_999 });
  const place = { field: 'inventoryItem.quantity', rule: 'MAX' };
  expect(other).toMatchObject({ status: 400, ...place });
  const bulk = await run<WireResults>('POST', '/bulk/inventory-items/update', body(4_999_999));
  expect(bulk.results[0]!.itemMetadata.error).toMatchObject({ code: 'INVALID_INPUT' });
  const path = '/bulk/inventory-items/upsert';
  expect(await run('POST', path, body(5_000_000))).toMatchObject({
    bulkActionMetadata: { totalSuccesses: 1 },
  });
  const fresh = { ...body(5_000_000).inventoryItems[0]!.inventoryItem, variantId: randomUUID() };
  const made = await run<WireResults>('POST', path, { inventoryItems: [{ inventoryItem: fresh }] });
  expect(made.results[0]!.itemMetadata.error).toMatchObject({ code: 'INVALID_INPUT' });
});

describe('an update is refused', () => {
  test('with 409 when the revision is not the present one, whatever it says', async () => {
    const item = await create();
    await update(item, { quantity: 1 });
    // Up to what an int64 holds.
    const revisions = ['0', '9007199254740993', '9223372036854775807'];
    const stale = revisions.map((revision) => ({ revision, quantity: 2 }));
    for (const change of [{ quantity: 2 }, { quantity: -5 }, {}, ...stale]) {
      expect(await refused(item, change)).toMatchObject({
        status: 409,
        code: 'REVISION_CONFLICT',
      });
    }
    expect(await get(item.id)).toMatchObject({ quantity: 1, revision: '2' });
  });

  test.each([
    ['no revision', { revision: null }, 'revision', 'REQUIRED_FIELD'],
    ['a revision that is none', { revision: '1.0' }, 'revision', 'FORMAT'],
    ['another id than the path', { id: randomUUID() }, 'id', 'OTHER'],
    ['another product', { productId: 'x' }, 'productId', 'OTHER'],
    ['another variant', { variantId: randomUUID() }, 'variantId', 'OTHER'],
    ['another location', { locationId: randomUUID() }, 'locationId', 'OTHER'],
    ['too high a quantity', { quantity: 100_000 }, 'quantity', 'MAX'],
    ['quantity and inStock', { quantity: 1, inStock: true }, 'inStock', 'OTHER'],
  ])('with 400 for %s', async (_, change, field, rule) => {
    const item = await create();
    const expected = { status: 400, field: `inventoryItem.${field}`, rule };
    expect(await refused(item, change)).toMatchObject(expected);
    expect(await get(item.id)).toEqual(item);
  });

  test('with 400 for an unknown reason and an unknown body', async () => {
    const item = await create();
    const reason = await refused(item, { quantity: 1 }, { reason: 'WHIM' });
    expect(reason).toMatchObject({ status: 400, field: 'reason', rule: 'FORMAT' });
    const path = `/inventory-items/${item.id}`;
    const body = await refusal('PATCH', path, {});
    expect(body).toMatchObject({ status: 400, field: 'inventoryItem', rule: 'REQUIRED_FIELD' });
  });

  test('with 404 when there is no item', async () => {
    const item = { ...(await create()), id: randomUUID() };
    const expected = { status: 404, code: 'NOT_FOUND' };
    expect(await refused(item, { quantity: 1 })).toMatchObject(expected);
  });

  test('with 428 when it lowers the quantity below zero', async () => {
    const code = 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING';
    const item = await create({ quantity: 1 });
    expect(await refused(item, { quantity: -1 })).toEqual({
      status: 428,
      code,
      data: { quantity: -1, presentQuantity: 1 },
    });
    const untracked = await create({ quantity: null, inStock: true });
    expect(await refused(untracked, { quantity: -1 })).toMatchObject({ status: 428, code });
    // What is below zero may rise and stay below.
    const [id] = await hub().addItems([{ quantity: -10 }]);
    const below = await get(id!);
    expect(await refused(below, { quantity: -11 })).toMatchObject({ status: 428, code });
    expect(await update(below, { quantity: -3 })).toMatchObject({ quantity: -3 });
  });

  test('with 428 when it gives an untracked item a preorder limit', async () => {
    const item = await create({ quantity: null, inStock: true });
    const change = { preorderInfo: { enabled: true, limit: 5 } };
    expect(await refused(item, change)).toMatchObject({
      status: 428,
      code: 'PRE_ORDER_VALIDATION',
    });
    const withQuantity = await update(item, { ...change, quantity: 0 });
    expect(withQuantity['preorderInfo']).toMatchObject({ enabled: true, limit: 5 });
  });
});

test('of many updates by one revision, one is made', async () => {
  const item = await create();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => update(item, { quantity: 100 + i })),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await get(item.id)).toMatchObject({ revision: '2' });
});

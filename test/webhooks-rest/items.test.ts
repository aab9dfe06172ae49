import { randomUUID } from 'node:crypto';
import { verifyTenant } from '../../src/inventory/verify';
import { bodies, webhookHub, wixEntity } from './wixEvents';

const hub = webhookHub();

afterEach(async () => {
  await hub().set({ incomingQuantities: 'HUB_WINS' });
  const { drift } = await verifyTenant(hub().inventory, hub().tenantId);
  expect(drift).toEqual([]);
});

test('a created item comes into the hub with its quantity and its words', async () => {
  const brandId = randomUUID();
  const categories = [randomUUID()];
  const entity = wixEntity({
    product: {
      name: 'Shirt',
      variantName: 'Blue',
      variantSku: 'S-1',
      variantBarcode: '400',
      variantVisible: false,
      directCategoryIds: categories,
      brand: { id: brandId, name: 'Acme' },
    },
    preorderInfo: { enabled: true, message: 'Soon', limit: 50, counter: 20, quantity: 30 },
    extendedFields: { namespaces: { '@app/x': { colour: 'blue' } } },
  });
  const requestId = randomUUID();
  await hub().tell('created', entity, { id: requestId });
  expect(await hub().itemOf(entity)).toMatchObject({
    productId: entity['productId'],
    variantId: entity['variantId'],
    tracked: true,
    quantity: 7,
    preorderEnabled: true,
    // What is left for preorder is what Wix has left.
    preorderLimit: 30,
    preorderMessage: 'Soon',
    name: 'Shirt',
    variantName: 'Blue',
    sku: 'S-1',
    barcode: '400',
    visible: false,
    categoryIds: categories,
    brandId,
    brandName: 'Acme',
    extendedFields: { '@app/x': { colour: 'blue' } },
  });
  const cause = { operation: 'CREATE', reason: 'WIX_EVENT', actor: 'wix_user:user-1', requestId };
  expect(await hub().history(entity)).toEqual([expect.objectContaining(cause)]);
});

test('an untracked item has no quantity, also when both are told', async () => {
  const more = { quantity: 9, trackQuantity: false, inStock: true };
  const entity = wixEntity(more);
  await hub().tell('created', entity);
  expect(await hub().itemOf(entity)).toMatchObject({ tracked: false, inStock: true, quantity: 0 });
});

test('an item whose stock nobody tells is there with nothing to sell', async () => {
  const entity = wixEntity({ quantity: undefined, trackQuantity: undefined });
  await hub().tell('created', entity);
  expect(await hub().itemOf(entity)).toMatchObject({ tracked: true, quantity: 0 });
});

test('a product without variants, at the default location', async () => {
  const product = randomUUID();
  const nil = '00000000-0000-0000-0000-000000000000';
  const entity = wixEntity({ productId: product, variantId: nil, locationId: undefined });
  await hub().tell('created', entity);
  expect(await hub().level(product)).toMatchObject({ quantity: 7 });
});

describe('an item the hub knows', () => {
  test('HUB_WINS: keeps quantity and preorders, takes the words', async () => {
    const entity = wixEntity();
    await hub().tell('created', entity);
    const product = { name: 'Shirt II', variantSku: '' };
    const preorderInfo = { enabled: true, limit: 5, message: 'Later' };
    await hub().tell(
      'updated',
      { ...entity, quantity: 99, product, preorderInfo },
      { sequence: '2' },
    );
    const item = await hub().itemOf(entity);
    expect(item).toMatchObject({
      quantity: 7,
      preorderEnabled: false,
      preorderMessage: 'Later',
      name: 'Shirt II',
      // What the event does not say stays.
      variantName: 'Blue',
    });
    expect(item).not.toHaveProperty('sku');
    const [, updated] = await hub().history(entity);
    expect(updated).toMatchObject({ operation: 'UPDATE', lines: [{ delta: 0 }] });
  });

  test('WIX_WINS: takes quantity and preorders too', async () => {
    await hub().set({ incomingQuantities: 'WIX_WINS' });
    const entity = wixEntity();
    await hub().tell('created', entity);
    const preorderInfo = { enabled: true, limit: 5, counter: 0 };
    await hub().tell('updated', { ...entity, quantity: 99, preorderInfo }, { sequence: '2' });
    expect(await hub().itemOf(entity)).toMatchObject({
      quantity: 99,
      preorderEnabled: true,
      preorderLimit: 5,
    });
    const [, updated] = await hub().history(entity);
    expect(updated).toMatchObject({ lines: [{ delta: 92 }] });
    await hub().tell(
      'updated',
      { ...entity, quantity: undefined, inStock: true, trackQuantity: false },
      { sequence: '3' },
    );
    expect(await hub().itemOf(entity)).toMatchObject({ tracked: false, inStock: true });
  });

  test('HUB_WINS holds for an item that came by another way, too', async () => {
    const product = randomUUID();
    await hub().create(product, 3);
    const entity = wixEntity({ productId: product, variantId: null, locationId: null });
    await hub().tell('updated', entity);
    expect(await hub().level(product)).toMatchObject({ quantity: 3, name: 'Shirt' });
  });

  test('an event that tells nothing new leaves no trace', async () => {
    const entity = wixEntity();
    await hub().tell('created', entity);
    const unchanged = await hub().counted('unchanged');
    await hub().tell('updated', entity, { sequence: '2' });
    expect(await hub().counted('unchanged')).toBe(unchanged + 1);
    expect(await hub().history(entity)).toHaveLength(1);
  });
});

describe('a deleted item', () => {
  test.each([
    ['with the item as it was', true],
    ['with its id alone', false],
  ])('is gone, %s', async (_, whole) => {
    const entity = wixEntity();
    await hub().tell('created', entity);
    const body = bodies.deleted(whole ? entity : undefined);
    const event = { wixItemId: entity.id, sequence: '2' };
    expect((await hub().send('deleted', body, event)).status).toBe(200);
    expect(await hub().itemOf(entity)).toBeNull();
    const [, deleted] = await hub().history(entity);
    expect(deleted).toMatchObject({
      operation: 'DELETE',
      reason: 'WIX_EVENT',
      lines: [{ deleted: true, levelBefore: { quantity: 7 } }],
    });
  });

  test('that came by another way is gone, too', async () => {
    const product = randomUUID();
    await hub().create(product, 3);
    await hub().tell(
      'deleted',
      wixEntity({ productId: product, variantId: null, locationId: null }),
    );
    await expect(hub().level(product)).rejects.toThrow('no item');
  });

  test('that nobody knows is as good as deleted', async () => {
    const unchanged = await hub().counted('unchanged');
    const event = { wixItemId: randomUUID() };
    expect((await hub().send('deleted', bodies.deleted(), event)).status).toBe(200);
    expect(await hub().counted('unchanged')).toBe(unchanged + 1);
  });
});

test('an update with its reason brings the item, a turn of its status nothing', async () => {
  const entity = wixEntity();
  await hub().tell('updated_with_reason', entity);
  expect(await hub().itemOf(entity)).toMatchObject({ quantity: 7 });
  const body = bodies.stock_status_updated(false);
  const event = { wixItemId: entity.id, sequence: '9' };
  expect((await hub().send('stock_status_updated', body, event)).status).toBe(200);
  // It brings no entity, so what comes with it is not out of date.
  await hub().tell('updated', { ...entity, product: { name: 'New' } }, { sequence: '9' });
  expect(await hub().itemOf(entity)).toMatchObject({ name: 'New' });
});

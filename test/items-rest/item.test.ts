import { randomUUID } from 'node:crypto';
import { NIL_GUID } from '../../src/core/identity';
import { wireHub, type WireBody } from './wireHub';

const { hub, send, run, refusal, create, get } = wireHub();

describe('create', () => {
  test('answers the item as it is stored, at the default location', async () => {
    const [productId, variantId, category, brand] = [1, 2, 3, 4].map(() => randomUUID());
    const item = await create({
      id: randomUUID(),
      revision: '77',
      productId,
      variantId: variantId!.toUpperCase(),
      quantity: 7,
      trackQuantity: true,
      preorderInfo: { enabled: true, message: 'soon', limit: 50 },
      product: {
        name: 'Shirt',
        directCategoryIds: [category],
        variantName: 'Blue',
        variantSku: 'S-1',
        variantVisible: false,
        variantBarcode: '4006381333931',
        brand: { id: brand, name: 'Acme' },
      },
      extendedFields: { namespaces: { '@acme/app': { id: 'x', size: 3 } } },
    });
    const { locations } = await hub().run<{ locations: { id: string }[] }>('{locations{id}}');
    expect(item).toEqual({
      id: item.id,
      revision: '1',
      createdDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      updatedDate: item['createdDate'],
      productId,
      variantId,
      locationId: locations[0]!.id,
      quantity: 7,
      trackQuantity: true,
      availabilityStatus: 'IN_STOCK',
      preorderInfo: { enabled: true, message: 'soon', limit: 50, counter: 0, quantity: 50 },
      product: {
        name: 'Shirt',
        directCategoryIds: [category],
        variantName: 'Blue',
        variantSku: 'S-1',
        variantVisible: false,
        variantBarcode: '4006381333931',
        brand: { id: brand, name: 'Acme' },
      },
      extendedFields: { namespaces: { '@acme/app': { id: 'x', size: 3 } } },
    });
    expect(await get(item.id)).toEqual(item);
  });

  test('of an untracked item has no quantity on the wire, and no numbers of preorder', async () => {
    const item = await create({ quantity: undefined, inStock: true, variantId: NIL_GUID });
    expect(item).toMatchObject({ inStock: true, trackQuantity: false, variantId: NIL_GUID });
    expect(item).not.toHaveProperty('quantity');
    expect(item['preorderInfo']).toEqual({ enabled: false });
    expect(item['product']).toEqual({ directCategoryIds: [] });
  });

  test('gives a preorder without a limit the default one', async () => {
    const item = await create({ quantity: 0, preorderInfo: { enabled: true, limit: null } });
    expect(item['preorderInfo']).toEqual({
      enabled: true,
      limit: 100_000,
      counter: 0,
      quantity: 100_000,
    });
    expect(item['availabilityStatus']).toBe('PREORDER');
  });

  test('at a location it names, beside the one at the default location', async () => {
    const [locationId, productId, variantId] = [randomUUID(), randomUUID(), randomUUID()];
    const [here, there] = [
      await create({ productId, variantId }),
      await create({ productId, variantId, locationId }),
    ];
    expect(there['locationId']).toBe(locationId);
    expect(there.id).not.toBe(here.id);
  });

  test('refuses what exists with 409', async () => {
    const { productId, variantId } = await create();
    const inventoryItem = { productId, variantId, inStock: true };
    expect(await refusal('POST', '/inventory-items', { inventoryItem })).toMatchObject({
      status: 409,
      code: 'ITEM_ALREADY_EXISTS',
    });
  });

  test.each<[string, object, string, string]>([
    ['no product', { productId: undefined }, 'productId', 'REQUIRED_FIELD'],
    ['an empty product', { productId: '' }, 'productId', 'MIN_LENGTH'],
    ['a long product', { productId: 'x'.repeat(37) }, 'productId', 'MAX_LENGTH'],
    ['a product with a line break', { productId: 'a\nb' }, 'productId', 'FORMAT'],
    ['no variant', { variantId: null }, 'variantId', 'REQUIRED_FIELD'],
    ['a variant that is no GUID', { variantId: 'blue' }, 'variantId', 'FORMAT'],
    ['a location that is no GUID', { locationId: 'here' }, 'locationId', 'FORMAT'],
    ['neither quantity nor inStock', { quantity: null }, 'quantity', 'REQUIRED_FIELD'],
    ['both', { inStock: true }, 'inStock', 'OTHER'],
    ['a fraction', { quantity: 1.5 }, 'quantity', 'FORMAT'],
    ['text as quantity', { quantity: '5' }, 'quantity', 'FORMAT'],
    ['too many', { quantity: 100_000 }, 'quantity', 'MAX'],
    ['far too few', { quantity: -100_000 }, 'quantity', 'MIN'],
    ['too few', { quantity: -1 }, 'quantity', 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE'],
    [
      'a limit without tracking',
      { quantity: null, inStock: true, preorderInfo: { enabled: true, limit: 5 } },
      'preorderInfo.limit',
      'PREORDER_LIMIT_NOT_SUPPORTED_FOR_UNTRACKED_INVENTORY',
    ],
    ['a high limit', { preorderInfo: { limit: 100_001 } }, 'preorderInfo.limit', 'MAX'],
    ['a negative limit', { preorderInfo: { limit: -1 } }, 'preorderInfo.limit', 'MIN'],
    ['an empty message', { preorderInfo: { message: '' } }, 'preorderInfo.message', 'MIN_LENGTH'],
    ['enabled as text', { preorderInfo: { enabled: 'yes' } }, 'preorderInfo.enabled', 'FORMAT'],
    ['a list as preorder', { preorderInfo: [] }, 'preorderInfo', 'FORMAT'],
    ['an unreadable sku', { product: { variantSku: 'a\u0000b' } }, 'product.variantSku', 'FORMAT'],
    ['a long sku', { product: { variantSku: 'x'.repeat(41) } }, 'product.variantSku', 'MAX_LENGTH'],
    [
      'a category that is no GUID',
      { product: { directCategoryIds: [NIL_GUID, 'x'] } },
      'product.directCategoryIds[1]',
      'FORMAT',
    ],
    [
      'a namespace that is no object',
      { extendedFields: { namespaces: { app: 1 } } },
      'extendedFields.namespaces',
      'FORMAT',
    ],
  ])('refuses %s with 400', async (_, change, field, rule) => {
    const inventoryItem = {
      productId: randomUUID(),
      variantId: randomUUID(),
      quantity: 1,
      ...change,
    };
    const refused = await refusal('POST', '/inventory-items', { inventoryItem });
    expect(refused).toMatchObject({ status: 400, field: `inventoryItem.${field}`, rule });
    expect(refused.description).toContain(`inventoryItem.${field} must be`);
  });

  test('tells of all violations at once', async () => {
    const { body } = await send('POST', '/inventory-items', { inventoryItem: { quantity: 'x' } });
    expect(body).toMatchObject({
      details: {
        validationError: {
          fieldViolations: [
            { field: 'inventoryItem.quantity', violatedRule: 'FORMAT' },
            { field: 'inventoryItem.productId', violatedRule: 'REQUIRED_FIELD' },
            { field: 'inventoryItem.variantId', violatedRule: 'REQUIRED_FIELD' },
          ],
        },
      },
    });
  });
});

describe('get and delete', () => {
  test('an unknown id is 404, a malformed one 400', async () => {
    for (const verb of ['GET', 'DELETE']) {
      const unknown = await refusal(verb, `/inventory-items/${randomUUID()}`);
      expect(unknown).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      const malformed = await refusal(verb, '/inventory-items/shirt');
      expect(malformed).toMatchObject({ status: 400, field: 'inventoryItemId', rule: 'FORMAT' });
    }
  });

  test('delete answers an empty object, once', async () => {
    const { id } = await create();
    expect(await run('DELETE', `/inventory-items/${id}`)).toEqual({});
    expect(await refusal('GET', `/inventory-items/${id}`)).toMatchObject({ status: 404 });
    expect(await refusal('DELETE', `/inventory-items/${id}`)).toMatchObject({ status: 404 });
  });

  test('what REST writes GraphQL and the ledger have', async () => {
    const item: WireBody = await create({ quantity: 3 });
    const path = `/inventory-items/${item.id}`;
    await run('PATCH', path, {
      inventoryItem: { id: item.id, revision: '1', quantity: 9 },
      reason: 'REVERT_INVENTORY_CHANGE',
    });
    await run('DELETE', path);
    const entries = (await hub().ledger()).filter(({ lines }) => lines[0]!.itemId === item.id);
    expect(entries.map(({ operation, reason, actor }) => [operation, reason, actor])).toEqual([
      ['CREATE', undefined, 'user:test'],
      ['UPDATE', 'REVERT_INVENTORY_CHANGE', 'user:test'],
      ['DELETE', undefined, 'user:test'],
    ]);
    expect(entries.map(({ lines }) => lines[0]!.delta)).toEqual([3, 6, -9]);
  });
});

import { randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import { impliedLocationId, NIL_GUID } from '../../src/core/identity';
import { graphqlHub, graphqlHubs } from '../support/graphqlHub';

const hub = graphqlHub();
const startHub = graphqlHubs();

const ITEM = `fragment Item on InventoryItem {
  id appId productId variantId locationId location { id name isDefault active revision }
  name variantName sku barcode brand { id name } visible categoryIds tracked quantity inStock
  reserved available availabilityStatus preorder { enabled message limit counter remaining }
  lowStockThreshold revision createdDate updatedDate extendedFields
}`;
const BY_ID = `query ($id: ID!) { inventoryItem(id: $id) { ...Item } } ${ITEM}`;
const BY_REFERENCE = `query ($reference: CatalogReferenceInput!, $locationId: ID) {
  inventoryItemByReference(catalogReference: $reference, locationId: $locationId) { id }
}`;
const OF_PRODUCT = `query ($productId: ID!) {
  productInventory(productId: $productId) {
    productId totalQuantity totalAvailable totalReserved items { id location { name } }
  }
}`;

const itemOf = async (id: string) => (await hub().run(BY_ID, { id }))['inventoryItem'];
const elsewhere = randomUUID();

describe('inventoryItem', () => {
  test('gives all there is about an item', async () => {
    const variantId = randomUUID();
    const [brandId, categoryId] = [randomUUID(), randomUUID()];
    const extendedFields = { '@app/one': { shelf: 'B 4', high: [1, 2] } };
    const id = await hub().addItem({
      productId: 'shirt',
      variantId,
      name: 'Shirt',
      variantName: 'Blue, L',
      sku: 'SH-BL-L',
      barcode: '4006381333931',
      brandId,
      brandName: 'Ours',
      visible: true,
      categoryIds: [categoryId],
      preorderMessage: 'Ships in May',
      extendedFields,
      quantity: 7,
      preorderEnabled: true,
      preorderLimit: 20,
      lowStockThreshold: 10,
    });
    const locationId = impliedLocationId(hub().tenantId);
    const item = await itemOf(id);
    expect(item).toEqual({
      id,
      appId: WIX_STORES_APP_ID,
      productId: 'shirt',
      variantId,
      locationId,
      location: { id: locationId, name: null, isDefault: true, active: true, revision: 0 },
      name: 'Shirt',
      variantName: 'Blue, L',
      sku: 'SH-BL-L',
      barcode: '4006381333931',
      brand: { id: brandId, name: 'Ours' },
      visible: true,
      categoryIds: [categoryId],
      tracked: true,
      quantity: 7,
      inStock: null,
      reserved: 0,
      available: 7,
      availabilityStatus: 'IN_STOCK',
      preorder: { enabled: true, message: 'Ships in May', limit: 20, counter: 0, remaining: 20 },
      lowStockThreshold: 10,
      revision: '1',
      createdDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      updatedDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      extendedFields,
    });
  });

  test('an untracked item has no numbers, and what is not known is null', async () => {
    const id = await hub().addItem({ tracked: false, inStock: true });
    expect(await itemOf(id)).toMatchObject({
      tracked: false,
      inStock: true,
      quantity: null,
      available: null,
      availabilityStatus: 'IN_STOCK',
      preorder: { enabled: false, message: null, limit: null, counter: null, remaining: null },
      name: null,
      sku: null,
      brand: null,
      visible: null,
      variantId: null,
      categoryIds: [],
      lowStockThreshold: null,
      extendedFields: null,
    });
  });

  test('the id in upper case is the same; an unknown one is null; no GUID is refused', async () => {
    const id = await hub().addItem({ quantity: 1 });
    expect(await itemOf(id.toUpperCase())).toMatchObject({ id });
    expect(await itemOf(randomUUID())).toBeNull();
    const { data, errors } = await hub().query(BY_ID, { id: 'shirt' });
    expect(data).toEqual({ inventoryItem: null });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
    expect(errors![0]!.message).toBe('id must be a GUID, got "shirt"');
  });
});

describe('inventoryItemByReference', () => {
  const find = async (reference: object, locationId?: string) => {
    const all = { appId: WIX_STORES_APP_ID, ...reference };
    const answer = await hub().query<{ inventoryItemByReference: { id: string } | null }>(
      BY_REFERENCE,
      { reference: all, locationId },
    );
    if (answer.errors) return answer.errors[0]!.extensions['code'];
    return answer.data!.inventoryItemByReference?.id ?? null;
  };

  test('finds what an order line means, there or at the default location', async () => {
    const productId = randomUUID();
    const variantId = randomUUID();
    const [plain, variant, away] = await hub().addItems([
      { productId, quantity: 1 },
      { productId, variantId, quantity: 2 },
      { productId, variantId, locationId: elsewhere, quantity: 3 },
    ]);
    const catalogItemId = productId.toUpperCase();
    expect(await find({ catalogItemId })).toBe(plain);
    expect(await find({ catalogItemId, variantId: NIL_GUID })).toBe(plain);
    expect(await find({ catalogItemId, variantId: variantId.toUpperCase() })).toBe(variant);
    expect(await find({ catalogItemId, variantId }, elsewhere.toUpperCase())).toBe(away);
    expect(await find({ catalogItemId }, elsewhere)).toBeNull();
    expect(await find({ catalogItemId: 'nothing' })).toBeNull();
    expect(await find({ appId: 'another', catalogItemId })).toBeNull();
    expect(await find({ catalogItemId }, 'here')).toBe('INVALID_INPUT');
  });

  test('takes the options of an order line, as the plugin reads them', async () => {
    const [productId, variantId] = [randomUUID(), randomUUID()];
    const [plain, variant] = await hub().addItems([
      { productId, quantity: 1 },
      { productId, variantId, quantity: 2 },
    ]);
    const catalogItemId = productId;
    const text = { engraving: 'Ann' };
    expect(await find({ catalogItemId, options: { variantId, ...text } })).toBe(variant);
    expect(await find({ catalogItemId, options: { variantId: null, ...text } })).toBe(plain);
    expect(await find({ catalogItemId, options: {} })).toBe(plain);
    expect(await find({ catalogItemId, options: null, variantId })).toBe(variant);
    for (const wrong of [
      { catalogItemId, variantId, options: { variantId } },
      { catalogItemId, options: { variantId: [variantId] } },
      { catalogItemId: '' },
      { catalogItemId: 'x'.repeat(37) },
      { catalogItemId, appId: 'a\nb' },
    ]) {
      expect([wrong, await find(wrong)]).toEqual([wrong, 'INVALID_INPUT']);
    }
  });

  test('for another catalog its options say which item an order meant', async () => {
    const appId = randomUUID();
    const other = await startHub({ catalogIdentityOptions: { [appId]: ['size', 'colour'] } });
    const options = { colour: 'red', size: 7, note: 'a gift' };
    const reference = { appId, catalogItemId: 'shoe', options };
    await other.run(
      'mutation { settingsUpdate(input: { unknownItems: RECORD }) { userErrors { code } } }',
    );
    const sold = await other.call('decrement', [{ quantity: 3, catalogReference: reference }], {
      restrictInventoryValue: false,
    });
    expect(sold.status).toBe(200);
    const query = `query ($reference: CatalogReferenceInput!) {
      inventoryItemByReference(catalogReference: $reference) { quantity productId }
    }`;
    const found = { inventoryItemByReference: { quantity: -3, productId: 'shoe' } };
    expect(await other.run(query, { reference })).toEqual(found);
    const same = { ...reference, options: { size: '7', colour: 'red' } };
    expect(await other.run(query, { reference: same })).toEqual(found);
    const another = { ...reference, options: { ...options, size: 8 } };
    expect(await other.run(query, { reference: another })).toEqual({
      inventoryItemByReference: null,
    });
  });
});

describe('productInventory', () => {
  const of = async (productId: string) =>
    (await hub().run(OF_PRODUCT, { productId }))['productInventory'];

  test('gives every variant and location, and the sums of what is counted', async () => {
    const productId = randomUUID();
    const [first, second] = ['1', '2'].map((n) => NIL_GUID.replace(/^0/, n)) as [string, string];
    await hub().run(
      `mutation ($input: LocationCreateInput!) {
        locationCreate(input: $input) { location { id } }
      }`,
      { input: { name: 'Elsewhere', id: elsewhere } },
    );
    const [b, a, untracked, c] = await hub().addItems([
      { productId, variantId: second, quantity: -4 },
      { productId, variantId: first, quantity: 10 },
      { productId, variantId: second, locationId: elsewhere, tracked: false, inStock: true },
      { productId, variantId: first, locationId: elsewhere, quantity: 1_000_000_000 },
    ]);
    await hub().addItem({ quantity: 1 });
    const items = [
      { id: a, location: { name: null } },
      { id: c, location: { name: 'Elsewhere' } },
      { id: b, location: { name: null } },
      { id: untracked, location: { name: 'Elsewhere' } },
    ];
    const found = (await of(productId.toUpperCase())) as { items: object[] };
    expect(found).toMatchObject({
      totalQuantity: 1_000_000_006,
      totalAvailable: 1_000_000_006,
      totalReserved: 0,
    });
    expect(found.items).toHaveLength(4);
    expect(found.items).toEqual(expect.arrayContaining(items));
    // By variant, then by location.
    const variants = found.items.map((item) => ((item as { id: string }).id === b ? 'b' : ''));
    expect(variants.indexOf('b')).toBeGreaterThan(1);
  });

  test('a product nobody created is empty', async () => {
    expect(await of('nothing')).toEqual({
      productId: 'nothing',
      totalQuantity: 0,
      totalAvailable: 0,
      totalReserved: 0,
      items: [],
    });
  });
});

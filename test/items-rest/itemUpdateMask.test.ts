import { itemUpdates } from './itemUpdates';
import { wireHub } from './wireHub';

const { run, send, refusal, create } = wireHub();

const { update, refused } = itemUpdates({ run, refusal });
const preorder = { enabled: true, message: 'soon', limit: 50 };
const namespaces = { a: { one: 1 }, b: { two: 2 } };

describe('an update with a mask', () => {
  const change = { quantity: 3, preorderInfo: { enabled: false } };

  test.each<[string, unknown]>([
    ['a text with commas', 'quantity, preorderInfo.message'],
    ['an object with paths', { paths: ['quantity', 'preorderInfo.message'] }],
    ['a list', ['quantity', 'preorderInfo.message']],
  ])('changes the fields of the mask only: %s', async (_, fieldMask) => {
    const item = await create({ preorderInfo: preorder });
    const after = await update(item, change, { fieldMask });
    expect(after).toMatchObject({ quantity: 3, preorderInfo: { enabled: true, limit: 50 } });
    expect(after['preorderInfo']).not.toHaveProperty('message');
  });

  test.each<[string, object, unknown]>([
    ['another tracking', { quantity: 3, inStock: true }, 'quantity'],
    ['a message', { quantity: 3, preorderInfo: { message: '' } }, { paths: ['quantity'] }],
    ['a namespace', { quantity: 3, extendedFields: { namespaces: { a: 1 } } }, ['quantity']],
    [
      'a namespace beside the one that is meant',
      { quantity: 3, extendedFields: { namespaces: { a: { one: 1 }, b: 2 } } },
      ['quantity', 'extendedFields.namespaces.a'],
    ],
    ['no object', { quantity: 3, preorderInfo: 7, extendedFields: 8 }, ['quantity']],
  ])('does not look at what is wrong outside of it: %s', async (_, wrong, fieldMask) => {
    const item = await create({ preorderInfo: preorder });
    const after = await update(item, wrong, { fieldMask });
    expect(after).toMatchObject({ quantity: 3, preorderInfo: preorder });
  });

  test('looks at what is wrong inside of it', async () => {
    const { id, revision } = await create();
    const inventoryItem = { revision, preorderInfo: 7, extendedFields: { namespaces: { a: 1 } } };
    const fieldMask = 'preorderInfo.limit,extendedFields.namespaces.a';
    const { body } = await send('PATCH', `/inventory-items/${id}`, { inventoryItem, fieldMask });
    expect(body).toMatchObject({
      details: {
        validationError: {
          fieldViolations: [
            { field: 'inventoryItem.preorderInfo', violatedRule: 'FORMAT' },
            { field: 'inventoryItem.extendedFields.namespaces', violatedRule: 'FORMAT' },
          ],
        },
      },
    });
  });

  test.each<[string, unknown]>([
    ['none', undefined],
    ['an empty text', ''],
    ['no paths', { paths: [] }],
    ['an empty list', []],
  ])('that is empty is none: %s', async (_, fieldMask) => {
    const item = await create({ preorderInfo: preorder });
    const after = await update(item, change, { fieldMask });
    expect(after).toMatchObject({ quantity: 3, preorderInfo: { enabled: false, limit: 50 } });
  });

  test('sets a whole object, what is absent to its default', async () => {
    const item = await create({ preorderInfo: preorder, extendedFields: { namespaces } });
    const after = await update(
      item,
      { extendedFields: { namespaces: { c: {} } } },
      { fieldMask: 'preorderInfo,extendedFields,revision,product.name' },
    );
    expect(after['preorderInfo']).toEqual({ enabled: false, counter: 0 });
    const again = await update(after, { preorderInfo: { enabled: true } });
    expect(again['preorderInfo']).toMatchObject({ enabled: true, limit: 100_000 });
    expect(after['extendedFields']).toEqual({ namespaces: { c: {} } });
  });

  test('sets or takes away one namespace', async () => {
    const item = await create({ extendedFields: { namespaces } });
    const fieldMask = 'extendedFields.namespaces.a,extendedFields.namespaces.c';
    const written = { namespaces: { b: {}, c: { three: 3 } } };
    const after = await update(item, { extendedFields: written }, { fieldMask });
    expect(after['extendedFields']).toEqual({ namespaces: { b: { two: 2 }, c: { three: 3 } } });
  });

  test('that names what is not there to write is refused', async () => {
    const item = await create();
    const unknown = await refused(item, { quantity: 1 }, { fieldMask: 'quantity,stock' });
    expect(unknown).toMatchObject({ status: 400, field: 'fieldMask', rule: 'FORMAT' });
    const form = await refused(item, { quantity: 1 }, { fieldMask: 7 });
    expect(form).toMatchObject({ status: 400, field: 'fieldMask', rule: 'FORMAT' });
    const missing = await refused(item, {}, { fieldMask: 'quantity' });
    expect(missing).toMatchObject({
      status: 400,
      field: 'inventoryItem.quantity',
      rule: 'REQUIRED_FIELD',
    });
  });
});

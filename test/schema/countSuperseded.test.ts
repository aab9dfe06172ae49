import { randomUUID } from 'node:crypto';
import { verifyTenant } from '../../src/inventory/verify';
import { graphqlHub } from '../support/graphqlHub';
import { line } from '../support/pluginHub';
import { change } from './changes';
import { addCounted, count as takeStock, newest as newestMovement } from './counting';

/*
 * What states a quantity counts from the moment it is of, in whatever order it is typed in.
 */

const hub = graphqlHub();

const count = (input: object, send: { key?: string } = {}) => takeStock(hub(), input, send);
const newest = () => newestMovement(hub());
const addItem = (quantity: number) => addCounted(hub(), quantity);
const quantityOf = async (id: string) => {
  const { inventoryItem } = await hub().run<{ inventoryItem: { quantity: number } }>(
    'query ($id: ID!) { inventoryItem(id: $id) { quantity } }',
    { id },
  );
  return inventoryItem.quantity;
};
const sell = async (productId: string, units: number) => {
  const call = await hub().call('decrement', [line(productId, units)], { orderId: randomUUID() });
  expect(call.status).toBe(200);
};

test('the same count typed twice corrects once; another of the moment corrects it', async () => {
  const { productId, itemId } = await addItem(10);
  await sell(productId, 2);
  const { id } = await newest();
  await sell(productId, 3);
  const countAs = async (countedQuantity: number) => {
    const input = { lines: [{ itemId, countedQuantity }], asOfMovementId: id };
    const { lines, movement } = await count(input);
    return { ...lines[0]!, delta: movement!.lines[0]!.delta };
  };
  expect(await countAs(7)).toMatchObject({ expectedQuantity: 8, difference: -1, delta: -1 });
  expect(await countAs(7)).toMatchObject({
    ...{ expectedQuantity: 7, difference: 0, superseded: false, presentQuantity: 4, delta: 0 },
  });
  expect(await countAs(6)).toMatchObject({ expectedQuantity: 7, difference: -1 });
  expect(await quantityOf(itemId)).toBe(3);
});

test('twice at once, it corrects once', async () => {
  const { itemId } = await addItem(8);
  const input = { lines: [{ itemId, countedQuantity: 7 }], asOfMovementId: (await newest()).id };
  const answers = await Promise.all(Array.from({ length: 8 }, () => count(input)));
  const differences = answers.map(({ lines }) => lines[0]!.difference);
  expect(differences.sort()).toEqual([-1, 0, 0, 0, 0, 0, 0, 0]);
  expect(await quantityOf(itemId)).toBe(7);
});

describe('what was stated of a later moment stands:', () => {
  const edit = async (itemId: string, values: object) => {
    const { inventoryItem: item } = await hub().run<{ inventoryItem: { revision: string } }>(
      'query ($id: ID!) { inventoryItem(id: $id) { revision } }',
      { id: itemId },
    );
    const answer = await hub().run<{ inventoryItemUpdate: { userErrors: object[] } }>(
      `mutation ($input: InventoryItemUpdateInput!) {
        inventoryItemUpdate(input: $input) { userErrors { code } }
      }`,
      { input: { id: itemId, revision: item.revision, ...values } },
    );
    expect(answer.inventoryItemUpdate.userErrors).toEqual([]);
  };
  test.each<[string, (itemId: string) => Promise<unknown>, number]>([
    [
      'a quantity that was set',
      (itemId) =>
        change(hub(), 'set', { changes: [{ itemId, quantity: 12, compareQuantity: null }] }),
      12,
    ],
    ['a later count', (itemId) => count({ lines: [{ itemId, countedQuantity: 9 }] }), 9],
    [
      'an item that is tracked again',
      async (itemId) => {
        await edit(itemId, { inStock: true });
        await edit(itemId, { quantity: 30 });
      },
      30,
    ],
  ])('%s', async (_name, state, quantity) => {
    const { productId, itemId } = await addItem(10);
    const other = await addItem(5);
    const { id } = await newest();
    await sell(productId, 1);
    await state(itemId);
    await sell(productId, 2);
    const key = randomUUID();
    const lines = [
      { itemId, countedQuantity: 3 },
      { itemId: other.itemId, countedQuantity: 4 },
    ];
    const counted = await count({ lines, asOfMovementId: id }, { key });
    expect(counted.lines).toMatchObject([
      { expectedQuantity: 10, difference: 0, superseded: true, presentQuantity: quantity - 2 },
      { expectedQuantity: 5, difference: -1, superseded: false },
    ]);
    expect(counted.movement!.lines).toEqual([{ itemId: other.itemId, delta: -1 }]);
    const again = await count({ lines, asOfMovementId: id }, { key });
    expect(again).toEqual({ ...counted, replayed: true });
    // All of it superseded: nothing moves, and a repeat knows why.
    const alone = { lines: lines.slice(0, 1), asOfMovementId: id };
    const first = await count(alone, { key: `${key} alone` });
    expect([first.movement, first.lines[0]!.superseded]).toEqual([null, true]);
    expect(await count(alone, { key: `${key} alone` })).toEqual({ ...first, replayed: true });
    const { operation } = await hub().run<{ operation: object }>(
      'query ($key: String!) { operation(key: $key) { movement { id } } }',
      { key: `${key} alone` },
    );
    expect(operation).toEqual({ movement: null });
    expect(await quantityOf(itemId)).toBe(quantity - 2);
  });

  test('but an edit of something else states nothing', async () => {
    const { itemId } = await addItem(10);
    const { id } = await newest();
    await edit(itemId, { sku: 'S' });
    const { lines } = await count({ lines: [{ itemId, countedQuantity: 9 }], asOfMovementId: id });
    expect(lines).toMatchObject([{ difference: -1, superseded: false, presentQuantity: 9 }]);
  });
});

test('in the end the books are right', async () => {
  expect(await verifyTenant(hub().inventory, hub().tenantId)).toMatchObject({ driftCount: 0 });
});

import { randomUUID } from 'node:crypto';
import { graphqlHub } from '../support/graphqlHub';
import { addCounted, count as takeStock, newest as newestMovement } from './counting';

const hub = graphqlHub();

const count = (input: object) => takeStock(hub(), input);
const newest = () => newestMovement(hub());
const addItem = (quantity: number) => addCounted(hub(), quantity);

describe('what is refused', () => {
  const refused = async (input: object) => {
    const before = await newest();
    const { userErrors, movement, lines, asOf } = await count(input);
    expect([movement, lines, asOf]).toEqual([null, [], null]);
    expect(await newest()).toEqual(before);
    return userErrors.map(({ code, field, message }) => [code, field?.join('.'), message]);
  };

  test('lines that break a bound, by their place', async () => {
    const { itemId } = await addItem(1);
    const good = { itemId, countedQuantity: 1 };
    expect(await refused({ lines: [] })).toEqual([
      ['INVALID_INPUT', 'input.lines', 'input.lines must be 1..300 entries, got 0'],
    ]);
    expect(await refused({ lines: [good, { itemId: 'x', countedQuantity: 1 }] })).toEqual([
      ['INVALID_INPUT', 'input.lines.1.itemId', 'input.lines[1].itemId must be a GUID, got "x"'],
    ]);
    expect(await refused({ lines: [{ itemId, countedQuantity: -1 }] })).toEqual([
      [
        'INVALID_INPUT',
        'input.lines.0.countedQuantity',
        'input.lines[0].countedQuantity must be 0..1000000000, got -1',
      ],
    ]);
    expect((await refused({ lines: [good, good] }))[0]!.slice(0, 2)).toEqual([
      'INVALID_INPUT',
      'input.lines.1.itemId',
    ]);
    expect((await refused({ lines: [good], reference: 'no uri' }))[0]!.slice(0, 2)).toEqual([
      'INVALID_INPUT',
      'input.reference',
    ]);
  });

  test('every wrong line, in order', async () => {
    const early = await newest();
    const [one, other] = [await addItem(1), await addItem(1)];
    const good = { itemId: one.itemId, countedQuantity: 1 };
    const bounds = await refused({
      lines: [{ itemId: 'x', countedQuantity: 1 }, good, { ...good, countedQuantity: -1 }, good],
    });
    expect(bounds.map(([, field]) => field)).toEqual([
      'input.lines.0.itemId',
      'input.lines.2.countedQuantity',
      'input.lines.3.itemId',
    ]);
    const lines = [good, { itemId: other.itemId, countedQuantity: 1 }];
    const unborn = await refused({ lines, asOfMovementId: early.id });
    expect(unborn.map(([code, field]) => [code, field])).toEqual([
      ['INVALID_INPUT', 'input.lines.0.itemId'],
      ['INVALID_INPUT', 'input.lines.1.itemId'],
    ]);
  });

  test('unknown and untracked items, all of them', async () => {
    const shelf = await hub().addItem({ tracked: false, inStock: true });
    const { itemId } = await addItem(1);
    const lines = (...ids: string[]) => ids.map((id) => ({ itemId: id, countedQuantity: 1 }));
    const unknown = await refused({ lines: lines(itemId, randomUUID(), randomUUID()) });
    expect(unknown.map(([code, field]) => [code, field])).toEqual([
      ['UNKNOWN_ITEM', 'input.lines.1.itemId'],
      ['UNKNOWN_ITEM', 'input.lines.2.itemId'],
    ]);
    const untracked = await refused({ lines: lines(itemId, shelf) });
    expect(untracked.map(([code, field]) => [code, field])).toEqual([
      ['ITEM_NOT_TRACKED', 'input.lines.1.itemId'],
    ]);
  });

  test('a moment that has not come, is before the creation, or is said twice', async () => {
    const early = await newest();
    const { itemId } = await addItem(1);
    const lines = [{ itemId, countedQuantity: 1 }];
    const [timeMs, sequence] = (await newest()).id.split('-').map(Number);
    const future = new Date(Date.now() + 3_600_000).toISOString();
    expect((await refused({ lines, asOfTime: future }))[0]).toEqual([
      'INVALID_INPUT',
      'input.asOfTime',
      expect.stringContaining('must be no later than'),
    ]);
    const ahead = `${timeMs!}-${sequence! + 1}`;
    expect((await refused({ lines, asOfMovementId: ahead }))[0]!.slice(0, 2)).toEqual([
      'INVALID_INPUT',
      'input.asOfMovementId',
    ]);
    expect((await refused({ lines, asOfMovementId: early.id }))[0]).toEqual([
      'INVALID_INPUT',
      'input.lines.0.itemId',
      expect.stringContaining('an item that was there at'),
    ]);
    const both = { lines, asOfMovementId: early.id, asOfTime: early.time };
    expect((await refused(both))[0]!.slice(0, 2)).toEqual([
      'INVALID_INPUT',
      'input.asOfMovementId',
    ]);
    for (const asOfMovementId of [
      'x',
      '1-',
      '-1',
      '1e3-1',
      '9999999999999999-1',
      'x'.repeat(200),
    ]) {
      expect((await refused({ lines, asOfMovementId }))[0]![0]).toBe('INVALID_INPUT');
    }
  });

  test('an item that was deleted and created again since the count', async () => {
    const { productId, itemId } = await addItem(7);
    const { id } = await newest();
    await hub().run(
      `mutation ($id: ID!) { inventoryItemDelete(input: { id: $id }) {
      deletedIds } }`,
      { id: itemId },
    );
    await hub().addItem({ productId, quantity: 1 });
    const input = { lines: [{ itemId, countedQuantity: 5 }], asOfMovementId: id };
    expect((await refused(input))[0]!.slice(0, 2)).toEqual([
      'INVALID_INPUT',
      'input.lines.0.itemId',
    ]);
  });
});

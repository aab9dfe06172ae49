import { randomUUID } from 'node:crypto';
import { NIL_GUID } from '../../src/core/identity';
import { listRefusals } from '../../src/inventory/refusals';
import { wireHub, type WireBody, type WireResults } from './wireHub';

const { hub, run, refusal, create, get } = wireHub();

const BULK = '/bulk/inventory-items';

function outcomes({ results }: WireResults): string[] {
  return results.map(({ itemMetadata }) => itemMetadata.error?.code ?? 'OK');
}

function move(direction: 'increment' | 'decrement', entries: object[], beside: object = {}) {
  const body = { [`${direction}Data`]: entries, ...beside };
  const byId = entries.every((entry) => 'inventoryItemId' in entry);
  const path = `${BULK}/${direction}${byId ? '' : '-by-variant-and-location'}`;
  return run<WireResults>('POST', path, body);
}

const decrement = (entries: object[], beside?: object) => move('decrement', entries, beside);
const increment = (entries: object[], beside?: object) => move('increment', entries, beside);
const by = ({ id }: WireBody, decrementBy: number, more: object = {}) => {
  return { inventoryItemId: id, decrementBy, ...more };
};
const up = ({ id }: WireBody, incrementBy: number) => ({ inventoryItemId: id, incrementBy });

describe('decrement and increment by id', () => {
  test('apply per item, in the order of the request', async () => {
    const [plenty, short, untracked] = [
      await create({ quantity: 10 }),
      await create({ quantity: 2 }),
      await create({ quantity: null, inStock: true }),
    ];
    const unknown = { ...plenty, id: randomUUID() };
    const answer = await decrement(
      [by(plenty, 4), by(short, 3), by(untracked, 1), by(unknown, 1), by(plenty, 6), by(plenty, 1)],
      { returnEntity: true, reason: 'ORDER' },
    );
    expect(outcomes(answer)).toEqual([
      'OK',
      'INSUFFICIENT_INVENTORY',
      'INVENTORY_QUANTITY_NOT_TRACKED',
      'NOT_FOUND',
      'OK',
      'INSUFFICIENT_INVENTORY',
    ]);
    expect(answer.bulkActionMetadata).toMatchObject({ totalSuccesses: 2, totalFailures: 4 });
    expect(answer.results.map(({ item }) => item?.quantity)).toEqual([
      6,
      undefined,
      undefined,
      undefined,
      0,
      undefined,
    ]);
    expect(answer.results[1]!.itemMetadata.error!.data).toEqual({ requested: 3, available: 2 });
    expect(await get(short.id)).toEqual(short);
    expect(await get(plenty.id)).toEqual(answer.results[4]!.item);
    const entries = (await hub().ledger()).filter(({ operation }) => operation === 'ADJUST');
    expect(entries.map(({ reason, actor, lines }) => [reason, actor, lines[0]!.delta])).toEqual([
      ['ORDER', 'user:test', -4],
      ['ORDER', 'user:test', -6],
    ]);
  });

  test('what was refused for want of stock is kept, unless it was unrestricted', async () => {
    const { inventory, tenantId } = hub();
    const item = await create({ quantity: 2 });
    const full = await create({ quantity: 99_999 });
    await decrement([by(item, 3)], { reason: 'ORDER' });
    await decrement([by(full, 99_999)], { restrictInventory: false });
    await increment([up(item, 99_999)]);
    const { refusals } = await listRefusals(inventory, tenantId, {
      filter: { itemId: item.id },
      first: 10,
    });
    expect(refusals).toMatchObject([
      {
        code: 'INSUFFICIENT_AVAILABLE',
        operation: 'ADJUST',
        reason: 'ORDER',
        actor: 'user:test',
        lines: [{ itemId: item.id, requested: 3, available: 2 }],
      },
    ]);
  });

  test('only false lets a quantity fall below zero', async () => {
    for (const restrictInventory of [true, null, undefined]) {
      const item = await create({ quantity: 1 });
      const refused = await decrement([by(item, 2)], { restrictInventory });
      expect(outcomes(refused)).toEqual(['INSUFFICIENT_INVENTORY']);
    }
    const item = await create({ quantity: 1 });
    const beside = { restrictInventory: false, returnEntity: true };
    const answer = await decrement([by(item, 3)], beside);
    expect(answer.results[0]!.item).toMatchObject({
      quantity: -2,
      availabilityStatus: 'OUT_OF_STOCK',
    });
  });

  test('many decrements at once never sell more than there is', async () => {
    const item = await create({ quantity: 7 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => decrement([by(item, 1)])));
    expect(answers.flatMap(outcomes).filter((code) => code === 'OK')).toHaveLength(7);
    expect(await get(item.id)).toMatchObject({ quantity: 0 });
  });

  test.each([
    ['no id', { decrementBy: 1 }, 'inventoryItemId', 'REQUIRED_FIELD'],
    ['an id that is none', { inventoryItemId: 'x', decrementBy: 1 }, 'inventoryItemId', 'FORMAT'],
    ['no amount', { inventoryItemId: NIL_GUID }, 'decrementBy', 'REQUIRED_FIELD'],
    ['nothing', { inventoryItemId: NIL_GUID, decrementBy: 0 }, 'decrementBy', 'MIN'],
    ['too much', { inventoryItemId: NIL_GUID, decrementBy: 100_000 }, 'decrementBy', 'MAX'],
    [
      'a preorder that is neither true nor false',
      { inventoryItemId: NIL_GUID, decrementBy: 1, preorderRequest: 1 },
      'preorderRequest',
      'FORMAT',
    ],
  ])('refuse %s with 400, whole', async (_, entry, field, rule) => {
    const item = await create();
    const body = { decrementData: [by(item, 1), entry] };
    expect(await refusal('POST', `${BULK}/decrement`, body)).toMatchObject({
      status: 400,
      field: `decrementData[1].${field}`,
      rule,
    });
    expect(await get(item.id)).toEqual(item);
  });
});

describe('a preorder request', () => {
  const preorder = (quantity: number, limit: number) =>
    create({ quantity, preorderInfo: { enabled: true, limit } });
  const ask = (item: WireBody, amount: number, beside: object = {}) =>
    decrement([by(item, amount, { preorderRequest: true })], { returnEntity: true, ...beside });

  test('raises the counter and leaves the quantity, whatever stock there is', async () => {
    for (const quantity of [5, 0, -3]) {
      const [id] = await hub().addItems([{ quantity, preorderEnabled: true, preorderLimit: 10 }]);
      const answer = await ask(await get(id!), 4);
      expect(answer.results[0]!.item).toMatchObject({
        quantity,
        preorderInfo: { counter: 4, limit: 10, quantity: 6 },
      });
    }
  });

  test('takes no more than the limit leaves', async () => {
    const item = await preorder(0, 5);
    expect(outcomes(await ask(item, 6))).toEqual(['INSUFFICIENT_INVENTORY']);
    expect(outcomes(await ask(item, 5))).toEqual(['OK']);
    expect(await get(item.id)).toMatchObject({ availabilityStatus: 'OUT_OF_STOCK' });
    expect(outcomes(await ask(item, 1))).toEqual(['INSUFFICIENT_INVENTORY']);
  });

  test('unrestricted, takes from the quantity what the limit does not hold', async () => {
    const item = await preorder(0, 3);
    const answer = await ask(item, 5, { restrictInventory: false });
    expect(answer.results[0]!.item).toMatchObject({
      quantity: -2,
      preorderInfo: { counter: 3, quantity: 0 },
    });
  });

  test('takes stock of an item that is not open for preorder', async () => {
    const closed = await create({ quantity: 5 });
    expect((await ask(closed, 2)).results[0]!.item).toMatchObject({ quantity: 3 });
    const full = await preorder(5, 1);
    expect(outcomes(await ask(full, 1))).toEqual(['OK']);
    expect((await ask(full, 2)).results[0]!.item).toMatchObject({
      quantity: 3,
      preorderInfo: { counter: 1 },
    });
  });

  test('without it no preorder is used', async () => {
    const item = await preorder(1, 10);
    expect(outcomes(await decrement([by(item, 2)]))).toEqual(['INSUFFICIENT_INVENTORY']);
  });

  test('of an untracked item is refused', async () => {
    const item = await create({
      quantity: null,
      inStock: false,
      preorderInfo: { enabled: true },
    });
    expect(outcomes(await ask(item, 1))).toEqual(['INVENTORY_QUANTITY_NOT_TRACKED']);
  });

  test('within one call, entries of one item follow each other', async () => {
    const item = await preorder(10, 5);
    const entry = by(item, 5, { preorderRequest: true });
    const answer = await decrement([entry, entry, entry, entry], { returnEntity: true });
    expect(outcomes(answer)).toEqual(['OK', 'OK', 'OK', 'INSUFFICIENT_INVENTORY']);
    expect(answer.results[2]!.item).toMatchObject({ quantity: 0, preorderInfo: { counter: 5 } });
  });
});

describe('by variant and location', () => {
  test('the default location is meant when none is named', async () => {
    const [variantId, productId, locationId] = [randomUUID(), randomUUID(), randomUUID()];
    const here = await create({ productId, variantId });
    const there = await create({ productId, variantId, locationId });
    const answer = await increment(
      [
        { variantId: variantId.toUpperCase(), incrementBy: 1 },
        { variantId, locationId, incrementBy: 2 },
        { variantId, locationId: randomUUID(), incrementBy: 3 },
        { variantId, productId: randomUUID(), incrementBy: 4 },
        { variantId, productId, incrementBy: 5 },
      ],
      { returnEntity: true },
    );
    expect(outcomes(answer)).toEqual(['OK', 'OK', 'NOT_FOUND', 'NOT_FOUND', 'OK']);
    expect(answer.results.map(({ itemMetadata }) => itemMetadata.id)).toEqual([
      here.id,
      there.id,
      undefined,
      undefined,
      here.id,
    ]);
    expect(answer.results.map(({ item }) => item?.quantity)).toEqual([
      11,
      12,
      undefined,
      undefined,
      16,
    ]);
  });

  test('the nil GUID means the product itself', async () => {
    const productId = randomUUID();
    const item = await create({ productId, variantId: NIL_GUID });
    const entry = { variantId: NIL_GUID, productId, decrementBy: 3 };
    expect(outcomes(await decrement([entry]))).toEqual(['OK']);
    expect(await get(item.id)).toMatchObject({ quantity: 7 });
    const body = { decrementData: [{ variantId: NIL_GUID, decrementBy: 1 }] };
    const path = `${BULK}/decrement-by-variant-and-location`;
    expect(await refusal('POST', path, body)).toMatchObject({
      status: 400,
      field: 'decrementData[0].productId',
      rule: 'REQUIRED_FIELD',
    });
  });
});

describe('with an idempotency key', () => {
  test('a repeat is applied once, other input is refused', async () => {
    const item = await create({ quantity: 60_000 });
    const headers = { 'Idempotency-Key': randomUUID() };
    const path = `${BULK}/increment`;
    const send = (amount: number) =>
      run<WireResults>(
        'POST',
        path,
        { incrementData: [up(item, amount), up(item, 1)] },
        { headers },
      );
    expect(outcomes(await send(30_000))).toEqual(['OK', 'OK']);
    expect(outcomes(await send(30_000))).toEqual(['OK', 'OK']);
    expect(await get(item.id)).toMatchObject({ quantity: 90_001, revision: '3' });
    expect(outcomes(await send(5))).toEqual(['IDEMPOTENCY_KEY_MISMATCH', 'OK']);
    const long = { headers: { 'Idempotency-Key': 'k'.repeat(256) } };
    const body = { incrementData: [up(item, 1)] };
    expect(await refusal('POST', path, body, long)).toMatchObject({ status: 400 });
  });
});

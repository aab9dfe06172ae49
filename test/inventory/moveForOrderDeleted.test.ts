import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { deleteItems } from '../../src/redis/commands';
import { anew, openOrderShop, orderLine, type OrderShop } from '../support/orderShop';
import { testRedis } from '../support/redis';
import { refusalOf } from '../support/shop';

const redis = testRedis();
const elsewhere = randomUUID();
let shop: OrderShop;

const here = orderLine(2);
const there = orderLine(3, { locationId: elsewhere });
const back = { operation: 'INCREMENT', reason: 'ORDER_CANCELED', ...anew() } as const;

beforeEach(async () => {
  shop = openOrderShop(redis());
  await shop.stock(10);
  await shop.stock(10, elsewhere);
  await shop.order({ lines: [here, there] });
  await deleteItems(shop.redis, {
    tenantId: shop.tenantId,
    items: [{ key: shop.keyAt(elsewhere), revision: 0 }],
    cause: { operation: 'DELETE' },
  });
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

test('the other lines of an order come back, once, and the ledger tells', async () => {
  const lines = [here, there];
  const { ledgerId, replayed } = await shop.order({ ...back, lines });
  expect([replayed, await shop.quantity()]).toEqual([false, 10]);
  const entry = (await shop.ledger()).at(-1)!;
  expect(entry.id).toBe(ledgerId);
  expect(entry.lines).toMatchObject([
    { ignored: false, delta: 2 },
    { itemId: guidOfKey(shop.keyAt(elsewhere)), ignored: true, units: 3, delta: 0, level: null },
  ]);
  expect(await shop.order({ ...back, lines })).toMatchObject({ replayed: true, ledgerId });
  expect(await shop.quantity()).toBe(10);
});

test('an order of deleted items alone is recorded', async () => {
  await shop.order({ ...back, lines: [there] });
  expect((await shop.ledger()).at(-1)!.lines).toMatchObject([{ ignored: true }]);
});

test('an item the order never took is refused as before', async () => {
  const other = { ...back, orderId: randomUUID(), lines: [here, there] };
  expect(await refusalOf(shop.order(other))).toMatchObject({ code: 'UNKNOWN_ITEM', lines: [1] });
  const stranger = orderLine(1, { locationId: randomUUID() });
  const lines = [here, there, stranger];
  expect((await refusalOf(shop.order({ ...back, lines }))).code).toBe('UNKNOWN_ITEM');
  expect(await shop.quantity()).toBe(8);
});

test('with RECORD the item is created again', async () => {
  await shop.set({ unknownItems: 'RECORD' });
  await shop.order({ ...back, restricted: false, lines: [here, there] });
  expect([await shop.quantity(), await shop.quantity(elsewhere)]).toEqual([10, 3]);
});

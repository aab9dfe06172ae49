import { randomUUID } from 'node:crypto';
import { guidOfKey, impliedLocationId } from '../../src/core/identity';
import type { LedgerEntry } from '../../src/core/movement';
import { anew, openOrderShop, orderLine, type OrderShop } from '../support/orderShop';
import { testRedis } from '../support/redis';
import { APP_ID, orderOf, refusalOf } from '../support/shop';

const redis = testRedis();
let shop: OrderShop;

beforeEach(() => {
  shop = openOrderShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

describe('settings', () => {
  const subscription = orderLine(4, { subscriptionItem: true });

  test('replaced by another process are never used', async () => {
    const other = openOrderShop(redis(), shop.tenantId);
    const elsewhere = randomUUID();
    await shop.stock(10);
    await shop.stock(10, elsewhere);
    await shop.order();
    await shop.set({ defaultLocationId: elsewhere }, other.deps);
    await shop.order({ ...anew(), orderId: 'second' });
    expect([await shop.quantity(), await shop.quantity(elsewhere)]).toEqual([9, 9]);
    await shop.set({ subscriptionItems: 'IGNORE' }, other.deps);
    await shop.order({ ...anew(), orderId: 'third', lines: [subscription] });
    expect(await shop.quantity(elsewhere)).toBe(9);
  });

  test('are exact while they change under load', async () => {
    const places = Array.from({ length: 4 }, () => randomUUID());
    for (const place of places) await shop.stock(1000, place);
    await shop.set({ defaultLocationId: places[0]! });
    const deps = Array.from({ length: 3 }, () => openOrderShop(redis(), shop.tenantId).deps);
    const moves = Array.from({ length: 90 }, (_, i) =>
      shop.order({ ...anew(), orderId: randomUUID() }, deps[i % 3]),
    );
    const changes = places.map((defaultLocationId) => shop.set({ defaultLocationId }));
    await Promise.all([...moves, ...changes]);
    const left = await Promise.all(places.map((place) => shop.quantity(place)));
    expect(left.reduce<number>((sum, units) => sum + units!, 0)).toBe(4000 - 90);
  });

  test('REJECT: unknown items are refused, each line named', async () => {
    const calls = {
      restricted: false,
      lines: [orderLine(1), orderLine(2, { productId: 'x' }), orderLine(3)],
    };
    expect(await refusalOf(shop.order(calls))).toEqual({
      code: 'UNKNOWN_ITEM',
      itemIds: [shop.keyAt(null), shop.keyAt(null, 'x')].map(guidOfKey),
      lines: [0, 2, 1],
    });
    expect(await shop.ledger()).toEqual([]);
  });

  test('RECORD: unrestricted calls create them below zero, restricted ones do not', async () => {
    await shop.set({ unknownItems: 'RECORD' });
    expect((await refusalOf(shop.order({ lines: [orderLine(2)] }))).code).toBe('UNKNOWN_ITEM');
    const unrestricted = { restricted: false, lines: [orderLine(2), orderLine(1)] };
    expect((await shop.order(unrestricted)).replayed).toBe(false);
    expect((await shop.order(unrestricted)).replayed).toBe(true);
    expect(await shop.quantity()).toBe(-3);
    const [{ lines }] = (await shop.ledger()) as [LedgerEntry];
    const locationId = impliedLocationId(shop.tenantId);
    const document = { appId: APP_ID, productId: 'tea', variantId: null, locationId };
    expect(lines).toMatchObject([{ created: true, shortfall: true, document }]);
  });

  test('RECORD: 20 callers create an item once', async () => {
    await shop.set({ unknownItems: 'RECORD' });
    const calls = Array.from({ length: 20 }, () =>
      shop.order({ ...anew(), orderId: randomUUID(), restricted: false }),
    );
    await Promise.all(calls);
    expect(await shop.quantity()).toBe(-20);
    const created = (await shop.ledger()).filter(({ lines }) => lines[0]!.created);
    expect(created).toHaveLength(1);
  });

  test('RECORD: a refusal of the second attempt names its lines too', async () => {
    await shop.set({ unknownItems: 'RECORD' });
    await shop.stock(-1_000_000_000);
    const lines = [orderLine(1, { productId: 'x' }), orderLine(1)];
    expect(await refusalOf(shop.order({ restricted: false, lines }))).toEqual({
      code: 'QUANTITY_OUT_OF_RANGE',
      itemIds: [guidOfKey(shop.keyAt(null))],
      lines: [1],
    });
  });

  test('TRACK and IGNORE: subscription lines move stock, or only leave a record', async () => {
    await shop.stock(5);
    const lines = [subscription, orderLine(1), subscription];
    expect(await refusalOf(shop.order({ lines }))).toMatchObject({
      shortages: [{ requested: 9, available: 5, lines: [0, 1, 2] }],
    });
    await shop.set({ subscriptionItems: 'IGNORE' });
    await shop.order({ lines });
    expect(await shop.quantity()).toBe(4);
    const entry = (await shop.ledger()).at(-1)!;
    expect(entry.lines.map(({ units, ignored }) => [units, ignored])).toEqual([
      [-4, true],
      [-1, false],
      [-4, true],
    ]);
    expect((await orderOf(shop, shop.call.orderId))!.items).toMatchObject([{ taken: 1 }]);
    const tooMany = { ...anew(), orderId: 'other', lines: [subscription, orderLine(6)] };
    expect(await refusalOf(shop.order(tooMany))).toMatchObject({
      shortages: [{ requested: 6, available: 4, lines: [1] }],
    });
  });

  test('IGNORE: a subscription line may name an item nobody knows', async () => {
    await shop.set({ subscriptionItems: 'IGNORE' });
    await shop.order({ lines: [subscription] });
    expect((await shop.ledger())[0]!.lines).toMatchObject([{ ignored: true, level: null }]);
  });
});

describe('tenants', () => {
  test("do not reach each other's items, orders, settings or repeats", async () => {
    const other = openOrderShop(redis());
    await shop.stock(5);
    await other.stock(5);
    const before = await other.dump();
    await shop.order({ requestId: 'r' });
    await shop.set({ unknownItems: 'RECORD' });
    expect(await other.dump()).toEqual(before);
    await other.order({ ...shop.call, tenantId: other.tenantId, requestId: 'r' });
    expect([await shop.quantity(), await other.quantity()]).toEqual([4, 4]);
    const lines = [orderLine(1, { productId: 'x' })];
    const refusal = await refusalOf(other.order({ ...anew(), restricted: false, lines }));
    expect(refusal.code).toBe('UNKNOWN_ITEM');
  });
});

import { randomUUID } from 'node:crypto';
import type { OrderCall } from '../../src/inventory/moveForOrder';
import { anew, openOrderShop, orderLine, type OrderShop } from '../support/orderShop';
import { testRedis } from '../support/redis';
import { refusalOf } from '../support/shop';

const redis = testRedis();
let shop: OrderShop;

beforeEach(() => {
  shop = openOrderShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

describe('many at once', () => {
  test('50 callers on 1 unit: exactly 1 gets it', async () => {
    await shop.stock(1);
    const orders = Array.from({ length: 50 }, () =>
      shop.order({ ...anew(), orderId: randomUUID() }),
    );
    const outcomes = await Promise.allSettled(orders);
    const sold = outcomes.filter(({ status }) => status === 'fulfilled');
    const refused = outcomes.filter(
      (outcome) =>
        outcome.status === 'rejected' &&
        (outcome.reason as { code: string }).code === 'INSUFFICIENT_AVAILABLE',
    );
    expect([sold.length, refused.length, await shop.quantity()]).toEqual([1, 49, 0]);
  });

  const edit = { reason: 'ORDER_EDITED', requestId: 'r' } as const;
  test.each<[string, () => Partial<OrderCall>]>([
    ['the same token', () => ({})],
    ['the same request id, signed anew', () => ({ ...edit, ...anew() })],
    ['the same content, signed anew', anew],
  ])('200 repeats change stock once: %s', async (_, change) => {
    await shop.stock(1000);
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => shop.order(change())));
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(outcomes.map(({ ledgerId }) => ledgerId)).size).toBe(1);
    expect(await shop.quantity()).toBe(999);
  });
});

describe('repeats', () => {
  beforeEach(() => shop.stock(10));
  const times = async (...calls: Partial<OrderCall>[]) => {
    const replayed = [];
    for (const each of calls) replayed.push((await shop.order(each)).replayed);
    return replayed;
  };

  test.each(['ORDER_PLACED', 'ORDER_PAID', 'ORDER_CANCELED', 'ORDER_REJECTED'] as const)(
    '%s comes once per direction: taken, given back, taken again',
    async (reason) => {
      const [take, back] = [{ reason }, { reason, operation: 'INCREMENT' as const }];
      const calls = [take, take, back, back, take, take].map((each) => ({ ...each, ...anew() }));
      expect(await times(...calls)).toEqual([false, true, false, true, false, true]);
      expect(await shop.quantity()).toBe(9);
    },
  );

  test('placed, rejected, placed again takes stock again', async () => {
    const rejected = { operation: 'INCREMENT', reason: 'ORDER_REJECTED' } as const;
    const calls = [anew(), { ...anew(), ...rejected }, anew()];
    expect(await times(...calls)).toEqual([false, false, false]);
    expect(await times(...calls)).toEqual([true, true, true]);
    expect(await shop.quantity()).toBe(9);
  });

  test.each(['ORDER_EDITED', 'ORDER_REFUNDED'] as const)(
    '%s may come again with equal content',
    async (reason) => {
      const one = { reason, requestId: 'one' };
      const calls = [one, { ...one, requestId: 'two' }, one].map((each) => ({
        ...each,
        ...anew(),
      }));
      expect(await times(...calls)).toEqual([false, false, true]);
      const [token, other] = [anew(), anew()];
      expect(await times({ reason, ...token }, { reason, ...other }, { reason, ...token })).toEqual(
        [false, false, true],
      );
      expect(await shop.quantity()).toBe(6);
    },
  );

  test('one request id of a decrement and an increment is two calls', async () => {
    const edit = { reason: 'ORDER_EDITED', requestId: 'edit' } as const;
    const back = { ...edit, operation: 'INCREMENT' } as const;
    expect(await times(edit, back, edit, back)).toEqual([false, false, true, true]);
    expect(await shop.quantity()).toBe(10);
  });

  test('one request id with other content is another call', async () => {
    const edit = { reason: 'ORDER_EDITED', requestId: 'edit' } as const;
    expect(await times(edit, { ...edit, lines: [orderLine(2)] })).toEqual([false, false]);
    expect(await shop.quantity()).toBe(7);
  });

  test('content is equal in any order of the lines, split or not', async () => {
    await shop.stock(10, 'a1111111-0000-4000-8000-000000000000');
    const elsewhere = orderLine(1, { locationId: 'a1111111-0000-4000-8000-000000000000' });
    const calls = [
      [orderLine(3), elsewhere],
      [elsewhere, orderLine(3)],
      [orderLine(1), elsewhere, orderLine(2)],
    ];
    expect(await times(...calls.map((lines) => ({ ...anew(), lines })))).toEqual([
      false,
      true,
      true,
    ]);
    expect(await shop.quantity()).toBe(7);
    expect(await times({ ...anew(), lines: [orderLine(4), elsewhere] })).toEqual([false]);
  });

  test('a refusal is no outcome: the same token may be taken later', async () => {
    const many = { lines: [orderLine(11)] };
    expect((await refusalOf(shop.order(many))).code).toBe('INSUFFICIENT_AVAILABLE');
    await shop.post([[shop.keyAt(null), 1]]);
    expect(await times(many, many)).toEqual([false, true]);
  });

  test('another default location between a call and its retry changes nothing', async () => {
    const other = randomUUID();
    await shop.stock(10, other);
    await shop.order();
    await shop.order({ requestId: 'r', orderId: 'second' });
    await shop.set({ defaultLocationId: other });
    expect(await times({}, anew(), { ...anew(), requestId: 'r', orderId: 'second' })).toEqual([
      true,
      true,
      true,
    ]);
    expect([await shop.quantity(), await shop.quantity(other)]).toEqual([8, 10]);
  });
});

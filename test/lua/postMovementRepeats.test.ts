import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { keys } from '../../src/redis/keys';
import { testRedis } from '../support/redis';
import { digests, openShop, orderOf, refusalOf, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
let key: Buffer;

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 100 });
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const quantity = async () => (await shop.level(key)).quantity;

/** Waits until Redis' clock has passed the last movement. */
async function passTime(): Promise<void> {
  const { timeMs } = (await shop.ledger()).at(-1)!;
  let now: number;
  do {
    const [seconds, microseconds] = await redis().time();
    now = seconds! * 1000 + Math.floor(microseconds! / 1000);
  } while (now <= timeMs + 1);
}

describe('a call with a key', () => {
  const call = (inputDigest: string, keyDigest = 'key') => ({ call: { keyDigest, inputDigest } });

  test('is applied once for one input, and refused for another', async () => {
    const first = await shop.post([[key, -1]], call('a'));
    expect(await shop.post([[key, -1]], call('a'))).toEqual({
      replayed: true,
      ledgerId: first.ledgerId,
      kept: '',
    });
    expect(await refusalOf(shop.post([[key, -1]], call('b')))).toEqual({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
      ledgerId: first.ledgerId,
    });
    await shop.post([[key, -1]], call('a', 'another key'));
    expect(await quantity()).toBe(98);
  });

  test('holds any bytes as input digest', async () => {
    const input = 'a b\nc\r\n\0 d';
    await shop.post([[key, -1]], call(input));
    expect(await shop.post([[key, -1]], call(input))).toMatchObject({ replayed: true });
  });

  test('records no refusal: stock may have come since', async () => {
    await refusalOf(shop.post([[key, -101]], call('a')));
    await shop.post([[key, 1]]);
    await shop.post([[key, -101]], call('a'));
    expect(await quantity()).toBe(0);
  });

  test('is forgotten after its retention', async () => {
    await shop.post([[key, -1]], { ...call('a'), retentionMs: 5000 });
    const name = keys.call(shop.tenantId, 'key');
    const left = await redis().pttl(name);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(5000);
    await redis().pexpire(name, 0);
    await shop.post([[key, -1]], call('b'));
    expect(await quantity()).toBe(98);
  });

  test('without a key nothing is kept', async () => {
    await shop.post([[key, -1]]);
    expect(Object.keys(await shop.dump()).filter((name) => /:(call|order):/.test(name))).toEqual(
      [],
    );
  });
});

describe('repeats in an order', () => {
  const orderId = randomUUID();
  const move = (direction: '-' | '+', call: string, content?: string, retentionMs = 60_000) =>
    shop.post([[key, direction === '-' ? -1 : 1]], {
      cause: { operation: direction === '-' ? 'DECREMENT' : 'INCREMENT', orderId },
      order: { direction, digests: digests(call, content) },
      retentionMs,
    });

  test('the same call, whatever happened since', async () => {
    const { ledgerId } = await move('-', 'call 1');
    await move('+', 'call 2');
    await move('-', 'call 3');
    expect(await move('-', 'call 1')).toEqual({ replayed: true, ledgerId });
    expect(await quantity()).toBe(99);
  });

  test('the same content while nothing went the other way: placed, rejected, placed', async () => {
    const placed = await move('-', 'call 1', 'placed');
    expect(await move('-', 'call 2', 'placed')).toEqual({
      ...placed,
      replayed: true,
      lines: undefined,
    });
    const rejected = await move('+', 'call 3', 'rejected');
    expect(await move('+', 'call 4', 'rejected')).toMatchObject({
      replayed: true,
      ledgerId: rejected.ledgerId,
    });
    const again = await move('-', 'call 5', 'placed');
    expect(again).toMatchObject({ replayed: false });
    expect(await move('-', 'call 6', 'placed')).toMatchObject({
      replayed: true,
      ledgerId: again.ledgerId,
    });
    expect(await quantity()).toBe(99);
  });

  test('the same call comes before the same content', async () => {
    const placed = await move('-', 'call 1', 'placed');
    await move('+', 'call 2', 'rejected');
    const again = await move('-', 'call 3', 'placed');
    expect(await move('-', 'call 1', 'placed')).toMatchObject({ ledgerId: placed.ledgerId });
    expect(await move('-', 'call 4', 'placed')).toMatchObject({ ledgerId: again.ledgerId });
  });

  test('other movements the same way do not end it', async () => {
    const placed = await move('-', 'call 1', 'placed');
    await move('-', 'call 2', 'edited more');
    expect(await move('-', 'call 3', 'placed')).toMatchObject({ ledgerId: placed.ledgerId });
  });

  test('content that may recur is no repeat', async () => {
    await move('-', 'call 1');
    await move('-', 'call 2');
    expect(await quantity()).toBe(98);
  });

  test('nothing is a repeat after the retention', async () => {
    await move('-', 'call 1', 'placed');
    await passTime();
    expect(await move('-', 'call 1', 'placed', 60_000)).toMatchObject({ replayed: true });
    expect(await move('-', 'call 1', 'placed', 1)).toMatchObject({ replayed: false });
    expect(await quantity()).toBe(98);
  });

  test('another order is another matter', async () => {
    await move('-', 'call 1', 'placed');
    await shop.post([[key, -1]], {
      cause: { operation: 'DECREMENT', orderId: randomUUID() },
      order: { direction: '-', digests: digests('call 1', 'placed') },
    });
    expect(await quantity()).toBe(98);
  });

  test('the newest 1,000 movements are kept, the sums are of all', async () => {
    await shop.post([[key, 2000]]);
    await Promise.all(Array.from({ length: 1003 }, (_, i) => move('-', `call ${i}`)));
    const ids = (await shop.ledger())
      .filter((entry) => entry.orderId === orderId)
      .map(({ id }) => id);
    const order = (await orderOf(shop, orderId))!;
    expect(order.movementIds).toEqual(ids.slice(-1000));
    expect(order.items).toMatchObject([{ itemId: guidOfKey(key), taken: 1003 }]);
    expect(await move('-', 'call 2')).toMatchObject({ replayed: false });
    expect(await move('-', 'call 1002')).toMatchObject({ replayed: true });
  });
});

describe("the order's record", () => {
  const orderId = randomUUID();
  let calls = 0;
  const move = (units: number, of = key, order = orderId) => {
    const direction = units < 0 ? ('-' as const) : ('+' as const);
    return shop.move([[of, units, 'unrestricted']], {
      cause: { operation: units < 0 ? 'DECREMENT' : 'INCREMENT', orderId: order },
      order: { direction, digests: digests(`call ${(calls += 1)}`) },
    });
  };

  test('flags what is given back beyond what was taken, and only that', async () => {
    const flags = [];
    for (const units of [-2, 2, 2, -1, -3, 2, 1]) flags.push((await move(units))[0]!.overReturn);
    expect(flags).toEqual([false, false, true, false, false, false, true]);
    expect((await orderOf(shop, orderId))!.items).toMatchObject([{ taken: 6, returned: 7 }]);
    expect(await quantity()).toBe(101);
  });

  test('an increment gives back the own preordered units first', async () => {
    const item = await shop.addItem({ quantity: 2, preorderEnabled: true, preorderLimit: 10 });
    const other = randomUUID();
    const now = async () => {
      const { quantity, preorderCounter } = await shop.level(item);
      return [quantity, preorderCounter];
    };
    await move(-5, item);
    expect(await now()).toEqual([0, 3]);
    await move(-1, item, other);
    expect(await now()).toEqual([0, 4]);
    await move(2, item);
    expect(await now()).toEqual([0, 2]);
    await move(2, item);
    expect(await now()).toEqual([1, 1]);
    await move(4, item);
    expect(await now()).toEqual([5, 1]);
    expect((await orderOf(shop, orderId))!.items).toMatchObject([{ preordered: 0 }]);
    expect((await orderOf(shop, other))!.items).toMatchObject([{ preordered: 1 }]);
  });

  test('given back preorders can not be held: nothing is there yet', async () => {
    const item = await shop.addItem({ preorderEnabled: true, preorderLimit: 10 });
    await move(-5, item);
    const order = { direction: '+' as const, digests: digests('back') };
    const cause = { operation: 'INCREMENT' as const, orderId };
    const refusal = await refusalOf(shop.post([[item, 5, 'strict', 3]], { cause, order }));
    expect(refusal.code).toBe('INSUFFICIENT_AVAILABLE');
  });
});

import { randomUUID } from 'node:crypto';
import { guidOfKey } from '../../src/core/identity';
import { keys } from '../../src/redis/keys';
import { testRedis } from '../support/redis';
import { digests, openShop, orderOf, strangeKey, type Shop, type TestLine } from '../support/shop';

const redis = testRedis();
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const documentOf = (key: Buffer, productId = 'p') => ({
  key,
  json: JSON.stringify({ appId: 'a', productId, variantId: null, locationId: 'l' }),
});

describe('the ledger entry', () => {
  test('says who did what, and what became of every item', async () => {
    const tracked = await shop.addItem({ quantity: 3 });
    const shelf = await shop.addItem({ tracked: false, inStock: true });
    const ignored = await shop.addItem({ quantity: 7 });
    const cause = {
      operation: 'DECREMENT' as const,
      reason: 'ORDER_PLACED',
      orderId: randomUUID(),
      actor: 'member:1',
      requestId: 'r',
      reference: 'https://example.test/é',
    };
    const strange = strangeKey();
    const lines: TestLine[] = [
      [tracked, -1],
      [shelf, -5],
      [ignored, -4, 'ignored'],
      [tracked, -1],
      [ignored, -4, 'ignored'],
      [strange, -9, 'ignored'],
    ];
    const order = { direction: '-' as const, digests: digests('call') };
    const outcome = await shop.post(lines, { cause, order });
    const entry = (await shop.ledger()).at(-1)!;
    const [seconds, microseconds] = await redis().time();
    expect(entry).toMatchObject({ ...cause, id: outcome.ledgerId, sequence: 4 });
    expect(entry.timeMs).toBeLessThanOrEqual(seconds! * 1000 + microseconds! / 1000);
    const still = { ignored: true, delta: 0, created: false, shortfall: false, fellLow: false };
    expect(entry.lines).toMatchObject([
      {
        itemId: guidOfKey(tracked),
        units: -2,
        delta: -2,
        statusBefore: 'IN_STOCK',
        ignored: false,
      },
      { itemId: guidOfKey(shelf), units: -5, delta: 0, level: { revision: 1 }, ignored: false },
      { itemId: guidOfKey(ignored), units: -4, level: { quantity: 7, revision: 1 }, ...still },
      { itemId: guidOfKey(ignored), units: -4, level: { quantity: 7, revision: 1 }, ...still },
      { itemId: guidOfKey(strange), units: -9, level: null, ...still },
    ]);
    expect(entry.lines[0]!.level).toEqual(await shop.level(tracked));
    expect(entry.lines[0]!.level).toMatchObject({ revision: 2, updatedMs: entry.timeMs });
    expect(outcome.replayed ? [] : outcome.lines()).toEqual(entry.lines);
    expect((await orderOf(shop, cause.orderId))!.items).toEqual([
      { itemId: guidOfKey(tracked), taken: 2, returned: 0, preordered: 0 },
      { itemId: guidOfKey(shelf), taken: 5, returned: 0, preordered: 0 },
    ]);
  });

  test('numbers entries without a gap, refusals and replays take none', async () => {
    const key = await shop.addItem({ quantity: 1 });
    const call = { keyDigest: 'k', inputDigest: 'i' };
    await shop.post([[key, -1]], { call });
    await shop.post([[key, -1]], { call });
    await shop.post([[key, -1]]).catch(() => undefined);
    await shop.post([[key, 1]]);
    expect((await shop.ledger()).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  test('time never falls, though the clock does', async () => {
    const key = await shop.addItem({ quantity: 1 });
    const head = (await redis().hgetBuffer(keys.levels(shop.tenantId), 'head'))!;
    const ahead = Date.UTC(2090, 0);
    head.writeUIntLE(ahead, 6, 6);
    await redis().hset(keys.levels(shop.tenantId), 'head', head);
    await shop.post([[key, -1]]);
    await shop.post([[key, 1]]);
    const [, ...entries] = await shop.ledger();
    expect(entries.map(({ id }) => id)).toEqual([`${ahead}-2`, `${ahead}-3`]);
  });
});

describe('revisions', () => {
  test('rise by one per movement that changes the item, and only then', async () => {
    const key = await shop.addItem({ quantity: 5, preorderEnabled: true, preorderLimit: 9 });
    const shelf = await shop.addItem({ tracked: false, inStock: true });
    const changes: [TestLine[], number][] = [
      [[[key, -1], [key, -1], [key, -1]], 2], // prettier-ignore
      [[[key, 2], [key, -2]], 2], // prettier-ignore
      [[[key, 0]], 2],
      [[[key, 0, 'strict', 1]], 3],
      [[[key, -1, 'strict', -1]], 4],
      [[[key, -4]], 5],
      [[[key, -3]], 6],
      [[[key, -3, 'ignored']], 6],
    ];
    for (const [lines, revision] of changes) {
      await shop.post([...lines, [shelf, -1]]);
      expect((await shop.level(key)).revision).toBe(revision);
    }
    expect(await shop.level(key)).toMatchObject({ quantity: 0, preorderCounter: 6 });
    expect((await shop.level(shelf)).revision).toBe(1);
  });
});

describe('items created by a movement', () => {
  test('start at zero, tracked, with their document, and take their lines', async () => {
    const [one, two] = [strangeKey(), strangeKey()];
    const known = await shop.addItem({ quantity: 1 });
    const documents = [documentOf(one, 'o'), documentOf(two, 't'), documentOf(known, 'no')];
    const reply = await shop.move(
      [
        [one, -3, 'unrestricted'],
        [known, -1],
        [one, -4, 'unrestricted'],
        [two, 0],
      ],
      { documents },
    );
    const { lines, timeMs } = (await shop.ledger()).at(-1)!;
    const created = { created: true, statusBefore: null };
    const document = { productId: 'o', createdDate: timeMs };
    expect(lines).toMatchObject([
      { itemId: guidOfKey(one), delta: -7, shortfall: true, ...created, document },
      { itemId: guidOfKey(known), delta: -1, created: false },
      { itemId: guidOfKey(two), delta: 0, ...created, document: { productId: 't' } },
    ]);
    expect(lines[1]).not.toHaveProperty('document');
    expect(reply).toEqual(lines.map((line) => ({ ...line, document: undefined })));
    expect(await shop.level(one)).toMatchObject({ quantity: -7, revision: 1, tracked: true });
    const stored = await redis().hget(keys.documents(shop.tenantId), one);
    expect(JSON.parse(stored!)).toEqual(lines[0]!.document);
  });

  test('are not created for a strict line, nor when another line is refused', async () => {
    const [key, full] = [strangeKey(), await shop.addItem({ quantity: 1e9 })];
    const before = await shop.dump();
    const documents = [documentOf(key)];
    await expect(shop.post([[key, -3]], { documents })).rejects.toMatchObject({
      code: 'INSUFFICIENT_AVAILABLE',
    });
    const lines: TestLine[] = [[key, -3, 'unrestricted'], [full, 1]]; // prettier-ignore
    await expect(shop.post(lines, { documents })).rejects.toMatchObject({
      code: 'QUANTITY_OUT_OF_RANGE',
    });
    expect(await shop.dump()).toEqual(before);
  });
});

describe('the indexes', () => {
  test('follow every crossing of a status, net of reservations', async () => {
    const key = await shop.addItem({ quantity: 2, preorderEnabled: true, preorderLimit: 1 });
    const id = guidOfKey(key);
    const steps: [TestLine, string][] = [
      [[key, -1], 'I'],
      [[key, 0, 'strict', 1], 'P'],
      [[key, -1, 'unrestricted'], 'O'],
      [[key, 1, 'unrestricted'], 'I'],
      [[key, 0, 'strict', -1], 'I'],
      [[key, -2, 'strict'], 'O'],
      [[key, 3, 'unrestricted'], 'I'],
    ];
    for (const [line, letter] of steps) {
      await shop.move([line]);
      expect((await shop.indexes()).status).toEqual([`${letter} ${id}`]);
    }
  });

  test('list an item as low at its threshold, and say when it falls to it', async () => {
    const key = await shop.addItem({ quantity: 5, lowStockThreshold: 3 });
    const zero = await shop.addItem({ quantity: 5, lowStockThreshold: 0 });
    const never = await shop.addItem({ quantity: 5 });
    const steps: [number, number, boolean, boolean][] = [
      [-1, 0, false, false],
      [0, 1, true, true],
      [-2, 0, true, false],
      [0, -1, true, false],
      [2, 0, false, false],
      [-3, 0, true, true],
    ];
    for (const [units, reserved, low, fell] of steps) {
      const lines = await shop.move([
        [key, units, 'strict', reserved],
        [never, units, 'strict', reserved],
      ]);
      expect(lines.map(({ fellLow }) => fellLow)).toEqual([fell, false]);
      expect((await shop.indexes()).low).toEqual(low ? [guidOfKey(key)] : []);
    }
    const [line] = await shop.move([[zero, -5]]);
    expect(line!.fellLow).toBe(true);
  });

  test('many items cross at once', async () => {
    const level = { quantity: 1, lowStockThreshold: 0 };
    const items = await Promise.all(Array.from({ length: 300 }, () => shop.addItem(level)));
    await shop.post(items.map((key) => [key, -1]));
    const { status, low } = await shop.indexes();
    expect(status).toEqual(items.map((key) => `O ${guidOfKey(key)}`).sort());
    expect(low).toEqual(items.map(guidOfKey).sort());
    await shop.post(items.map((key) => [key, 1]));
    expect((await shop.indexes()).low).toEqual([]);
  });
});

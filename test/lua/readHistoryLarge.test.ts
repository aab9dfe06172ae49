import type { Redis } from 'ioredis';
import { guidOfKey } from '../../src/core/identity';
import { walkItems } from '../../src/inventory/historyWalk';
import { readHistory, STEPS_PER_CALL } from '../../src/redis/history';
import { startBareServer, type BareServer } from '../support/bareServer';
import { commandsOf } from '../support/commandStats';
import { openShop, type Shop } from '../support/shop';

/*
 * Walks over movements of many lines, on a server of this file's own, which counts: no script call
 * may hold it for long.
 */

const ITEMS = 1000;
const MOVEMENTS = 25;

let server: BareServer;
let connection: Redis;
let shop: Shop;
let ids: string[];

beforeAll(async () => {
  server = await startBareServer('--slowlog-log-slower-than', '0');
  connection = await server.connect();
  shop = openShop(connection);
  const keys: Buffer[] = [];
  for (let i = 0; i < ITEMS; i += 1) keys.push(await shop.addItem({ quantity: 100 }));
  ids = keys.map(guidOfKey);
  for (let i = 0; i < MOVEMENTS; i += 1) await shop.post(keys.map((key) => [key, -1] as const));
}, 60_000);
afterAll(() => server.stop());

const walksOf = (count: number) => ids.slice(0, count).map((itemId) => ({ itemId, from: null }));
const read = (count: number) =>
  readHistory(shop.redis, shop.tenantId, walksOf(count), { stepsPerItem: STEPS_PER_CALL });

test('an entry of several items is read once', async () => {
  const { xrange } = await commandsOf(connection, async () => {
    const { items } = await read(79);
    // By turns, until there are 250 steps.
    expect(items.map(({ taken }) => taken)).toEqual(
      Array.from({ length: 79 }, (_, i) => (i < 13 ? 4 : 3)),
    );
  });
  expect(xrange).toBe(4);
});

test('large entries end a call early', async () => {
  const { items } = await read(1);
  // Each has over 72 kB.
  expect([items[0]!.ended, items[0]!.steps.length]).toEqual(['more', items[0]!.taken]);
  expect(items[0]!.taken).toBeLessThan(15);
  expect(items[0]!.taken).toBeGreaterThan(1);
});

test('a walk goes on through them to its end', async () => {
  const seen: number[] = [];
  const { items } = await walkItems(shop, shop.tenantId, walksOf(79), {
    stepsPerItem: 100,
    onSteps: (steps) => seen.push(steps),
  });
  const moves = (await shop.ledger()).filter(({ lines }) => lines.length === ITEMS).reverse();
  const expected = moves.map(({ id }) => id);
  for (const { ended, taken, steps } of items) {
    expect([ended, taken]).toEqual(['first', MOVEMENTS + 1]);
    expect(steps.slice(0, MOVEMENTS).map(({ id }) => id)).toEqual(expected);
    expect(steps.map(({ line }) => line.level!.quantity)).toEqual(
      Array.from({ length: MOVEMENTS + 1 }, (_, i) => 100 - MOVEMENTS + i),
    );
  }
  expect(seen.reduce((sum, steps) => sum + steps, 0)).toBe(79 * (MOVEMENTS + 1));
});

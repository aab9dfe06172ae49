import { randomInt } from 'node:crypto';
import { connectRedis } from '../../src/redis/connect';
import { keys } from '../../src/redis/keys';
import { itemOf, keyOfProduct } from '../inventory/importRows';
import { testRedis, testRedisSocket } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { commandPlace } from './runHub';

const redis = testRedis();
const place = commandPlace();
let shop: Shop;
beforeEach(() => {
  shop = openShop(redis());
});

const ROWS = 20_000;
const csv = () =>
  ['productId,quantity', ...Array.from({ length: ROWS }, (_, i) => `p${i},100`), ''].join('\n');

/** Waits until a tenant's ledger has so many entries; fails when it takes half a minute. */
async function ledgerReaches(entries: number): Promise<void> {
  const target = { socketPath: testRedisSocket() };
  const blocking = await connectRedis(target, { commandTimeoutMs: 60_000 });
  try {
    let last = '0';
    for (let seen = 0; seen < entries;) {
      const ledger = keys.ledger(shop.tenantId);
      const read = await blocking.xread('COUNT', 50, 'BLOCK', 30_000, 'STREAMS', ledger, last);
      const found = read?.[0]?.[1];
      if (!found) throw new Error(`the ledger stopped at ${seen} entries`);
      seen += found.length;
      last = found.at(-1)![0];
    }
  } finally {
    blocking.disconnect();
  }
}

/** Every row was stored exactly once. */
async function expectOnce(): Promise<void> {
  const imported = (await shop.ledger()).filter(({ operation }) => operation === 'IMPORT');
  const lines = imported.flatMap((entry) => entry.lines);
  expect(lines).toHaveLength(ROWS);
  expect(new Set(lines.map(({ itemId }) => itemId)).size).toBe(ROWS);
  expect(lines.every(({ created, delta }) => created && delta === 100)).toBe(true);
  const { driftCount, items } = await shop.verify();
  expect({ driftCount, items }).toEqual({ driftCount: 0, items: ROWS });
}

test('an import killed in the middle goes on, stores each row once and keeps a sale', async () => {
  const entries = randomInt(5, 100);
  console.log(`killed after ledger entry ${entries}`);
  const words = ['import', place.write('items.csv', csv()), '--tenant', shop.tenantId];
  const { child, ended } = place.start(words);
  await ledgerReaches(entries);
  child.kill('SIGKILL');
  await ended;
  const stored = (await shop.ledger()).length;
  expect(stored).toBeLessThan(ROWS / 100);
  await shop.move([[await keyOfProduct(shop, 'p3'), -40]]);

  const { exitCode, stderr } = await place.run(words);
  expect(stderr).toBe(
    `Went on after row ${stored * 100 + 1}, where an earlier run stopped.\n` +
      `${ROWS} created, 0 updated, 0 unchanged, 0 failed.\n`,
  );
  expect(exitCode).toBe(0);
  expect((await itemOf(shop, 'p3')).quantity).toBe(60);
  await expectOnce();
});

test('Ctrl-C stops between batches and says how to go on', async () => {
  const words = ['import', place.write('more.csv', csv()), '--tenant', shop.tenantId];
  const { child, ended } = place.start(words);
  await ledgerReaches(10);
  // npm passes on what the terminal has sent already.
  child.kill('SIGINT');
  child.kill('SIGINT');
  const { exitCode, stderr } = await ended;
  const [, row] = /Stopped after row (\d+)\. Run the same command again to go on\./.exec(stderr)!;
  expect(exitCode).toBe(1);
  expect(Number(row)).toBe((await shop.ledger()).length * 100 + 1);
  expect(await place.run(words)).toMatchObject({ exitCode: 0 });
  await expectOnce();
});

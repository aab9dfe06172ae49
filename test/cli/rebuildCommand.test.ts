import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { guidOfKey } from '../../src/core/identity';
import { readCheckpointId } from '../../src/redis/checkpoint';
import { keys } from '../../src/redis/keys';
import { changeEntry } from '../support/brokenLedger';
import { trimAll } from '../support/oldLedger';
import { testRedis, testRedisSocket } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { commandPlace } from './runHub';

const redis = testRedis();
const place = commandPlace();
let shop: Shop;
beforeEach(() => {
  shop = openShop(redis());
});

const of = (...words: string[]) => [...words, '--tenant', shop.tenantId];
const ITEMS = 6000;

async function importItems(): Promise<void> {
  const rows = Array.from({ length: ITEMS }, (_, i) => `p${i},100`);
  const file = place.write(`${randomUUID()}.csv`, ['productId,quantity', ...rows, ''].join('\n'));
  expect(await place.run(of('import', file))).toMatchObject({ exitCode: 0 });
}

test('a rebuild killed in the middle is finished by the next', async () => {
  await importItems();
  const before = await shop.dump();
  await redis().del(keys.levels(shop.tenantId), keys.documents(shop.tenantId));
  const at = randomInt(200, ITEMS - 2000);
  console.log(`killed after ${at} items`);
  const { child, ended } = place.start(of('rebuild', '--yes'));
  while ((await redis().hlen(keys.levels(shop.tenantId))) < at);
  child.kill('SIGKILL');
  await ended;
  expect(await redis().hlen(keys.levels(shop.tenantId))).toBeLessThan(ITEMS);
  expect((await shop.verify()).driftCount).toBeGreaterThan(0);
  const { exitCode, stdout } = await place.run(of('rebuild', '--yes'));
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`${ITEMS} items.`);
  expect(await shop.dump()).toEqual(before);
  expect(await place.run(of('verify'))).toMatchObject({ exitCode: 0 });
});

test('a trimming killed in the middle loses nothing, and is finished by the next', async () => {
  await importItems();
  const entries = (await shop.ledger()).length;
  const program = join(__dirname, '..', 'support', 'trimProcess.ts');
  const words = ['--import', 'tsx', program, testRedisSocket(), shop.tenantId];
  const child = spawn(process.execPath, words, { stdio: 'inherit' });
  const ended = once(child, 'close');
  const length = () => redis().xlen(keys.ledger(shop.tenantId));
  const left = randomInt(20, entries - 20);
  console.log(`killed with ${left} entries left`);
  while ((await length()) > left);
  child.kill('SIGKILL');
  await ended;
  expect(await length()).toBeGreaterThan(1);
  expect(await readCheckpointId(shop.redis, shop.tenantId)).not.toBe('');
  expect((await shop.verify()).drift).toEqual([]);
  await trimAll(shop);
  expect(await length()).toBe(1);
  expect(await shop.verify()).toMatchObject({ items: ITEMS, drift: [] });
});

test('rebuild asks, or is told yes', async () => {
  await shop.addItem({ quantity: 1 });
  await redis().del(keys.statusIndex(shop.tenantId));
  expect(await place.run(of('rebuild'))).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'Nobody is there to be asked: add --yes.\n',
  });
  expect((await shop.verify()).driftCount).toBe(1);
  expect(await place.run(of('rebuild', '--yes'))).toMatchObject({
    exitCode: 0,
    stdout:
      `Read 1 ledger entries of tenant ${shop.tenantId}: 1 items.\n` +
      'Restored: 1 items, 0 order records.\n' +
      'Removed: 0 that the ledger does not know.\n' +
      'Run verify now.\n',
  });
  const json = (await place.run(of('rebuild', '--yes', '--json'))).stdout;
  expect(JSON.parse(json)).toMatchObject({ items: 1, restoredItems: 0 });
});

test('rebuild says when a part of the ledger is missing', async () => {
  await shop.addItem({ quantity: 1 });
  await redis().del(keys.ledger(shop.tenantId));
  const { exitCode, stderr } = await place.run(of('rebuild', '--yes'));
  expect([exitCode, stderr]).toEqual([1, 'A part of the ledger is missing.\n']);
});

test('rebuild goes on with a ledger that contradicts itself only when it is told to', async () => {
  await shop.addItem({ quantity: 5 });
  const key = await shop.addItem({ quantity: 5 });
  await shop.post([[key, -1]]);
  const id = await changeEntry(shop, 2, (fields) => fields.get('lines')!.writeInt32LE(-2, 62));
  const refused = await place.run(of('rebuild', '--yes'));
  expect([refused.exitCode, refused.stderr]).toEqual([
    1,
    `The ledger contradicts itself once, first in entry ${id}.\n`,
  ]);
  expect((await shop.level(key)).quantity).toBe(4);
  const { exitCode, stdout } = await place.run(of('rebuild', '--yes', '--despite-contradictions'));
  expect([exitCode, stdout]).toEqual([
    0,
    `Read 3 ledger entries of tenant ${shop.tenantId}: 2 items.\n` +
      'Restored: 1 items, 0 order records.\n' +
      'Removed: 0 that the ledger does not know.\n' +
      'The ledger contradicts itself once:\n' +
      `  item ${guidOfKey(key)}, ledger entry ${id}: quantity: stored 4, expected 3\n` +
      'Run verify now.\n',
  ]);
  expect((await shop.level(key)).quantity).toBe(3);
});

describe('trim', () => {
  test('does nothing without a retention', async () => {
    const { stdout, exitCode } = await place.run(of('trim'));
    expect([exitCode, stdout]).toEqual([
      0,
      'Nothing to do: LEDGER_RETENTION_DAYS is 0, for ever.\n',
    ]);
  });

  test('takes out what is old enough', async () => {
    await shop.addItem({ quantity: 1 });
    // Written 40 days ago.
    const [entry] = await redis().xrangeBuffer(keys.ledger(shop.tenantId), '-', '+');
    const old = Date.now() - 40 * 86_400_000;
    await redis().del(keys.ledger(shop.tenantId));
    const fields = entry![1];
    fields[3]!.writeUIntLE(old, 22, 6);
    await redis().xadd(keys.ledger(shop.tenantId), `${old}-1`, ...fields);
    await shop.addItem({ quantity: 2 });
    const trim = async (...words: string[]) => (await place.run(of('trim', ...words))).stdout;
    const none = `Trimmed 0 ledger entries of tenant ${shop.tenantId}. There is no checkpoint.\n`;
    expect(await trim('--older-than', '60')).toBe(none);
    expect(await trim('--older-than', '30')).toBe(
      `Trimmed 1 ledger entries of tenant ${shop.tenantId}. The checkpoint is ${old}-1.\n`,
    );
  });

  test('stops before what contradicts itself, and says where', async () => {
    await shop.addItem({ quantity: 1 });
    const [entry] = await redis().xrangeBuffer(keys.ledger(shop.tenantId), '-', '+');
    const old = Date.now() - 40 * 86_400_000;
    await redis().del(keys.ledger(shop.tenantId));
    // It was not written then.
    await redis().xadd(keys.ledger(shop.tenantId), `${old}-1`, ...entry![1]);
    await shop.addItem({ quantity: 2 });
    const { exitCode, stderr } = await place.run(of('trim', '--older-than', '30'));
    expect([exitCode, stderr]).toEqual([
      1,
      `The ledger contradicts itself once, first in entry ${old}-1.\n`,
    ]);
    expect(await shop.ledger()).toHaveLength(2);
  });

  test.each(['0', '3661', '1.5', 'x'])('refuses %s days', async (days) => {
    const { exitCode, stderr } = await place.run(of('trim', '--older-than', days));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('It must be a whole number from 1 to 3660.');
  });
});

test('settings shows and sets the low stock threshold', async () => {
  const settings = async (...words: string[]) => (await place.run(of('settings', ...words))).stdout;
  expect(await settings()).toContain('low stock threshold none\n');
  expect(await settings('--low-stock-threshold', '7')).toContain('low stock threshold 7\n');
  expect(await settings()).toContain('low stock threshold 7\n');
  expect(await settings('--low-stock-threshold', 'none')).toContain('low stock threshold none\n');
  const refused = await place.run(of('settings', '--low-stock-threshold', '-1'));
  expect(refused).toMatchObject({ exitCode: 2 });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEVELOPMENT_TENANT_ID } from '../../src/core/identity';
import { boundOf, itemColumnNames, itemColumns } from '../../src/inventory/itemColumns';
import { keys } from '../../src/redis/keys';
import { importRows, keyOfProduct } from '../inventory/importRows';
import { cleanDirectory, serverPid } from '../support/embedded';
import { testRedis } from '../support/redis';
import { openShop } from '../support/shop';
import { commandPlace } from './runHub';

const redis = testRedis();
const place = commandPlace();
const GUID = '3f1e4a6c-2222-4000-8000-00000000aaaa';

const usage: [words: string[], told: string][] = [
  [[], 'Usage: npm run hub --'],
  [['bogus'], "error: unknown command 'bogus'"],
  [['verify', '--bogus'], "error: unknown option '--bogus'"],
  [['import'], "error: missing required argument 'file'"],
  [['verify', '--tenant', 'a b'], "option '--tenant <id>' argument 'a b' is invalid"],
  [['settings', '--default-location', 'x'], 'It must be a GUID'],
  [['settings', '--unknown-items', 'MAYBE'], 'Allowed choices are REJECT, RECORD'],
  [['export', '--format', 'xml'], 'Allowed choices are csv, ndjson'],
  [['wix', 'decrement'], 'error: --product or --item is needed'],
  [['wix', 'decrement', '--item', 'a'], 'It must be product=quantity'],
  [['wix', 'decrement', '--product', 'a', '--quantity', '0'], 'from 1 to 100000'],
  [['wix', 'decrement', '--product', 'a', '--url', 'here'], 'http:// or https://'],
  [['wix', 'increment', '--product', 'a', '--unrestricted'], 'unknown option'],
];

test.each(usage)('%j is a wrong command line: exit code 2', async (words, told) => {
  const { exitCode, stdout, stderr } = await place.run(words);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(told);
  expect(stdout).toBe('');
});

test('help goes to standard output', async () => {
  const { exitCode, stdout } = await place.run(['wix', 'decrement', '--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('--unrestricted');
});

test('a wrong setting is told of in a sentence: exit code 2', async () => {
  const { exitCode, stderr } = await place.run(['verify'], { PORT: 'many' });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('PORT');
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a Redis that is not there is told of in a sentence: exit code 1', async () => {
  const { exitCode, stderr } = await place.run(['verify'], { REDIS_URL: '/nowhere/redis.sock' });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Cannot use the Redis at \/nowhere\/redis\.sock: .*\n$/);
});

test('settings are shown and changed', async () => {
  const { tenantId } = openShop(redis());
  const words = ['settings', '--tenant', tenantId];
  const before = await place.run(words);
  expect(before.stdout).toMatch(/^tenant {14}\S+\ndefault location {4}[0-9a-f-]{36}\n/);
  expect(before.stdout).toContain('unknown items       REJECT\nsubscription items  TRACK\n');
  const changes = ['--unknown-items', 'RECORD', '--subscription-items', 'IGNORE'];
  const changed = await place.run([...words, ...changes, '--default-location', GUID.toUpperCase()]);
  expect(changed.stdout).toContain(
    `default location    ${GUID}\nunknown items       RECORD\nsubscription items  IGNORE\n`,
  );
  expect(await place.run(words)).toEqual(changed);
});

test('verify is silent about a clean tenant and finds drift', async () => {
  const shop = openShop(redis());
  const words = ['verify', '--tenant', shop.tenantId];
  await importRows(shop, [{ productId: 'a', quantity: 3 }]);
  const clean = await place.run(words);
  expect(clean).toMatchObject({ exitCode: 0, stderr: '' });
  expect(clean.stdout).toBe(`Clean: 1 ledger entries, 1 items of tenant ${shop.tenantId}.\n`);
  const levels = keys.levels(shop.tenantId);
  const key = await keyOfProduct(shop, 'a');
  const level = (await redis().hgetBuffer(levels, key))!;
  level.writeInt32LE(2, 12);
  await redis().hset(levels, key, level);
  const drift = await place.run(words);
  expect(drift.exitCode).toBe(1);
  expect(drift.stdout).toContain('DRIFT: 1 value differs');
  expect(drift.stdout).toMatch(/item [0-9a-f-]{36}: quantity: stored 2, expected 3/);
  const json = await place.run([...words, '--json']);
  expect(json.exitCode).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({ driftCount: 1, drift: [{ expected: 3 }] });
});

test('without a tenant, the development one is meant', async () => {
  expect((await place.run(['settings'])).stdout).toContain(DEVELOPMENT_TENANT_ID);
  expect((await place.run(['verify'])).stdout).toContain(DEVELOPMENT_TENANT_ID);
});

test('without REDIS_URL an embedded server is started and stopped, and the data stay', async () => {
  const env = { REDIS_URL: '', DATA_DIR: place.path('embedded') };
  try {
    const file = place.write('one.csv', 'productId,quantity\na,1\n');
    const imported = await place.run(['import', file], env);
    expect(imported.exitCode).toBe(0);
    expect(imported.stderr).toContain('Started the embedded Redis');
    expect(imported.stderr).toContain('Stopped the embedded Redis');
    expect(existsSync(place.path('embedded/redis/server.json'))).toBe(false);
    expect((await place.run(['verify'], env)).stdout).toContain('Clean: 1 ledger entries, 1 items');
  } finally {
    if (existsSync(place.path('embedded/redis/server.json'))) {
      process.kill(serverPid(place.path('embedded')));
    }
    cleanDirectory(place.path('embedded'));
  }
});

test('the reference names every column with its bound, and every option', async () => {
  const docs = join(__dirname, '..', '..', 'docs', 'reference', 'command-line.md');
  const text = readFileSync(docs, 'utf8').replaceAll(',', '');
  for (const name of itemColumnNames) {
    expect(text).toContain(`| \`${name}\` `);
    const { kind, min, max } = itemColumns[name];
    if (kind === 'integer') expect(text).toContain(`${min}..${max}`.replace(/^-/, '−'));
    expect(boundOf(itemColumns[name])).not.toBe('');
  }
  for (const words of [
    ['import'],
    ['export'],
    ['verify'],
    ['settings'],
    ['wix', 'decrement'],
    ['wix', 'event'],
  ]) {
    const { stdout } = await place.run([...words, '--help']);
    for (const [option] of stdout.matchAll(/--[a-z-]+/g)) {
      if (option !== '--help' && option !== '--') expect(text).toContain(`\`${option}`);
    }
  }
});

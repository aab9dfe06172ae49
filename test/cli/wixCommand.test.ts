import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app';
import { ensureDevelopmentKeys } from '../../src/auth/developmentKeys';
import { importWixPublicKeys } from '../../src/auth/wixPublicKeys';
import { developmentAppId } from '../../src/settings';
import { createLogger } from '../../src/observability/logger';
import { createMetrics } from '../../src/observability/metrics';
import { readOrder } from '../../src/redis/reads';
import { importRows, itemOf } from '../inventory/importRows';
import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { commandPlace } from './runHub';

const VARIANT = '3f1e4a6c-1111-4000-8000-00000000aaaa';
const redis = testRedis();
const place = commandPlace();
let shop: Shop;
let server: Server;
let port: string;

beforeAll(async () => {
  const { publicKeyPem } = await ensureDevelopmentKeys(place.path('data'));
  const app = await createApp({
    inventory: openShop(redis()).deps,
    token: {
      keys: await importWixPublicKeys([publicKeyPem]),
      appId: developmentAppId,
      clockSkewSeconds: 60,
    },
    bodyLimitBytes: 262_144,
    metrics: createMetrics(),
    logger: createLogger('silent'),
  });
  server = createServer(app.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = String((server.address() as AddressInfo).port);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  shop = openShop(redis());
  await importRows(shop, [
    { productId: 'shirt', quantity: 10 },
    { productId: 'mug:big', variantId: VARIANT, quantity: 5 },
  ]);
});

const wix = (method: string, ...words: string[]) =>
  place.run(['wix', method, '--tenant', shop.tenantId, ...words], { PORT: port });

test('takes stock of the running hub, and gives it back', async () => {
  const order = randomUUID();
  const took = await wix('decrement', '--product', 'shirt', '--order', order);
  expect(took).toEqual({
    exitCode: 0,
    stdout: `200 {}\nTook 1 of shirt for order ${order}.\nNow 9 on hand of shirt\n`,
    stderr: `POST http://127.0.0.1:${port}/v1/decrement (order ${order})\n`,
  });
  expect((await itemOf(shop, 'shirt')).quantity).toBe(9);
  const gave = await wix('increment', '--product', 'shirt', '--order', order);
  expect(gave).toMatchObject({ exitCode: 0 });
  expect((await itemOf(shop, 'shirt')).quantity).toBe(10);
  const record = await readOrder(shop.redis, shop.tenantId, order);
  expect(record?.items).toMatchObject([{ taken: 1, returned: 1 }]);
  const reasons = (await shop.ledger()).map(({ reason, actor }) => [reason, actor]);
  expect(reasons.slice(1)).toEqual([
    ['ORDER_PLACED', 'app:command-line'],
    ['ORDER_CANCELED', 'app:command-line'],
  ]);
});

test('several items, all or nothing', async () => {
  const items = ['--item', 'shirt=2', '--item', `mug:big:${VARIANT}=6`];
  const refused = await wix('decrement', ...items);
  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toMatch(/^428 \{"applicationError":\{"code":"DECREMENT_NOT_POSSIBLE"/);
  expect(refused.stdout).toContain(
    'Refused, nothing changed: not enough. mug:big: 6 asked, 5 available.\n',
  );
  expect((await itemOf(shop, 'shirt')).quantity).toBe(10);
  expect(await wix('decrement', '--unrestricted', ...items)).toMatchObject({ exitCode: 0 });
  expect((await itemOf(shop, 'mug:big', VARIANT)).quantity).toBe(-1);
  expect((await itemOf(shop, 'shirt')).quantity).toBe(8);
});

test('an unknown item is refused', async () => {
  const { exitCode, stdout } = await wix('decrement', '--product', 'nothing');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('Refused, nothing changed: unknown item or broken limit.');
});

test('a hub with other keys refuses the token, and the answer says what to look at', async () => {
  const words = ['wix', 'decrement', '--product', 'shirt', '--url', `http://127.0.0.1:${port}/`];
  const refused = await place.run(words, { DATA_DIR: place.path('other') });
  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toMatch(/^401 /);
  expect(refused.stdout).toContain('DATA_DIR');
});

test('a hub that is not running is told of in a sentence', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port: free } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  const url = `http://127.0.0.1:${free}`;
  const words = ['wix', 'decrement', '--product', 'shirt', '--url', url];
  const { exitCode, stderr } = await place.run(words);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    `No hub answers at ${url}/v1/decrement (ECONNREFUSED). Start it with: npm start\n`,
  );
  expect(stderr).not.toMatch(/^\s+at /m);
  const unknown = await place.run(['wix', 'decrement', '--product', 'a'], { PORT: '0' });
  expect(unknown.stderr).toBe('PORT is 0: give the address by --url\n');
});

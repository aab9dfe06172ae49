import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app';
import { ensureDevelopmentKeys } from '../../src/auth/developmentKeys';
import { importWixPublicKeys } from '../../src/auth/wixPublicKeys';
import { createLogger } from '../../src/observability/logger';
import { createMetrics } from '../../src/observability/metrics';
import { developmentAppId } from '../../src/settings';
import { testRedis } from '../support/redis';
import { openShop, type Shop } from '../support/shop';
import { commandPlace } from './runHub';

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
beforeEach(() => {
  shop = openShop(redis());
});

const tell = (what: string, ...words: string[]) =>
  place.run(['wix', 'event', what, '--tenant', shop.tenantId, ...words], { PORT: port });

test('creates, updates and deletes an item of the running hub', async () => {
  const shirt = ['--product', 'shirt', '--quantity', '7', '--name', 'Shirt', '--sku', 'S-1'];
  const created = await tell('created', ...shirt, '--id', 'e-1', '--sequence', '1');
  expect(created).toEqual({
    exitCode: 0,
    stdout: '200 {}\nNow 7 on hand of shirt\n',
    stderr: `POST http://127.0.0.1:${port}/webhooks/wix (event e-1)\n`,
  });
  const [entry] = await shop.ledger();
  expect(entry).toMatchObject({
    operation: 'CREATE',
    requestId: 'e-1',
    actor: 'app:command-line',
    lines: [{ document: { name: 'Shirt', sku: 'S-1' } }],
  });
  // The hub's quantity wins, and the time is a sequence that rises.
  const updated = await tell('updated', '--product', 'shirt', '--quantity', '99');
  expect(updated.stdout).toBe('200 {}\nNow 7 on hand of shirt\n');
  const deleted = await tell('deleted', '--product', 'shirt');
  expect(deleted.stdout).toBe('200 {}\nNow there is no item of shirt\n');
});

test('sets the quantity when the settings say that Wix wins', async () => {
  const settings = ['settings', '--tenant', shop.tenantId, '--incoming-quantities', 'WIX_WINS'];
  expect((await place.run(settings)).stdout).toContain('incoming quantities WIX_WINS\n');
  await tell('created', '--product', 'shirt', '--quantity', '7');
  const updated = await tell('updated', '--product', 'shirt', '--quantity', '-3');
  expect(updated.stdout).toBe('200 {}\nNow -3 on hand of shirt\n');
});

test('fails when the hub does not take it', async () => {
  const refused = await place.run(['wix', 'event', 'created', '--product', 'shirt'], {
    PORT: port,
    WIX_APP_ID: 'another-app',
  });
  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toContain('401 {"applicationError":{"code":"TOKEN_REJECTED"');
});

test.each([
  ['nothing that can happen', 'sold', '--product', 'shirt'],
  ['no product', 'created'],
  ['a quantity Wix does not have', 'created', '--product', 'shirt', '--quantity', '100000'],
  ['a sequence that is none', 'created', '--product', 'shirt', '--sequence', '-1'],
])('refuses %s', async (_, what, ...words) => {
  expect((await tell(what, ...words)).exitCode).toBe(2);
});

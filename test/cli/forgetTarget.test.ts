import { isTargetKnown, rememberTarget } from '../../src/redis/tenants';
import { startBareServer, type BareServer } from '../support/bareServer';
import { openShop, type Shop } from '../support/shop';
import { commandPlace } from './runHub';

// The target of events is one for all tenants: it needs a Redis of its own.
const place = commandPlace();
let server: BareServer;
let shop: Shop;
beforeAll(async () => {
  server = await startBareServer();
  shop = openShop(await server.connect());
});
afterAll(() => server.stop());

test('trim forgets the target of events, but not one that is set', async () => {
  const trim = (more: Record<string, string> = {}) =>
    place.run(['trim', '--tenant', shop.tenantId, '--forget-target'], {
      REDIS_URL: server.socketPath,
      ...more,
    });
  await rememberTarget(shop.redis);
  expect(await trim({ WEBHOOK_TARGET_URL: 'https://shop.example/hook' })).toMatchObject({
    exitCode: 1,
    stderr: 'WEBHOOK_TARGET_URL is set: events are still sent to it.\n',
  });
  expect(await isTargetKnown(shop.redis)).toBe(true);
  expect(await trim()).toMatchObject({
    exitCode: 0,
    stdout:
      'The target of events of all tenants is forgotten.\n' +
      'Nothing to do: LEDGER_RETENTION_DAYS is 0, for ever.\n',
  });
  expect(await isTargetKnown(shop.redis)).toBe(false);
});

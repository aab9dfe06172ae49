import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { deliveryTrimLimit } from '../../src/events/deliveryTrimLimit';
import { forgetTarget } from '../../src/events/forgetTarget';
import { createInventoryDeps } from '../../src/inventory/deps';
import { keepRetention, openRetention } from '../../src/inventory/retention';
import type { TrimReport } from '../../src/inventory/trim';
import { saveSettings } from '../../src/redis/commands';
import { hubKeys, keys } from '../../src/redis/keys';
import { readReindex } from '../../src/redis/lowStockIndex';
import { isTargetKnown, rememberTarget } from '../../src/redis/tenants';
import { saveWebhook } from '../../src/redis/webhooks';
import { trimAll } from '../support/oldLedger';
import { anew, openOrderShop, orderLine } from '../support/orderShop';
import { startBareServer, type BareServer } from '../support/bareServer';
import { openShop, RETENTION_MS, type Shop } from '../support/shop';

// Retention goes over all tenants of a Redis: those of other tests must not be among them.
let server: BareServer;
let connection: Redis;
const redis = () => connection;
let shop: Shop;
let ids: string[];
const fail = (error: Error) => {
  throw error;
};

beforeAll(async () => {
  server = await startBareServer();
  connection = await server.connect(5000);
});
afterAll(() => server.stop());
beforeEach(async () => {
  shop = openShop(redis());
  await redis().hset(hubKeys.tenants, shop.tenantId, '');
  const key = await shop.addItem({ quantity: 9 });
  for (let i = 0; i < 4; i += 1) await shop.post([[key, -1]]);
  ids = (await shop.ledger()).map(({ id }) => id);
});
afterEach(async () => {
  await redis().hdel(hubKeys.tenants, shop.tenantId);
  expect((await shop.verify()).drift).toEqual([]);
});

/** As of a time when everything is old. */
const oldDeps = () =>
  createInventoryDeps(shop.redis, {
    retentionMs: -60_000,
    ledgerRetentionMs: -60_000,
    refusalRetentionMs: 1,
    catalogIdentityOptions: {},
  });

test('ledgers and refusals of all tenants go, and an index left behind is finished', async () => {
  const trimmed: TrimReport[] = [];
  const refusals = keys.refusals(shop.tenantId);
  await redis().xadd(refusals, '5-1', 'refusal', '{}');
  await saveSettings(shop.redis, shop.tenantId, 0, '{"revision":1,"lowStockThreshold":7}', 7);
  await keepRetention({
    deps: oldDeps(),
    limits: [],
    onTrimmed: (report) => trimmed.push(report),
    onError: fail,
  });
  const own = trimmed.filter(({ tenantId }) => tenantId === shop.tenantId);
  expect(own).toMatchObject([{ entries: 4, checkpointId: ids[3] }]);
  expect(await redis().xlen(refusals)).toBe(0);
  expect(await readReindex(shop.redis, shop.tenantId)).toBeNull();
  expect((await shop.indexes()).low).toHaveLength(1);
});

test("a tenant's broken ledger keeps nothing else from going, of it and of others", async () => {
  const broken = openShop(redis());
  await redis().hset(hubKeys.tenants, broken.tenantId, '');
  await broken.addItem({ quantity: 1 });
  await broken.addItem({ quantity: 1 });
  await redis().xdel(keys.ledger(broken.tenantId), (await broken.ledger())[0]!.id);
  await broken.addItem({ quantity: 1 });
  const refusals = keys.refusals(broken.tenantId);
  await redis().xadd(refusals, '5-1', 'refusal', '{}');
  const errors: [string | undefined, Error][] = [];
  await keepRetention({
    deps: oldDeps(),
    limits: [],
    onTrimmed: () => undefined,
    onError: (error, tenantId) => errors.push([tenantId, error]),
  });
  expect(errors).toMatchObject([[broken.tenantId, { code: 'LEDGER_INCOMPLETE' }]]);
  expect(await redis().xlen(refusals)).toBe(0);
  expect(await shop.ledger()).toHaveLength(1);
  await redis().hdel(hubKeys.tenants, broken.tenantId);
});

test('runs by itself, and ends when it is closed', async () => {
  let tell: (report: TrimReport) => void;
  const trimmed = new Promise<TrimReport>((resolve) => (tell = resolve));
  const retention = await openRetention({
    deps: oldDeps(),
    store: { socketPath: server.socketPath },
    limits: [],
    onTrimmed: (report) => {
      if (report.tenantId === shop.tenantId) tell(report);
    },
    onError: fail,
  });
  expect(await trimmed).toMatchObject({ entries: 4 });
  await retention.close();
});

test("an order's record expires so long after its last movement", async () => {
  const orders = openOrderShop(redis());
  await orders.stock(10);
  const ttl = async () => {
    const [name] = await redis().keys(`{${orders.tenantId}}:order:*`);
    return redis().pttl(name!);
  };
  await orders.order({ lines: [orderLine(2)] });
  expect(await ttl()).toBe(-1);
  orders.deps.orderRetentionMs = RETENTION_MS;
  const back = { operation: 'INCREMENT', reason: 'ORDER_REFUNDED', ...anew() } as const;
  await orders.order({ ...back, lines: [orderLine(1)] });
  expect(await ttl()).toBeGreaterThan(RETENTION_MS - 60_000);
  expect(await ttl()).toBeLessThanOrEqual(RETENTION_MS);
});

describe('nothing goes that was not delivered', () => {
  const subscribe = async (cursor: string, enabled = true) => {
    const id = randomUUID();
    const subscription = { url: 'https://a.example/', eventTypes: null, enabled, revision: 1 };
    const after = JSON.stringify({ ...subscription, publicKeyPem: '' });
    await saveWebhook(shop.redis, shop.tenantId, { id, before: '', after, cursor });
    return id;
  };
  const limit = (hasTarget = false) => deliveryTrimLimit(shop.redis, { hasTarget });
  const trim = async (hasTarget = false) => (await trimAll(shop, limit(hasTarget))).entries;

  test('to an enabled subscription', async () => {
    await subscribe(ids[3]!);
    await subscribe(ids[1]!);
    await subscribe(ids[0]!, false);
    expect(await limit()(shop.tenantId)).toBe(ids[1]);
    expect(await trim()).toBe(2);
  });

  test('of an entry of which some events were delivered', async () => {
    await subscribe(`${ids[2]!}+1`);
    expect(await trim()).toBe(2);
  });

  test('to the process-wide target', async () => {
    expect(await trim(true)).toBe(0);
    await redis().hset(keys.webhookState(shop.tenantId, 'hub'), 'cursor', ids[2]!);
    expect(await trim(true)).toBe(3);
    expect(await trim(false)).toBe(1);
  });

  test('to a target that another process sends to, until it is forgotten', async () => {
    await rememberTarget(shop.redis);
    expect(await trim(false)).toBe(0);
    const state = keys.webhookState(shop.tenantId, 'hub');
    await redis().hset(state, 'cursor', ids[2]!);
    expect(await trim(false)).toBe(3);
    await redis().hset(keys.deadLetters(shop.tenantId, 'hub'), 'event', '{}');
    await forgetTarget(shop.redis);
    expect(await isTargetKnown(shop.redis)).toBe(false);
    // Set up again it begins anew: an old cursor would claim what is no longer kept.
    expect(await redis().exists(state, keys.deadLetters(shop.tenantId, 'hub'))).toBe(0);
    expect(await trim(false)).toBe(1);
  });

  test('to a new subscription from the start', async () => {
    await subscribe('0-0');
    expect(await trim()).toBe(0);
  });

  test('and without receivers all may go', async () => {
    expect(await limit()(shop.tenantId)).toBeNull();
    expect(await trim()).toBe(4);
  });
});

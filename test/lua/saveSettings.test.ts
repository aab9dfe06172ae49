import { saveSettings } from '../../src/redis/commands';
import { readSettings } from '../../src/redis/reads';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;

beforeEach(() => {
  shop = openShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const save = (revision: number, json: string) =>
  saveSettings(shop.redis, shop.tenantId, revision, json);

test('settings get the next revision, and movements are checked against it', async () => {
  const key = await shop.addItem({ quantity: 5 });
  await save(0, '{"revision":1}');
  expect(await refusalOf(shop.post([[key, -1]]))).toEqual({ code: 'SETTINGS_CHANGED' });
  await shop.post([[key, -1]], { settingsRevision: 1 });
  await save(1, '{"revision":2}');
  expect(await readSettings(shop.redis, shop.tenantId)).toBe('{"revision":2}');
});

test('settings may come before the first movement', async () => {
  await save(0, '{"revision":1}');
  const key = await shop.addItem({ quantity: 5 });
  const { ledgerId } = await shop.post([[key, -1]], { settingsRevision: 1 });
  expect(ledgerId).toMatch(/-2$/);
});

test('settings somebody replaced meanwhile are not replaced', async () => {
  await save(0, '{"revision":1}');
  const before = await shop.dump();
  for (const revision of [0, 2]) {
    expect(await refusalOf(save(revision, '{}'))).toEqual({ code: 'SETTINGS_CHANGED' });
  }
  expect(await shop.dump()).toEqual(before);
});

test('of 20 that save at once one does', async () => {
  const all = Array.from({ length: 20 }, (_, i) => save(0, `{"revision":1,"from":${i}}`));
  const done = (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled');
  expect(done).toHaveLength(1);
});

test('a keyed call is done once: its repeat has what was stored', async () => {
  const call = { keyDigest: 'key', inputDigest: 'input', retentionMs: 60_000 };
  const keyed = (revision: number, json: string, inputDigest = 'input') =>
    saveSettings(shop.redis, shop.tenantId, revision, json, null, { ...call, inputDigest });
  expect(await refusalOf(keyed(1, '{"revision":2}'))).toEqual({ code: 'SETTINGS_CHANGED' });
  const stored = '{"revision":1}';
  expect(await keyed(0, stored)).toEqual({ stored, replayed: false });
  await save(1, '{"revision":2}');
  const before = await shop.dump();
  expect(await keyed(2, '{"revision":3}')).toEqual({ stored, replayed: true });
  const mismatch = { code: 'IDEMPOTENCY_KEY_MISMATCH', ledgerId: '' };
  expect(await refusalOf(keyed(2, '{"revision":3}', 'other'))).toEqual(mismatch);
  expect(await shop.dump()).toEqual(before);
});

test('neither movements nor items touch settings', async () => {
  await save(0, '{"revision":1}');
  const key = await shop.addItem({ quantity: 5 });
  await shop.change(key, { quantity: 6 });
  await shop.post([[key, -1]], { settingsRevision: 1 });
  expect(await readSettings(shop.redis, shop.tenantId)).toBe('{"revision":1}');
});

import { randomUUID } from 'node:crypto';
import { saveLocation, type SaveLocation } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { readLocations } from '../../src/redis/reads';
import { testRedis } from '../support/redis';
import { openShop, refusalOf, type Shop } from '../support/shop';

const redis = testRedis();
let shop: Shop;
const id = randomUUID();

beforeEach(() => {
  shop = openShop(redis());
});
afterEach(async () => {
  expect((await shop.verify()).drift).toEqual([]);
});

const call = { keyDigest: 'key', inputDigest: 'input', retentionMs: 60_000, kept: 'kept' };
const keyed = (before: string, after: object, more: Partial<SaveLocation> = {}) =>
  saveLocation(shop.redis, shop.tenantId, { id, before, after: JSON.stringify(after), ...more });
const save = async (before: string, after: object, of = id) =>
  (await keyed(before, after, { id: of })).stored;
const location = (name: string, revision = 1) => ({ name, active: true, revision });
const stored = async () => (await readLocations(shop.redis, shop.tenantId)).get(id);
const now = async () => {
  const [seconds, microseconds] = await redis().time();
  return seconds! * 1000 + Math.floor(microseconds! / 1000);
};

test('a new location gets both its dates from Redis, and is stored as replied', async () => {
  const start = await now();
  const text = await save('', location('Shop "é" %d'));
  const end = await now();
  const saved = JSON.parse(text) as { createdDate: number; updatedDate: number };
  const { createdDate } = saved;
  expect(saved).toEqual({ ...location('Shop "é" %d'), createdDate, updatedDate: createdDate });
  expect(createdDate).toBeGreaterThanOrEqual(start);
  expect(createdDate).toBeLessThanOrEqual(end);
  expect(await stored()).toBe(text);
  expect(Object.keys(await shop.dump())).toEqual([keys.locations(shop.tenantId)]);
});

test('an update keeps the created date it is given, and gets a new updated one', async () => {
  const text = await save('', location('Shop'));
  const { createdDate } = JSON.parse(text) as { createdDate: number };
  const again = JSON.parse(await save(text, { createdDate, ...location('Store', 2) })) as {
    updatedDate: number;
  };
  const { updatedDate } = again;
  expect(again).toEqual({ ...location('Store', 2), createdDate, updatedDate });
  expect(updatedDate).toBeGreaterThanOrEqual(createdDate);
});

test('a location that is not as read is left alone', async () => {
  const text = await save('', location('Shop'));
  for (const before of ['', text.replace('Shop', 'Ship'), `${text} `]) {
    const dump = await shop.dump();
    expect(await refusalOf(save(before, location('Other')))).toEqual({ code: 'LOCATION_CHANGED' });
    expect(await shop.dump()).toEqual(dump);
  }
  const other = randomUUID();
  expect(await refusalOf(save(text, location('Other'), other))).toEqual({
    code: 'LOCATION_CHANGED',
  });
  await save('', location('Other'), other);
  expect(await stored()).toBe(text);
});

test('of 20 that save at once one does', async () => {
  const create = Array.from({ length: 20 }, (_, i) => save('', location(`Shop ${i}`)));
  expect(
    (await Promise.allSettled(create)).filter((each) => each.status === 'fulfilled'),
  ).toHaveLength(1);
  const text = (await stored())!;
  const update = Array.from({ length: 20 }, (_, i) => save(text, location(`Store ${i}`, 2)));
  const done = (await Promise.allSettled(update)).filter((each) => each.status === 'fulfilled');
  expect(done.map((each) => each.value)).toEqual([await stored()]);
});

test('a keyed call is done once: its repeat has what was kept and stored', async () => {
  const first = await keyed('', location('Shop'), { call });
  const text = (await stored())!;
  expect(first).toEqual({ stored: text, replayed: false });
  const calls = keys.call(shop.tenantId, 'key');
  expect(await redis().get(calls)).toBe(`- 5 inputkept\n${text}`);
  expect(await redis().pttl(calls)).toBeGreaterThan(50_000);
  await save(text, location('Store', 2));
  const before = await shop.dump();
  const again = await keyed('', location('Shop'), { call });
  expect(again).toEqual({ stored: `kept\n${text}`, replayed: true });
  const other = { ...call, inputDigest: 'other' };
  expect(await refusalOf(keyed('', location('Shop'), { call: other }))).toEqual({
    code: 'IDEMPOTENCY_KEY_MISMATCH',
    ledgerId: '',
  });
  expect(await shop.dump()).toEqual(before);
});

test('a refused keyed call leaves no record', async () => {
  await save('', location('Shop'));
  const refused = keyed('', location('Other'), { call });
  expect(await refusalOf(refused)).toEqual({ code: 'LOCATION_CHANGED' });
  expect(await redis().exists(keys.call(shop.tenantId, 'key'))).toBe(0);
});

test('neither movements nor items touch locations', async () => {
  const text = await save('', location('Shop'));
  const key = await shop.addItem({ quantity: 5 });
  await shop.post([[key, -1]]);
  expect(await stored()).toBe(text);
});

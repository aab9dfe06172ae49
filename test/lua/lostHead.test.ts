import { randomUUID } from 'node:crypto';
import { itemKey } from '../../src/core/identity';
import { rebuildTenant } from '../../src/inventory/rebuild';
import { deleteItems, saveItems, saveSettings } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { lastLedgerId } from '../../src/redis/reads';
import { testRedis } from '../support/redis';
import { APP_ID, openShop, refusalOf, type Shop } from '../support/shop';

/*
 * A tenant that has a ledger and no head has lost its numbers. What would be written then would
 * begin at sequence 1 again: no receiver could order it, and no rebuild believe it.
 */

const redis = testRedis();
let shop: Shop;
let key: Buffer;

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 3 });
  await redis().del(keys.levels(shop.tenantId));
});

const identity = { appId: APP_ID, productId: 'new', variantId: null, locationId: randomUUID() };
const save = () => {
  const after = JSON.stringify(identity);
  const items = [
    { key: itemKey(shop.tenantId, identity), level: { quantity: 1 }, before: '', after },
  ];
  return saveItems(shop.redis, { tenantId: shop.tenantId, items, cause: { operation: 'IMPORT' } });
};

test.each<[string, () => Promise<unknown>]>([
  ['movement', () => shop.post([[key, -1]])],
  ['save', save],
  [
    'deletion',
    () => {
      const items = [{ key, revision: 0 }];
      const { tenantId } = shop;
      return deleteItems(shop.redis, { tenantId, items, cause: { operation: 'DELETE' } });
    },
  ],
  ['change of settings', () => saveSettings(shop.redis, shop.tenantId, 0, '{"revision":1}')],
])('a %s waits until what was lost is rebuilt', async (_name, write) => {
  const before = await shop.dump();
  expect(await refusalOf(write())).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  expect(await shop.dump()).toEqual(before);
  const last = await lastLedgerId(shop.redis, shop.tenantId);
  await rebuildTenant(shop.deps, shop.tenantId);
  expect(await shop.verify()).toMatchObject({ driftCount: 0 });
  await save();
  const next = await lastLedgerId(shop.redis, shop.tenantId);
  const sequenceOf = (id: string) => Number(id.split('-')[1]);
  expect(sequenceOf(next)).toBe(sequenceOf(last) + 1);
});

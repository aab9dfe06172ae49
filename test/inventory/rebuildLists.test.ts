import { guidOfKey } from '../../src/core/identity';
import { ItemFeeds } from '../../src/inventory/itemFeed';
import { rebuildTenant } from '../../src/inventory/rebuild';
import { keys } from '../../src/redis/keys';
import { testRedis } from '../support/redis';
import { openShop } from '../support/shop';

const redis = testRedis();

test('lists of a process that read damaged items are right after a rebuild', async () => {
  const shop = openShop(redis());
  const [cup, bowl] = [await shop.addItem({ quantity: 9 }), await shop.addItem({ quantity: 4 })];
  const levels = keys.levels(shop.tenantId);
  const packed = (await redis().hgetBuffer(levels, cup))!;
  // As if it had been changed often: what the ledger says later looks old beside it.
  packed.writeUIntLE(1000, 1, 5);
  packed.writeInt32LE(77, 12);
  await redis().hset(levels, cup, packed);
  await redis().hdel(levels, bowl);

  const feeds = new ItemFeeds(shop.redis);
  const quantities = async () => {
    const { items } = await feeds.current(shop.tenantId);
    return [cup, bowl].map((key) => items.get(guidOfKey(key))?.quantity);
  };
  expect(await quantities()).toEqual([77, undefined]);
  for (let i = 0; i < 2; i += 1) {
    await rebuildTenant(shop.deps, shop.tenantId);
    await shop.post([[cup, -1]]);
    expect(await quantities()).toEqual([8 - i, 4]);
  }
  // All levels are lost, and with them which rebuild was the last.
  await redis().del(levels);
  await rebuildTenant(shop.deps, shop.tenantId);
  expect(await quantities()).toEqual([7, 4]);
  expect((await shop.verify()).drift).toEqual([]);
});

test('a list is not read anew without a rebuild', async () => {
  const shop = openShop(redis());
  const key = await shop.addItem({ quantity: 9 });
  await rebuildTenant(shop.deps, shop.tenantId);
  const feeds = new ItemFeeds(shop.redis);
  const index = await feeds.current(shop.tenantId);
  await shop.post([[key, -1]]);
  expect(await feeds.current(shop.tenantId)).toBe(index);
});

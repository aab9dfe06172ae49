import { createDemoItems } from '../../src/inventory/demoItems';
import { testRedis } from '../support/redis';
import { openShop } from '../support/shop';

const redis = testRedis();

test('hubs that start at the same time make the items to try once', async () => {
  const shop = openShop(redis());
  const make = () => createDemoItems(shop.deps, shop.tenantId);
  const made = await Promise.all([make(), make(), make(), make()]);
  expect(made.sort()).toEqual([false, false, false, true]);
  expect(await make()).toBe(false);
  expect(await shop.verify()).toMatchObject({ driftCount: 0 });
});

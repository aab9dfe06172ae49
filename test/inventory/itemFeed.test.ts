import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ItemFeeds } from '../../src/inventory/itemFeed';
import { saveItems } from '../../src/redis/commands';
import { testRedis } from '../support/redis';
import { openShop, strangeKey } from '../support/shop';

const redis = testRedis();

test('a list that catches up with many new items lets others have their turn', async () => {
  const shop = openShop(redis());
  const { tenantId } = shop;
  const feeds = new ItemFeeds(shop.redis);
  await shop.addItem({ quantity: 1 });
  const index = await feeds.current(tenantId);
  for (let i = 0; i < 20; i += 1) {
    const items = Array.from({ length: 1000 }, () => ({
      key: strangeKey(),
      level: { tracked: true, quantity: 1 },
      before: '',
      after: JSON.stringify({ appId: 'a', productId: randomUUID(), locationId: 'l', name: 'Cup' }),
    }));
    await saveItems(shop.redis, { tenantId, items, cause: { operation: 'IMPORT' } });
  }
  const caughtUp = feeds.current(tenantId).then(() => true);
  // How many items others see taken up between two turns of theirs.
  let [seen, largest] = [index.items.size, 0];
  while (!(await Promise.race([caughtUp, nextTurn(false)]))) {
    largest = Math.max(largest, index.items.size - seen);
    seen = index.items.size;
  }
  largest = Math.max(largest, index.items.size - seen);
  expect(index.items.size).toBe(20_001);
  expect(largest).toBeLessThanOrEqual(4000);
  expect(await feeds.current(tenantId)).toBe(index);
});

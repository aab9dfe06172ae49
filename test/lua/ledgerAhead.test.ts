import { randomUUID } from 'node:crypto';
import { itemKey } from '../../src/core/identity';
import { deleteItems, saveItems } from '../../src/redis/commands';
import { keys } from '../../src/redis/keys';
import { testRedis } from '../support/redis';
import { APP_ID, digests, openShop, type Shop } from '../support/shop';

/*
 * Redis does not roll back a script. The one write that it can refuse is that of the ledger entry,
 * when the ledger ends in the future: it comes before all others.
 */

const redis = testRedis();
let shop: Shop;
let key: Buffer;
const call = { keyDigest: 'k', inputDigest: 'i', retentionMs: 60_000, kept: '' };

beforeEach(async () => {
  shop = openShop(redis());
  key = await shop.addItem({ quantity: 3, lowStockThreshold: 2 });
  await redis().xadd(keys.ledger(shop.tenantId), '99999999999999-1', 'movement', '{}', 'lines', '');
});

const identity = { appId: APP_ID, productId: 'new', variantId: null, locationId: randomUUID() };
const newKey = () => itemKey(shop.tenantId, identity);

test.each<[string, () => Promise<unknown>]>([
  [
    'movement',
    () =>
      shop.post(
        [
          [key, -3],
          [newKey(), -1, 'unrestricted'],
        ],
        {
          cause: { operation: 'DECREMENT', orderId: 'order' },
          order: { direction: '-', digests: digests('call') },
          documents: [{ key: newKey(), json: JSON.stringify(identity) }],
          call,
        },
      ),
  ],
  [
    'save',
    async () => {
      const { tenantId } = shop;
      const before = (await redis().hget(keys.documents(tenantId), key))!;
      const items = [
        { key, level: { quantity: 0 }, before, after: before.replace('}', ',"name":"a"}') },
        { key: newKey(), level: { quantity: 1 }, before: '', after: JSON.stringify(identity) },
      ];
      const progress = { digest: 'd', before: '', text: '{}', ttlMs: 60_000 };
      const cause = { operation: 'IMPORT' } as const;
      return saveItems(shop.redis, { tenantId, items, cause, call, progress });
    },
  ],
  [
    'deletion',
    () =>
      deleteItems(shop.redis, {
        tenantId: shop.tenantId,
        items: [{ key, revision: 0 }],
        cause: { operation: 'DELETE' },
        call,
      }),
  ],
])('a %s that the ledger does not take changes nothing', async (_name, write) => {
  const before = await shop.dump();
  await expect(write()).rejects.toThrow('The ID specified in XADD');
  expect(await shop.dump()).toEqual(before);
});

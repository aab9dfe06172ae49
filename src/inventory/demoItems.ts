import { WIX_STORES_APP_ID } from '../core/catalog';
import { InventoryError } from '../core/errors';
import { itemKey } from '../core/identity';
import { saveItems } from '../redis/commands';
import { hasItems } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { tenantSettings } from './settings';

/** Product id of the first demo item; the banner's command takes one of it. */
export const DEMO_PRODUCT_ID = 'demo-shirt';

const DEMO_ITEMS = [
  { productId: DEMO_PRODUCT_ID, name: 'Demo shirt', sku: 'DEMO-1', quantity: 100 },
  { productId: 'demo-mug', name: 'Demo mug', sku: 'DEMO-2', quantity: 5 },
];

/**
 * Gives a tenant that has no items a few to try things on.
 *
 * @returns whether it did; false also when somebody else did at the same time
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function createDemoItems(deps: InventoryDeps, tenantId: string): Promise<boolean> {
  if (await hasItems(deps.redis, tenantId)) return false;
  const { defaultLocationId: locationId } = await tenantSettings(deps, tenantId);
  const items = DEMO_ITEMS.map(({ quantity, productId, name, sku }) => {
    const identity = { appId: WIX_STORES_APP_ID, productId, variantId: null, locationId };
    return {
      key: itemKey(tenantId, identity),
      level: { tracked: true, quantity },
      before: '',
      after: JSON.stringify({ ...identity, name, sku }),
    };
  });
  try {
    const cause = { operation: 'IMPORT', reason: 'DEMO', actor: 'hub' } as const;
    await saveItems(deps.redis, { tenantId, items, cause });
    return true;
  } catch (error) {
    if (error instanceof InventoryError && error.code === 'ITEM_CHANGED') return false;
    throw error;
  }
}

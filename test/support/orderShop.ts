import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { guidOfKey, impliedLocationId, itemKey } from '../../src/core/identity';
import type { InventoryDeps } from '../../src/inventory/deps';
import { moveForOrder, type OrderCall, type OrderLine } from '../../src/inventory/moveForOrder';
import { changeSettings, type SettingsChange } from '../../src/inventory/changeSettings';
import { saveItems, type PostOutcome } from '../../src/redis/commands';
import { readLevels } from '../../src/redis/reads';
import { APP_ID, openShop, type Shop } from './shop';

/** A shop that is called for orders of one product. */
export interface OrderShop extends Shop {
  /** ORDER_PLACED, restricted, one unit of the product. */
  call: OrderCall;
  /** Key of a product (the one) at a location (null: the implied default). */
  keyAt(locationId: string | null, productId?: string): Buffer;
  /** Creates the product with a quantity. */
  stock(quantity: number, locationId?: string | null): Promise<void>;
  quantity(locationId?: string | null): Promise<number | undefined>;
  /** Moves for `call` with changes. */
  order(change?: Partial<OrderCall>, deps?: InventoryDeps): Promise<PostOutcome>;
  set(change: SettingsChange, deps?: InventoryDeps): Promise<void>;
}

const PRODUCT_ID = 'tea';

/** A line of the product at the default location. */
export function orderLine(quantity: number, rest: Partial<OrderLine> = {}): OrderLine {
  return {
    appId: APP_ID,
    productId: PRODUCT_ID,
    variantId: null,
    locationId: null,
    quantity,
    subscriptionItem: false,
    ...rest,
  };
}

/** Makes a call one with a token of its own. */
export function anew() {
  return { token: randomUUID() };
}

/** Opens a shop nobody else uses, or one more process of a tenant. */
export function openOrderShop(connection: Redis, tenantId?: string): OrderShop {
  const shop = openShop(connection, tenantId);
  const call: OrderCall = {
    tenantId: shop.tenantId,
    operation: 'DECREMENT',
    orderId: randomUUID(),
    reason: 'ORDER_PLACED',
    restricted: true,
    lines: [orderLine(1)],
    ...anew(),
  };
  const implied = impliedLocationId(shop.tenantId);
  const keyAt: OrderShop['keyAt'] = (locationId, productId = PRODUCT_ID) =>
    itemKey(shop.tenantId, {
      appId: APP_ID,
      productId,
      variantId: null,
      locationId: locationId ?? implied,
    });
  return {
    ...shop,
    call,
    keyAt,
    stock: async (quantity, locationId = null) => {
      const after = JSON.stringify({ productId: PRODUCT_ID });
      const items = [{ key: keyAt(locationId), level: { quantity }, before: '', after }];
      await saveItems(shop.redis, {
        tenantId: shop.tenantId,
        items,
        cause: { operation: 'IMPORT' },
      });
    },
    quantity: async (locationId = null) => {
      const ids = [guidOfKey(keyAt(locationId))];
      const [level] = await readLevels(shop.redis, shop.tenantId, ids);
      return level?.quantity;
    },
    order: (change = {}, deps = shop.deps) => moveForOrder(deps, { ...call, ...change }),
    set: async (change, deps = shop.deps) => {
      await changeSettings(deps, shop.tenantId, change);
    },
  };
}

import { availabilityStatus, availableOf, type InventoryItem as CoreItem } from '../core/item';
import type { InventoryItem, Preorder } from './item.type';

/** An item before its location is looked up. */
export type PresentedItem = Omit<InventoryItem, 'location'>;

/** An item in the words of the schema. */
export function presentItem(item: CoreItem): PresentedItem {
  const { tracked, quantity, inStock, brandId, brandName } = item;
  return {
    id: item.id,
    appId: item.appId,
    productId: item.productId,
    variantId: item.variantId,
    locationId: item.locationId,
    ...pick(item, ['name', 'variantName', 'sku', 'barcode', 'visible', 'extendedFields']),
    ...((brandId ?? brandName) !== undefined && {
      brand: { ...(brandId && { id: brandId }), ...(brandName && { name: brandName }) },
    }),
    categoryIds: item.categoryIds ?? [],
    tracked,
    ...(tracked ? { quantity, available: availableOf(item) } : { inStock }),
    reserved: item.reserved,
    availabilityStatus: availabilityStatus(item),
    preorder: presentPreorder(item),
    lowStockThreshold: item.lowStockThreshold,
    revision: String(item.revision),
    createdDate: new Date(item.createdDate),
    updatedDate: new Date(item.updatedMs),
  };
}

function presentPreorder(item: CoreItem): Preorder {
  const { tracked, preorderLimit: limit, preorderCounter: counter } = item;
  return {
    enabled: item.preorderEnabled,
    ...(item.preorderMessage !== undefined && { message: item.preorderMessage }),
    ...(tracked && { limit, counter, remaining: Math.max(limit - counter, 0) }),
  };
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, K>;
}

import { availabilityStatus, availableOf, type InventoryItem as CoreItem } from '../core/item';
import type { Brand, InventoryItem, Preorder } from './item.type';

/** What may be absent may be undefined too. */
type Absent<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** An item before its location is looked up. */
export type PresentedItem = Absent<Omit<InventoryItem, 'location'>>;

/** An item in the words of the schema. */
export function presentItem(item: CoreItem): PresentedItem {
  const { tracked } = item;
  return {
    id: item.id,
    appId: item.appId,
    productId: item.productId,
    variantId: item.variantId,
    locationId: item.locationId,
    name: item.name,
    variantName: item.variantName,
    sku: item.sku,
    barcode: item.barcode,
    visible: item.visible,
    extendedFields: item.extendedFields,
    brand: presentBrand(item),
    categoryIds: item.categoryIds ?? [],
    tracked,
    quantity: tracked ? item.quantity : undefined,
    available: tracked ? availableOf(item) : undefined,
    inStock: tracked ? undefined : item.inStock,
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

function presentBrand({ brandId, brandName }: CoreItem): Brand | undefined {
  if ((brandId ?? brandName) === undefined) return undefined;
  return { ...(brandId && { id: brandId }), ...(brandName && { name: brandName }) };
}

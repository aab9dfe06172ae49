import { NIL_GUID } from './identity';
import { availabilityStatus, type AvailabilityStatus, type InventoryItem } from './item';
import { PREORDER_LIMIT_MAX } from './quantity';

/** An item as Wix's clients know it (Wix Inventory Items V3). */
export interface WixItem {
  /** GUID. */
  id: string;
  /** A whole number as text. */
  revision: string;
  /** ISO 8601, UTC. */
  createdDate: string;
  updatedDate: string;
  /** GUID; the nil GUID for a product without variants. */
  variantId: string;
  locationId: string;
  productId: string;
  /** Of an untracked item only. */
  inStock?: boolean;
  /** Units on hand, of a tracked item only. */
  quantity?: number;
  trackQuantity: boolean;
  availabilityStatus: AvailabilityStatus;
  preorderInfo: WixPreorder;
  product: WixProduct;
  extendedFields?: { namespaces: Record<string, Record<string, unknown>> };
}

/** Limit, counter and quantity are there for tracked items only. */
export interface WixPreorder {
  enabled: boolean;
  message?: string;
  /** Units that may be preordered once stock is gone; absent while preorder never was enabled. */
  limit?: number;
  /** Units on preorder now. */
  counter?: number;
  /** Units that can be preordered now: what the limit leaves. */
  quantity?: number;
}

/** What the item is of, in words. */
export interface WixProduct {
  name?: string;
  directCategoryIds: string[];
  variantName?: string;
  variantSku?: string;
  variantVisible?: boolean;
  variantBarcode?: string;
  brand?: { id?: string; name?: string };
}

/** An item on the wire. */
export function wixItem(item: InventoryItem): WixItem {
  const { extendedFields, quantity, inStock } = item;
  return {
    id: item.id,
    revision: String(item.revision),
    createdDate: new Date(item.createdDate).toISOString(),
    updatedDate: new Date(item.updatedMs).toISOString(),
    variantId: item.variantId ?? NIL_GUID,
    locationId: item.locationId,
    productId: item.productId,
    ...(item.tracked ? { quantity } : { inStock }),
    trackQuantity: item.tracked,
    availabilityStatus: availabilityStatus(item),
    preorderInfo: wixPreorder(item),
    product: wixProduct(item),
    ...(extendedFields && { extendedFields: { namespaces: extendedFields } }),
  };
}

function wixPreorder(item: InventoryItem): WixPreorder {
  const { preorderEnabled: enabled, preorderLimit: limit, preorderCounter: counter } = item;
  const limited = enabled || limit !== PREORDER_LIMIT_MAX;
  return {
    enabled,
    ...(item.preorderMessage !== undefined && { message: item.preorderMessage }),
    ...(item.tracked && { counter }),
    ...(item.tracked && limited && { limit, quantity: Math.max(limit - counter, 0) }),
  };
}

function wixProduct(item: InventoryItem): WixProduct {
  const { brandId, brandName } = item;
  const words = {
    name: item.name,
    variantName: item.variantName,
    variantSku: item.sku,
    variantVisible: item.visible,
    variantBarcode: item.barcode,
  };
  const brand = {
    ...(brandId !== undefined && { id: brandId }),
    ...(brandName !== undefined && { name: brandName }),
  };
  return {
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)),
    directCategoryIds: item.categoryIds ?? [],
    ...(Object.keys(brand).length > 0 && { brand }),
  };
}

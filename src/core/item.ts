/** Wix Inventory Items V3: AvailabilityStatus. */
export type AvailabilityStatus = 'IN_STOCK' | 'PREORDER' | 'OUT_OF_STOCK';

/** The numbers of an item that movements change. Units, unless said otherwise. */
export interface Level {
  /** True: `quantity` counts; false: `inStock` says. */
  tracked: boolean;
  inStock: boolean;
  preorderEnabled: boolean;
  /** Rises by one per change; 1 when created. */
  revision: number;
  /** Redis time of the last change, ms since 1970. */
  updatedMs: number;
  /** On hand; -1,000,000,000..1,000,000,000. */
  quantity: number;
  /** Held for somebody and not available; 0 or more. */
  reserved: number;
  /** How many may be preordered after stock is gone. */
  preorderLimit: number;
  /** How many are preordered now. */
  preorderCounter: number;
  /** At or below this many available the item is low on stock; null: never. */
  lowStockThreshold: number | null;
}

/** What describes an item and no movement changes (Wix Inventory Items V3, `product`). */
export interface ItemDocument {
  /** Redis time of creation, ms since 1970. */
  createdDate: number;
  appId: string;
  productId: string;
  variantId: string | null;
  locationId: string;
  name?: string;
  variantName?: string;
  sku?: string;
  barcode?: string;
  visible?: boolean;
  brandId?: string;
  brandName?: string;
  categoryIds?: string[];
  preorderMessage?: string;
  /** By app namespace, as the apps sent them. */
  extendedFields?: Record<string, Record<string, unknown>>;
}

/** A variant at a location: what it is, and its stock. */
export interface InventoryItem extends Level, ItemDocument {
  /** GUID, derived from app, variant and location. */
  id: string;
}

/** Units that can be sold now: on hand less reserved. */
export function availableOf(level: Level): number {
  return level.quantity - level.reserved;
}

/**
 * Availability as Wix computes it, with the quantity read net of reservations. Lua holds the same
 * rule in `include/availabilityStatus.lua`.
 */
export function availabilityStatus(level: Level): AvailabilityStatus {
  if (level.tracked ? availableOf(level) > 0 : level.inStock) return 'IN_STOCK';
  const open = !level.tracked || level.preorderCounter < level.preorderLimit;
  return level.preorderEnabled && open ? 'PREORDER' : 'OUT_OF_STOCK';
}

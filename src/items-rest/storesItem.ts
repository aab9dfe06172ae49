import { normalizeId, WIX_STORES_APP_ID } from '../core/catalog';
import { guidOfKey, itemKey, NIL_GUID } from '../core/identity';
import { presentSettings } from '../inventory/settings';
import type { RestCall } from './route';

/** How Wix Stores names an item without its id. Nil GUID as variant: the product has none. */
export interface StoresReference {
  productId?: string | null | undefined;
  variantId?: string | null | undefined;
  /** Default: the tenant's default location. */
  locationId?: string | null | undefined;
}

/** An item named so. */
export interface StoresItem {
  /** Whether or not there is such an item. */
  id: string;
  locationId: string;
}

/**
 * Makes the function that finds the items of Wix Stores that a call names by variant and location.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function storesItems({
  deps,
  tenantId,
}: RestCall): Promise<(reference: StoresReference) => StoresItem> {
  const { defaultLocationId } = await presentSettings(deps, tenantId);
  return (reference) => {
    const locationId = reference.locationId?.toLowerCase() ?? defaultLocationId;
    const variantId = reference.variantId?.toLowerCase() ?? NIL_GUID;
    const key = itemKey(tenantId, {
      appId: WIX_STORES_APP_ID,
      productId: normalizeId(reference.productId ?? ''),
      variantId: variantId === NIL_GUID ? null : variantId,
      locationId,
    });
    return { id: guidOfKey(key), locationId };
  };
}

import { normalizeId, readCatalogReference, type CatalogReference } from '../core/catalog';
import { guidOfKey, itemKey } from '../core/identity';
import type { InventoryItem } from '../core/item';
import { readItems } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { presentSettings } from './settings';

/**
 * Items by id, in the order asked for; null where there is none.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function itemsById(
  { redis }: InventoryDeps,
  tenantId: string,
  ids: readonly string[],
): Promise<(InventoryItem | null)[]> {
  return readItems(redis, tenantId, ids);
}

/**
 * The id of the item a catalog reference means at a location (null: the default one), whether or
 * not there is such an item.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function itemIdOf(
  deps: InventoryDeps,
  tenantId: string,
  reference: CatalogReference,
  locationId: string | null,
): Promise<string> {
  const options = deps.catalogIdentityOptions;
  const subject = readCatalogReference(reference, options, 'catalogReference');
  const place = locationId ?? (await presentSettings(deps, tenantId)).defaultLocationId;
  return guidOfKey(itemKey(tenantId, { ...subject, locationId: place.toLowerCase() }));
}

/**
 * Every variant of a product at every location, by variant and location.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function itemsOfProduct(
  { feeds }: InventoryDeps,
  tenantId: string,
  productId: string,
): Promise<InventoryItem[]> {
  const index = await feeds.current(tenantId);
  const items = [...index.candidates({ productIds: [normalizeId(productId)] }).each()];
  const place = (item: InventoryItem) => `${item.variantId ?? ''} ${item.locationId}`;
  return items.map((item) => ({ ...item })).sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

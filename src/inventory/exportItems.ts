import { keyOfGuid } from '../core/identity';
import type { ItemDocument, Level } from '../core/item';
import { PREORDER_LIMIT_MAX } from '../core/quantity';
import { readItems, scanLevels } from '../redis/reads';
import type { InventoryDeps } from './deps';
import type { ItemRow } from './itemColumns';
import { SeenKeys } from './seenKeys';

/** Items read together; each may have a document of many kilobytes. */
const BATCH_ITEMS = 250;

/**
 * All items of a tenant as rows an import understands, each item once, in no order. A row is as of
 * the moment it is read. Importing the rows changes nothing that has not changed since.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function* exportItems(
  { redis }: InventoryDeps,
  tenantId: string,
): AsyncGenerator<ItemRow> {
  const seen = new SeenKeys();
  for await (const batch of scanLevels(redis, tenantId, BATCH_ITEMS)) {
    const ids = batch.flatMap(({ id }) => (seen.add(keyOfGuid(id)) ? [id] : []));
    for (const item of await readItems(redis, tenantId, ids)) if (item) yield rowOf(item);
  }
}

function rowOf(item: Level & ItemDocument): ItemRow {
  const { tracked, quantity, inStock, preorderEnabled, preorderLimit, lowStockThreshold } = item;
  const hasLimit = tracked && (preorderEnabled || preorderLimit !== PREORDER_LIMIT_MAX);
  return {
    productId: item.productId,
    ...(item.variantId && { variantId: item.variantId }),
    locationId: item.locationId,
    appId: item.appId,
    ...textsOf(item),
    ...(tracked ? { quantity } : { inStock }),
    preorderEnabled,
    ...(item.preorderMessage !== undefined && { preorderMessage: item.preorderMessage }),
    ...(hasLimit && { preorderLimit }),
    ...(lowStockThreshold !== null && { lowStockThreshold }),
    ...(item.extendedFields && { extendedFields: item.extendedFields }),
  };
}

function textsOf(item: ItemDocument): ItemRow {
  const { name, variantName, sku, barcode, brandId, brandName, visible, categoryIds } = item;
  return {
    ...(name !== undefined && { name }),
    ...(variantName !== undefined && { variantName }),
    ...(sku !== undefined && { sku }),
    ...(barcode !== undefined && { barcode }),
    ...(brandId !== undefined && { brandId }),
    ...(brandName !== undefined && { brandName }),
    ...(visible !== undefined && { visible }),
    ...(categoryIds && { categoryIds }),
  };
}

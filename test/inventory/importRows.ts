import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { guidOfKey, itemKey } from '../../src/core/identity';
import type { InventoryItem } from '../../src/core/item';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import {
  importItems,
  type ImportRequest,
  type ImportResult,
} from '../../src/inventory/importItems';
import type { RawRow } from '../../src/inventory/importRow';
import { tenantSettings } from '../../src/inventory/settings';
import { readItems } from '../../src/redis/reads';
import type { Shop } from '../support/shop';

/** Rows as an NDJSON file holds them, from line 1. */
export function valueRows(all: readonly unknown[]): AsyncIterable<RawRow> {
  return Readable.from(all.map((values, i) => ({ number: i + 1, length: 100, values })));
}

/** Rows as a CSV file holds them, from row 2. */
export function cellRows(all: readonly Record<string, string>[]): AsyncIterable<RawRow> {
  return Readable.from(all.map((cells, i) => ({ number: i + 2, length: 100, cells })));
}

/** An import's result, and what it told of rows: `<row>: <message>`. */
export interface Imported extends ImportResult {
  problems: string[];
}

/** Imports rows into a shop, under a digest of their own. */
export async function importRows(
  shop: Shop,
  rows: AsyncIterable<RawRow> | readonly unknown[],
  options: Partial<ImportRequest> = {},
): Promise<Imported> {
  const problems: string[] = [];
  const result = await importItems(shop.deps, {
    tenantId: shop.tenantId,
    rows: Array.isArray(rows) ? valueRows(rows) : (rows as AsyncIterable<RawRow>),
    contentDigest: randomUUID(),
    actor: 'cli',
    onProblem: (row, { message }) => problems.push(`${row}: ${message}`),
    ...options,
  });
  return { ...result, problems };
}

/** The key of a product (or variant) of a shop at its default location. */
export async function keyOfProduct(shop: Shop, productId: string, variantId: string | null = null) {
  const { defaultLocationId: locationId } = await tenantSettings(shop.deps, shop.tenantId);
  return itemKey(shop.tenantId, { appId: WIX_STORES_APP_ID, productId, variantId, locationId });
}

/** An item of a shop by product; fails when there is none. */
export async function itemOf(
  shop: Shop,
  productId: string,
  variantId: string | null = null,
): Promise<InventoryItem> {
  const key = await keyOfProduct(shop, productId, variantId);
  const [item] = await readItems(shop.redis, shop.tenantId, [guidOfKey(key)]);
  if (!item) throw new Error(`no item for ${productId}`);
  return item;
}

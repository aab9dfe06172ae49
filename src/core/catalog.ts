import { invalidInput } from './errors';
import { deriveKey, guidOfKey, isGuid, keyOfGuid, NIL_GUID, type ItemIdentity } from './identity';

/** Wix Stores' app id, Catalog V1 and V3 (Wix, "Wix Stores catalog: eCommerce integration"). */
export const WIX_STORES_APP_ID = '215238eb-22a5-4c36-9e7b-e7c08025e04e';

/** A product or variant as an order names it (Wix eCommerce `catalogReference`). */
export interface CatalogReference {
  /** 1..36 characters. */
  catalogItemId: string;
  /** 1..100 characters. */
  appId: string;
  options?: Readonly<Record<string, unknown>> | null | undefined;
}

/** By catalog app id: the option keys whose values make another item. */
export type CatalogIdentityOptions = Readonly<Record<string, readonly string[]>>;

const STORES_OPTIONS: readonly string[] = ['variantId'];
const NO_OPTIONS: readonly string[] = [];
const SCALARS: readonly string[] = ['string', 'number', 'boolean'];
const MAX_OPTION_LENGTH = 250;
const MAX_CATALOG_ITEM_ID_LENGTH = 36;
const MAX_APP_ID_LENGTH = 100;
/** Ids become part of an item's derived id, whose parts control characters keep apart. */
const CONTROL_CHARACTER = /\p{Cc}/u;
const VARIANT_NAMESPACE = keyOfGuid('0f6b6bb5-3c39-4f6d-8f5e-2d8f4f1c2a77');

/** GUIDs are equal whatever their case; other ids are taken as they are. */
export function normalizeId(id: string): string {
  // Most calls are about Wix Stores, and a comparison is a tenth of a match.
  if (id === WIX_STORES_APP_ID) return id;
  return isGuid(id) ? id.toLowerCase() : id;
}

/**
 * Which product and variant a catalog reference means, as an order or somebody else names it. Wix
 * Stores names the variant in
 * `options.variantId`; for other catalogs the configured option keys make the variant: a single
 * GUID stands for itself, anything else is folded into a derived GUID. All other options
 * (modifiers, free text) change nothing.
 *
 * @param reference a `CatalogReference`, when it is right
 * @param field where it stands, for errors
 * @throws InventoryError INVALID_INPUT also when an identity option is no text, number or boolean,
 *   or is longer than 250 characters
 */
export function readCatalogReference(
  reference: unknown,
  identityOptions: CatalogIdentityOptions,
  field: string,
): Omit<ItemIdentity, 'locationId'> {
  checkReference(reference, field);
  const appId = normalizeId(reference.appId);
  const productId = normalizeId(reference.catalogItemId);
  const stores = appId === WIX_STORES_APP_ID;
  const keys = stores ? STORES_OPTIONS : (identityOptions[appId] ?? NO_OPTIONS);
  const values: [string, string][] = [];
  for (const key of keys) {
    const value = reference.options?.[key];
    if (value === undefined || value === null) continue;
    values.push([key, optionText(value, field, key)]);
  }
  const only = values.length === 1 ? values[0]![1] : undefined;
  if (values.length === 0) return { appId, productId, variantId: null };
  if (isGuid(only)) {
    const variantId = only.toLowerCase();
    return { appId, productId, variantId: variantId === NIL_GUID ? null : variantId };
  }
  const name = JSON.stringify([appId, productId, values]);
  return { appId, productId, variantId: guidOfKey(deriveKey(VARIANT_NAMESPACE, name)) };
}

function checkReference(reference: unknown, field: string): asserts reference is CatalogReference {
  if (!isFields(reference)) throw invalidInput(field, reference, 'an object');
  const { catalogItemId, appId, options } = reference;
  checkId(catalogItemId, MAX_CATALOG_ITEM_ID_LENGTH, `${field}.catalogItemId`);
  checkId(appId, MAX_APP_ID_LENGTH, `${field}.appId`);
  if (options !== undefined && options !== null && !isFields(options)) {
    throw invalidInput(`${field}.options`, options, 'an object or null');
  }
}

function checkId(value: unknown, maxLength: number, field: string): void {
  const text = typeof value === 'string' && value.length > 0 && value.length <= maxLength;
  if (text && !CONTROL_CHARACTER.test(value)) return;
  const bound = `1..${maxLength} characters, none of them a control character`;
  throw invalidInput(field, value, bound);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function optionText(value: unknown, field: string, key: string): string {
  const scalar = SCALARS.includes(typeof value);
  const text = String(value);
  if (!scalar || text.length > MAX_OPTION_LENGTH) {
    throw invalidInput(
      `${field}.options.${key}`,
      value,
      `text of up to ${MAX_OPTION_LENGTH} characters`,
    );
  }
  return text;
}

import { normalizeId } from '../core/catalog';
import { isWholeNumber, PREORDER_LIMIT_MAX, QUANTITY_LIMIT } from '../core/quantity';
import { itemColumns, type ItemRow } from '../inventory/itemColumns';
import { isObject, type FieldReader } from './fieldReader';
import { violation } from './fieldViolation';

/** Bounds of a quantity on the wire, in units (Wix Inventory Items V3). The store holds more. */
export const WIRE_QUANTITY = { min: -99_999, max: 99_999 } as const;
const STORE_QUANTITY = { min: -QUANTITY_LIMIT, max: QUANTITY_LIMIT } as const;

/** How deep extended fields may lie: what is stored is read and written again and again. */
const MAX_NAMESPACE_DEPTH = 50;

/** A revision that a client may send (Wix: int64, as text). */
const REVISION = /^(?:0|[1-9]\d{0,18})$/;

/** App namespaces and what is in them; null: take it away. */
export type WrittenNamespaces = readonly (readonly [string, Record<string, unknown> | null])[];

/** What a call writes of an item. Undefined: not given or wrong; null: given as null. */
export interface WrittenFields {
  /** Where it stands, from the root of the request. */
  path: string;
  productId: string | null | undefined;
  variantId: string | null | undefined;
  locationId: string | null | undefined;
  quantity: number | null | undefined;
  inStock: boolean | null | undefined;
  preorder: {
    enabled: boolean | null | undefined;
    message: string | null | undefined;
    limit: number | null | undefined;
  };
  namespaces: WrittenNamespaces | undefined;
}

/** An item as a call that may be about one that is there writes it. */
export interface WrittenItem extends WrittenFields {
  id: string | null | undefined;
  /** Digits. */
  revision: string | undefined;
}

/**
 * Reads an item, each field by itself. What nobody can write is left alone.
 *
 * @param mayRepeat whether a quantity beyond the wire's bounds is let through: it may be the one
 *   the item has, which a client sends back as it read it
 */
export function readWrittenItem(fields: FieldReader, mayRepeat: boolean): WrittenItem {
  const written = readWrittenFields(fields, mayRepeat ? STORE_QUANTITY : WIRE_QUANTITY);
  return { ...written, id: fields.guid('id'), revision: readRevision(fields) };
}

/** Reads what a new item has: id and revision are left alone, too. */
export function readWrittenFields(
  fields: FieldReader,
  quantities: typeof WIRE_QUANTITY | typeof STORE_QUANTITY = WIRE_QUANTITY,
): WrittenFields {
  const preorder = fields.object('preorderInfo');
  const quantity = fields.raw('quantity');
  const stored = isWholeNumber(quantity, quantities.min, quantities.max);
  return {
    path: fields.path,
    productId: readProductId(fields),
    variantId: fields.guid('variantId'),
    locationId: fields.guid('locationId'),
    quantity: stored ? quantity : fields.wholeNumber('quantity', WIRE_QUANTITY),
    inStock: fields.flag('inStock'),
    preorder: {
      enabled: preorder?.flag('enabled'),
      message: preorder?.text('message', itemColumns.preorderMessage),
      limit: preorder?.wholeNumber('limit', { min: 0, max: PREORDER_LIMIT_MAX }),
    },
    namespaces: readNamespaces(fields),
  };
}

/**
 * The words a new item has about its product. Wix fills them from its catalog; the hub has none, so
 * they are taken once, from who creates the item.
 */
export function readProduct(fields: FieldReader): ItemRow {
  const product = fields.object('product');
  if (!product) return {};
  const brand = product.object('brand');
  const words: ItemRow = {
    // Wix lets a name be empty.
    name: product.text('name', { ...itemColumns.name, min: 0 }) || null,
    variantName: product.text('variantName', itemColumns.variantName) ?? null,
    sku: product.text('variantSku', itemColumns.sku) ?? null,
    barcode: product.text('variantBarcode', itemColumns.barcode) ?? null,
    visible: product.flag('variantVisible') ?? null,
    brandId: brand?.guid('id') ?? null,
    brandName: brand?.text('name', { ...itemColumns.brandName, min: 0 }) || null,
  };
  const given = Object.entries(words).filter(([, value]) => value !== null);
  return { ...(Object.fromEntries(given) as ItemRow), ...readCategories(product) };
}

function readCategories(product: FieldReader): ItemRow {
  if (product.raw('directCategoryIds') == null) return {};
  const { max } = itemColumns.categoryIds;
  const categoryIds = product.guids('directCategoryIds', { min: 0, max });
  return categoryIds ? { categoryIds } : {};
}

function readProductId(fields: FieldReader): string | null | undefined {
  const id = fields.lineOfText('productId', itemColumns.productId);
  return typeof id === 'string' ? normalizeId(id) : id;
}

/** A JSON number is taken, too: Wix's own recipes write one. */
function readRevision(fields: FieldReader): string | undefined {
  const value = fields.raw('revision');
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && REVISION.test(text)) return text;
  const bound = 'a whole number, 0 or more, as text';
  fields.problems.push(violation(fields.at('revision'), value, bound, { violatedRule: 'FORMAT' }));
  return undefined;
}

/** Null is as good as absent: it would take away what other apps have written. */
function readNamespaces(fields: FieldReader): WrittenNamespaces | undefined {
  const extended = fields.object('extendedFields');
  const value = extended?.raw('namespaces');
  if (!extended || value === undefined || value === null) return undefined;
  if (isObject(value)) {
    const entries = Object.entries(value);
    const wrong = entries.some(([, one]) => one !== null && !isObject(one));
    if (!wrong && !isDeeper(value, MAX_NAMESPACE_DEPTH) && !isBeyondJson(value)) {
      checkLength(extended, value);
      return entries as [string, Record<string, unknown> | null][];
    }
  }
  const place = extended.at('namespaces');
  const bound = `an object of objects, at most ${MAX_NAMESPACE_DEPTH} deep, of numbers below 1e309`;
  fields.problems.push(violation(place, value, bound, { violatedRule: 'FORMAT' }));
  return undefined;
}

/** Only of what is not too deep: JSON is written with a stack. */
function checkLength(extended: FieldReader, namespaces: object): void {
  const { max: threshold } = itemColumns.extendedFields;
  const { length } = JSON.stringify(namespaces);
  if (length <= threshold) return;
  const bound = `up to ${threshold} characters of JSON`;
  const rule = { violatedRule: 'MAX_LENGTH', data: { threshold } } as const;
  extended.problems.push(violation(extended.at('namespaces'), length, bound, rule));
}

/** Whether objects and lists lie in each other deeper than so. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

/** Whether a number in it is beyond all numbers: JSON would make null of it. */
function isBeyondJson(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(isBeyondJson);
}

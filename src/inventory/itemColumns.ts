import { PREORDER_LIMIT_MAX, QUANTITY_LIMIT, THRESHOLD_MAX } from '../core/quantity';

/**
 * What a column holds. In CSV a cell is its text; in NDJSON a value has the JSON type in brackets.
 * `text` (string): no control characters but line ends and tab, no halves of surrogate pairs. `id`
 * (string): a text without space around, on one line. `guid` (string). `boolean` (true, false).
 * `integer` (number). `guids`: separated by `;` in CSV (array of strings). `object`: JSON text in
 * CSV (object of objects).
 */
export type ColumnKind = 'id' | 'guid' | 'text' | 'boolean' | 'integer' | 'guids' | 'object';

/** One column of an item file. */
export interface Column {
  readonly kind: ColumnKind;
  /** Bounds, both inclusive: of the number, or of the count of characters or of GUIDs. */
  readonly min: number;
  readonly max: number;
  /** Whether null (NDJSON) takes the value away; else null is as good as absent. */
  readonly clearable: boolean;
}

function column(kind: ColumnKind, min: number, max: number, clearable = true): Column {
  return { kind, min, max, clearable };
}

const GUID_LENGTH = 36;

/**
 * THE columns of an item file, in the order of an export: CSV header, NDJSON keys (limits: Wix
 * Inventory Items V3, except the quantity, whose bound is the store's, and the extended fields,
 * counted in characters of JSON).
 */
export const itemColumns = {
  productId: column('id', 1, 36, false),
  variantId: column('guid', GUID_LENGTH, GUID_LENGTH, false),
  locationId: column('guid', GUID_LENGTH, GUID_LENGTH, false),
  appId: column('id', 1, 100, false),
  name: column('text', 1, 80),
  variantName: column('text', 1, 250),
  sku: column('text', 1, 40),
  barcode: column('text', 1, 40),
  brandId: column('guid', GUID_LENGTH, GUID_LENGTH),
  brandName: column('text', 1, 50),
  visible: column('boolean', 0, 1),
  categoryIds: column('guids', 0, 2000),
  quantity: column('integer', -QUANTITY_LIMIT, QUANTITY_LIMIT, false),
  inStock: column('boolean', 0, 1, false),
  preorderEnabled: column('boolean', 0, 1, false),
  preorderMessage: column('text', 1, 250),
  preorderLimit: column('integer', 0, PREORDER_LIMIT_MAX, false),
  lowStockThreshold: column('integer', 0, THRESHOLD_MAX),
  extendedFields: column('object', 0, 65_536),
} as const satisfies Record<string, Column>;

export type ItemColumn = keyof typeof itemColumns;

/** The column names, in the order of an export. */
export const itemColumnNames = Object.keys(itemColumns) as ItemColumn[];

/** Whether a word is the name of a column. */
export function isItemColumn(name: string): name is ItemColumn {
  return Object.hasOwn(itemColumns, name);
}

/** The values of one row, by column. Absent: leave as it is; null: take away. */
export interface ItemRow {
  productId?: string | null;
  variantId?: string | null;
  locationId?: string | null;
  appId?: string | null;
  name?: string | null;
  variantName?: string | null;
  sku?: string | null;
  barcode?: string | null;
  brandId?: string | null;
  brandName?: string | null;
  visible?: boolean | null;
  categoryIds?: string[] | null;
  quantity?: number | null;
  inStock?: boolean | null;
  preorderEnabled?: boolean | null;
  preorderMessage?: string | null;
  preorderLimit?: number | null;
  lowStockThreshold?: number | null;
  extendedFields?: Record<string, Record<string, unknown>> | null;
}

/** What a column must hold, in words that follow "must be". */
export function boundOf({ kind, min, max }: Column): string {
  const words: Record<ColumnKind, string> = {
    id: `${min}..${max} characters without space around or control characters`,
    guid: 'a GUID',
    text: `${min}..${max} characters, none a control character`,
    boolean: 'true or false',
    integer: `a whole number from ${min} to ${max}`,
    guids: `up to ${max} GUIDs`,
    object: `an object of objects, up to ${max} characters of JSON`,
  };
  return words[kind];
}

import type { AvailabilityStatus } from '../core/item';
import type { ItemField, SearchedField } from '../core/itemQuery';

/** What kind of values a field has; what it can be compared with follows from it. */
export type FieldKind = 'guid' | 'id' | 'text' | 'number' | 'date' | 'flag' | 'status' | 'list';

/** How a query on the wire uses a field of an entity. */
export interface WireField<Field extends string = string> {
  field: Field;
  kind: FieldKind;
  sortable: boolean;
  /** Of a status: the words there are. */
  words?: readonly string[];
}

/** The fields of an entity that can be asked about, by their names on the wire. */
export interface WireFields<Field extends string> {
  names: readonly string[];
  /** A field by its name on the wire or in the Wix SDK; undefined when there is none. */
  find(name: string): WireField<Field> | undefined;
}

/** Names that the Wix SDK gives fields, and passes on in aggregations as they are. */
const SDK_NAME = /(?<=^|\.)_(?=(?:id|createdDate|updatedDate)$)/;

/** Makes a table of fields. */
export function wireFields<Field extends string>(
  fields: Readonly<Record<string, WireField<Field>>>,
): WireFields<Field> {
  return {
    names: Object.keys(fields),
    find: (name) => {
      const wireName = name.replace(SDK_NAME, '');
      return Object.hasOwn(fields, wireName) ? fields[wireName] : undefined;
    },
  };
}

const STATUSES: readonly AvailabilityStatus[] = ['IN_STOCK', 'PREORDER', 'OUT_OF_STOCK'];

/**
 * The fields of items that can be filtered and aggregated by (Wix Inventory Items V3, Query
 * Inventory Items: "Supported filters and sorting").
 */
export const itemFields = wireFields<ItemField>({
  id: { field: 'id', kind: 'guid', sortable: false },
  variantId: { field: 'variantId', kind: 'guid', sortable: false },
  locationId: { field: 'locationId', kind: 'guid', sortable: false },
  createdDate: { field: 'created', kind: 'date', sortable: true },
  updatedDate: { field: 'updated', kind: 'date', sortable: true },
  quantity: { field: 'quantity', kind: 'number', sortable: true },
  trackQuantity: { field: 'tracked', kind: 'flag', sortable: true },
  inStock: { field: 'inStock', kind: 'flag', sortable: true },
  availabilityStatus: { field: 'status', kind: 'status', sortable: true, words: STATUSES },
  'preorderInfo.enabled': { field: 'preorderEnabled', kind: 'flag', sortable: true },
  productId: { field: 'productId', kind: 'id', sortable: true },
  'product.name': { field: 'name', kind: 'text', sortable: true },
  'product.variantName': { field: 'variantName', kind: 'text', sortable: true },
  'product.variantSku': { field: 'sku', kind: 'text', sortable: true },
  'product.variantBarcode': { field: 'barcode', kind: 'text', sortable: true },
  'product.brand.id': { field: 'brandId', kind: 'id', sortable: true },
  'product.directCategoryIds': { field: 'categoryIds', kind: 'list', sortable: true },
});

/** The fields whose words a search looks at. */
const SEARCHED: Readonly<Record<string, SearchedField>> = {
  'product.name': 'name',
  'product.variantName': 'variantName',
  'product.variantSku': 'sku',
  'product.variantBarcode': 'barcode',
};

/** Their names. */
export const searchedFieldNames: readonly string[] = Object.keys(SEARCHED);

/** A field that a search looks at, by its name on the wire. */
export function searchedField(name: string): SearchedField | undefined {
  return Object.hasOwn(SEARCHED, name) ? SEARCHED[name] : undefined;
}

const EQUALITY = ['$eq', '$ne', '$in', '$nin', '$hasSome', '$exists'] as const;
const ORDER = ['$gt', '$gte', '$lt', '$lte'] as const;
const PARTS = ['$startsWith', '$endsWith', '$contains', '$isEmpty'] as const;

/** Every operator of a field's value. */
export type Operator =
  (typeof EQUALITY)[number] | (typeof ORDER)[number] | (typeof PARTS)[number] | '$hasAll';

/** What each kind of field can be asked. */
export const operatorsOf: Readonly<Record<FieldKind, readonly Operator[]>> = {
  guid: [...EQUALITY, ...ORDER, ...PARTS],
  id: [...EQUALITY, ...ORDER, ...PARTS],
  text: [...EQUALITY, ...ORDER, ...PARTS],
  number: [...EQUALITY, ...ORDER],
  date: [...EQUALITY, ...ORDER],
  flag: EQUALITY,
  status: EQUALITY,
  list: ['$eq', '$ne', '$hasSome', '$hasAll', '$exists', '$isEmpty'],
};

/** Other words for operators that pages of Wix use. */
export const operatorSynonyms: Readonly<Record<string, Operator>> = {
  $any: '$hasSome',
  $begins: '$startsWith',
  $le: '$lte',
  $ge: '$gte',
};

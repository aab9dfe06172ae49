import { availableOf, type InventoryItem } from './item';

/** What items can be ordered by. Ties are broken by id. */
export const itemSortFields = [
  'QUANTITY',
  'AVAILABLE',
  'UPDATED',
  'CREATED',
  'SKU',
  'PRODUCT_NAME',
  'ID',
] as const;
export type ItemSortField = (typeof itemSortFields)[number];

/** An order of items. */
export interface ItemSort {
  field: ItemSortField;
  descending: boolean;
}

/** A place in an order: the value it is ordered by, and the id that breaks ties. */
export interface ItemPlace {
  value: number | string;
  id: string;
}

const VALUES: Readonly<Record<ItemSortField, (item: InventoryItem) => number | string>> = {
  QUANTITY: (item) => item.quantity,
  AVAILABLE: availableOf,
  UPDATED: (item) => item.updatedMs,
  CREATED: (item) => item.createdDate,
  // Items without a text come first, as one group.
  SKU: (item) => item.sku ?? '',
  PRODUCT_NAME: (item) => (item.name ?? '').toLowerCase(),
  ID: (item) => item.id,
};

/** What an item is ordered by. */
export function orderValue(item: InventoryItem, field: ItemSortField): ItemPlace['value'] {
  return VALUES[field](item);
}

/** Whether an order is by texts, which only another document changes; else it is by numbers. */
export function isTextOrder(field: ItemSortField): boolean {
  return field === 'SKU' || field === 'PRODUCT_NAME' || field === 'ID';
}

/** An item's place in an order. */
export function placeOf(item: InventoryItem, { field }: ItemSort): ItemPlace {
  return { value: VALUES[field](item), id: item.id };
}

/** Compares two places: below zero when the first comes first. */
export function comparePlaces(a: ItemPlace, b: ItemPlace, { descending }: ItemSort): number {
  const byValue = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  const ascending = byValue || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return descending ? -ascending : ascending;
}

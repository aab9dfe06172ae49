import fc from 'fast-check';
import type { ListedItem } from './walk';

/** A filter as a caller writes it, as far as random filters go. */
export interface PlainFilter {
  ids?: string[];
  productIds?: string[];
  variantIds?: string[];
  skus?: string[];
  locationIds?: string[];
  statuses?: string[];
  tracked?: boolean;
  lowStock?: boolean;
  quantity?: { min?: number; max?: number };
  available?: { min?: number; max?: number };
  created?: { from?: string; to?: string };
  updated?: { from?: string; to?: string };
  text?: string;
  and?: PlainFilter[];
  or?: PlainFilter[];
  not?: PlainFilter;
}

const NIL_GUID = '00000000-0000-0000-0000-000000000000';

const isIn = <T>(list: readonly T[] | undefined, value: T | null) =>
  list === undefined || (value !== null && list.includes(value));

const within = (value: number | null, range: { min?: number; max?: number } | undefined) =>
  range === undefined ||
  (value !== null && value >= (range.min ?? -Infinity) && value <= (range.max ?? Infinity));

const during = (time: string, range: { from?: string; to?: string } | undefined) =>
  range === undefined || (time >= (range.from ?? '') && time <= (range.to ?? '~'));

function hasWords({ name, variantName, sku }: ListedItem, text: string | undefined): boolean {
  const split = (words: string) => words.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const own = split(`${name ?? ''} ${variantName ?? ''} ${sku ?? ''}`);
  const wanted = split(text ?? '').filter((word) => word !== '');
  return wanted.every((word) => own.some((other) => other.startsWith(word)));
}

function isLow({ available, lowStockThreshold }: ListedItem): boolean {
  return available !== null && lowStockThreshold !== null && available <= lowStockThreshold;
}

/** What the schema says a filter means, in the plainest way. */
export function isFound(filter: PlainFilter, item: ListedItem): boolean {
  return (
    isIn(filter.ids, item.id) &&
    isIn(filter.productIds, item.productId) &&
    isIn(filter.variantIds, item.variantId ?? NIL_GUID) &&
    isIn(filter.skus, item.sku) &&
    isIn(filter.locationIds, item.locationId) &&
    isIn(filter.statuses, item.availabilityStatus) &&
    (filter.tracked === undefined || filter.tracked === item.tracked) &&
    (filter.lowStock === undefined || filter.lowStock === isLow(item)) &&
    within(item.quantity, filter.quantity) &&
    within(item.available, filter.available) &&
    during(item.createdDate, filter.created) &&
    during(item.updatedDate, filter.updated) &&
    hasWords(item, filter.text) &&
    (filter.and ?? []).every((part) => isFound(part, item)) &&
    (filter.or === undefined || filter.or.some((part) => isFound(part, item))) &&
    (filter.not === undefined || !isFound(filter.not, item))
  );
}

export const sortFields = [
  'QUANTITY',
  'AVAILABLE',
  'UPDATED',
  'CREATED',
  'SKU',
  'PRODUCT_NAME',
  'ID',
] as const;

/** An order as a caller writes it. */
export interface PlainSort {
  field: (typeof sortFields)[number];
  descending: boolean;
}

function valueOf(item: ListedItem, field: PlainSort['field']): string | number {
  return {
    QUANTITY: item.quantity ?? 0,
    AVAILABLE: item.available ?? 0,
    UPDATED: Date.parse(item.updatedDate),
    CREATED: Date.parse(item.createdDate),
    SKU: item.sku ?? '',
    PRODUCT_NAME: (item.name ?? '').toLowerCase(),
    ID: item.id,
  }[field];
}

/** Items in an order: equal ones by id, all of it backwards when descending. */
export function inOrder(items: readonly ListedItem[], sort: PlainSort): ListedItem[] {
  const ascending = [...items].sort((a, b) => {
    const [x, y] = [valueOf(a, sort.field), valueOf(b, sort.field)];
    return x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : 1;
  });
  return sort.descending ? ascending.reverse() : ascending;
}

export const anySort: fc.Arbitrary<PlainSort> = fc.record({
  field: fc.constantFrom(...sortFields),
  descending: fc.boolean(),
});

/** Random filters that find some of the items: a few conditions, up to three deep. */
export function anyFilter(items: readonly ListedItem[], depth = 3): fc.Arbitrary<PlainFilter> {
  const conditions = [...plainConditions(items)];
  if (depth > 1) {
    const part = anyFilter(items, depth - 1);
    conditions.push(
      fc.record({ and: fc.array(part, { maxLength: 2 }) }),
      fc.record({ or: fc.array(part, { maxLength: 3 }) }),
      fc.record({ not: part }),
    );
  }
  const some = fc.array(fc.oneof(...conditions), { maxLength: 2 });
  return some.map((parts) => Object.assign({}, ...parts) as PlainFilter);
}

function plainConditions(items: readonly ListedItem[]): fc.Arbitrary<PlainFilter>[] {
  const some = <T>(valuesOf: (item: ListedItem) => T | null) => {
    const values = [...new Set(items.map(valuesOf).filter((value) => value !== null))];
    const maxLength = Math.min(values.length, 30);
    return fc.subarray(values, { minLength: maxLength >> 1, maxLength });
  };
  const bound = fc.integer({ min: -5, max: 15 });
  const numbers = fc.record({ min: bound, max: bound }, { requiredKeys: [] });
  const times = (timeOf: (item: ListedItem) => string) => {
    const time = fc.constantFrom(...items.map(timeOf));
    return fc.record({ from: time, to: time }, { requiredKeys: [] });
  };
  const words = items.flatMap(({ name, sku }) => [name ?? '', (sku ?? '').slice(0, 2)]);
  return [
    fc.record({ ids: some(({ id }) => id) }),
    fc.record({ productIds: some(({ productId }) => productId) }),
    fc.record({ variantIds: some(({ variantId }) => variantId ?? NIL_GUID) }),
    fc.record({ skus: some(({ sku }) => sku) }),
    fc.record({ locationIds: some(({ locationId }) => locationId) }),
    fc.record({ statuses: fc.subarray(['IN_STOCK', 'PREORDER', 'OUT_OF_STOCK']) }),
    fc.record({ tracked: fc.boolean() }),
    fc.record({ lowStock: fc.boolean() }),
    fc.record({ quantity: numbers }),
    fc.record({ available: numbers }),
    fc.record({ created: times(({ createdDate }) => createdDate) }),
    fc.record({ updated: times(({ updatedDate }) => updatedDate) }),
    fc.record({ text: fc.constantFrom('', ...words) }),
  ];
}

import {
  availabilityStatus,
  availableOf,
  type AvailabilityStatus,
  type InventoryItem,
  type Level,
} from './item';

/** Numbers from `min` to `max`, both inclusive; an absent bound is open. */
export interface NumberRange {
  min?: number;
  max?: number;
}

/**
 * Which items to find. All that is given must hold; a list holds when one of its entries does.
 * Times are ms since 1970.
 */
export interface ItemFilter {
  ids?: readonly string[];
  productIds?: readonly string[];
  /** Null stands for items without a variant. */
  variantIds?: readonly (string | null)[];
  skus?: readonly string[];
  locationIds?: readonly string[];
  statuses?: readonly AvailabilityStatus[];
  tracked?: boolean;
  /** Whether available units are at or below the low stock threshold in force. */
  lowStock?: boolean;
  /** Like `available`: of tracked items. */
  quantity?: NumberRange;
  available?: NumberRange;
  created?: NumberRange;
  updated?: NumberRange;
  /** Words that all begin a word of name, variant name or sku; case does not matter. */
  text?: string;
  and?: readonly ItemFilter[];
  or?: readonly ItemFilter[];
  not?: ItemFilter;
}

/** A text is looked for in all words of an item: it takes as long as so many other conditions. */
const CHECKS_OF_TEXT = 20;

/** Whether an item is what a filter asks for. */
export type ItemTest = (item: InventoryItem) => boolean;

/**
 * A text as it is searched: lower case, and a letter and its mark as the one character that is both
 * (Unicode NFC).
 */
export function searchedText(text: string): string {
  return text.toLowerCase().normalize('NFC');
}

/** Splits a text into the words it is found by: letters and digits with their marks. */
export function wordsOf(text: string): string[] {
  return searchedText(text).match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
}

/** All words an item is found by. */
export function itemWords(item: Pick<InventoryItem, 'name' | 'variantName' | 'sku'>): string[] {
  return wordsOf([item.name, item.variantName, item.sku].join(' '));
}

/**
 * Whether available units are at or below the low stock threshold. Lua holds the same rule in
 * `include/lowStockAt.lua`.
 *
 * @param tenantThreshold what items without a threshold of their own have, units; null: none
 */
export function isLowOnStock(level: Level, tenantThreshold: number | null): boolean {
  const threshold = level.lowStockThreshold ?? tenantThreshold;
  return level.tracked && threshold !== null && availableOf(level) <= threshold;
}

/**
 * Turns a filter into a test that is quick to run over many items.
 *
 * @param tenantThreshold what items without a low stock threshold of their own have; null: none
 */
export function itemTest(filter: ItemFilter, tenantThreshold: number | null): ItemTest {
  const tests: ItemTest[] = [
    ...membership(filter.ids, (item) => item.id),
    ...membership(filter.productIds, (item) => item.productId),
    ...membership(filter.variantIds, (item) => item.variantId),
    ...membership(filter.skus, (item) => item.sku),
    ...membership(filter.locationIds, (item) => item.locationId),
    ...membership(filter.statuses, availabilityStatus),
    ...equality(filter.tracked, (item) => item.tracked),
    ...equality(filter.lowStock, (item) => isLowOnStock(item, tenantThreshold)),
    // NaN lies in no range: nobody counts an untracked item.
    ...range(filter.quantity, (item) => (item.tracked ? item.quantity : NaN)),
    ...range(filter.available, (item) => (item.tracked ? availableOf(item) : NaN)),
    ...range(filter.created, (item) => item.createdDate),
    ...range(filter.updated, (item) => item.updatedMs),
    ...textTest(filter.text),
    ...(filter.and ?? []).map((part) => itemTest(part, tenantThreshold)),
    ...anyOf(filter.or, tenantThreshold),
    ...(filter.not ? [negation(filter.not, tenantThreshold)] : []),
  ];
  const [only] = tests;
  if (!only) return () => true;
  return tests.length === 1 ? only : (item) => tests.every((test) => test(item));
}

/**
 * What a test of one item takes, in checks: one for each condition, twenty for a text; 1 at least.
 */
export function checksOf(filter: ItemFilter): number {
  const { and = [], or = [], not, text, ...others } = filter;
  const parts = [...and, ...or, ...(not ? [not] : [])];
  const own = Object.keys(others).length;
  const inParts = parts.reduce((sum, part) => sum + checksOf(part), 0);
  return Math.max(1, own + (text === undefined ? 0 : CHECKS_OF_TEXT) + inParts);
}

function membership<T>(
  wanted: readonly T[] | undefined,
  valueOf: (item: InventoryItem) => T | undefined,
): ItemTest[] {
  if (!wanted) return [];
  const values = new Set<T | undefined>(wanted);
  return [(item) => values.has(valueOf(item))];
}

function equality(
  wanted: boolean | undefined,
  valueOf: (item: InventoryItem) => boolean,
): ItemTest[] {
  return wanted === undefined ? [] : [(item) => valueOf(item) === wanted];
}

function range(
  bounds: NumberRange | undefined,
  valueOf: (item: InventoryItem) => number,
): ItemTest[] {
  if (!bounds) return [];
  const { min = -Infinity, max = Infinity } = bounds;
  return [(item) => valueOf(item) >= min && valueOf(item) <= max];
}

function textTest(text: string | undefined): ItemTest[] {
  const prefixes = wordsOf(text ?? '');
  if (prefixes.length === 0) return [];
  return [
    (item) => {
      const words = itemWords(item);
      return prefixes.every((prefix) => words.some((word) => word.startsWith(prefix)));
    },
  ];
}

function anyOf(
  filters: readonly ItemFilter[] | undefined,
  tenantThreshold: number | null,
): ItemTest[] {
  if (!filters) return [];
  const tests = filters.map((filter) => itemTest(filter, tenantThreshold));
  return [(item) => tests.some((test) => test(item))];
}

function negation(filter: ItemFilter, tenantThreshold: number | null): ItemTest {
  const test = itemTest(filter, tenantThreshold);
  return (item) => !test(item);
}

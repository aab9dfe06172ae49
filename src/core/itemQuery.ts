import {
  combinedTest,
  valueTest,
  type Condition,
  type FieldCondition,
  type FieldValue,
  type Test,
} from './condition';
import { NIL_GUID } from './identity';
import { availabilityStatus, type InventoryItem } from './item';
import { searchedText, wordsOf } from './itemFilter';
import type { QuerySort } from './queryOrder';

/**
 * The fields a query can name. A tracked item has a quantity and no `inStock`, an untracked one the
 * other way round (Wix Inventory Items V3: exactly one of the two). `categoryIds` alone is a list.
 */
const VALUES = {
  id: (item) => item.id,
  created: (item) => item.createdDate,
  updated: (item) => item.updatedMs,
  productId: (item) => item.productId,
  variantId: (item) => item.variantId ?? NIL_GUID,
  locationId: (item) => item.locationId,
  quantity: (item) => (item.tracked ? item.quantity : null),
  inStock: (item) => (item.tracked ? null : item.inStock),
  tracked: (item) => item.tracked,
  status: availabilityStatus,
  preorderEnabled: (item) => item.preorderEnabled,
  name: (item) => item.name ?? null,
  variantName: (item) => item.variantName ?? null,
  sku: (item) => item.sku ?? null,
  barcode: (item) => item.barcode ?? null,
  brandId: (item) => item.brandId ?? null,
  /** The first in order: lists are sorted by it. */
  categoryIds: (item) => [...(item.categoryIds ?? [])].sort()[0] ?? null,
} as const satisfies Record<string, (item: InventoryItem) => FieldValue>;

export type ItemField = keyof typeof VALUES;

/** Fields whose words a search looks at. */
export type SearchedField = 'name' | 'variantName' | 'sku' | 'barcode';

/** What a query asks of an item. `hasAll` is asked of lists only. */
export type ItemCondition = Condition<FieldCondition<ItemField> | ItemSearch>;

/** One step of an order of items. */
export type ItemQuerySort = QuerySort<ItemField>;

/** Words to find in fields. */
export interface ItemSearch {
  /** As `wordsOf` gives them; at least one. */
  words: readonly string[];
  /** True: all of them, each in any of the fields; false: one is enough. */
  every: boolean;
  /** Whether a word that only begins like one of them is found too. */
  prefix: boolean;
  fields: readonly SearchedField[];
}

/** An item's value of a field; of a list, the first entry in order. */
export function valueOf(field: ItemField): (item: InventoryItem) => FieldValue {
  return VALUES[field];
}

/** All values an item has of a field: one but for lists, none when it is null. */
export function valuesOf(field: ItemField): (item: InventoryItem) => readonly FieldValue[] {
  if (field === 'categoryIds') return (item) => item.categoryIds ?? [];
  const read = VALUES[field];
  return (item) => {
    const value = read(item);
    return value === null ? [] : [value];
  };
}

/** Fields that a movement changes. */
const MOVED_FIELDS: readonly ItemField[] = ['quantity', 'status', 'updated'];

/** Whether a movement of an item may make a condition hold for it, or hold no longer. */
export function readsStock(condition: ItemCondition): boolean {
  if ('and' in condition) return condition.and.some(readsStock);
  if ('or' in condition) return condition.or.some(readsStock);
  if ('not' in condition) return readsStock(condition.not);
  return 'field' in condition && MOVED_FIELDS.includes(condition.field);
}

/** Turns a condition into a test that is quick to run over many items. */
export function conditionTest(condition: ItemCondition): Test<InventoryItem> {
  return combinedTest(condition, leafTest);
}

function leafTest(condition: FieldCondition<ItemField> | ItemSearch): Test<InventoryItem> {
  if ('words' in condition) return searchTest(condition);
  if ('hasAll' in condition) {
    const { hasAll } = condition;
    return (item) => hasAll.every((id) => item.categoryIds?.includes(id));
  }
  const test = valueTest(condition);
  if (condition.field === 'categoryIds') {
    return ({ categoryIds = [] }) => (categoryIds.length > 0 ? categoryIds.some(test) : test(null));
  }
  const read = VALUES[condition.field];
  return (item) => test(read(item));
}

function searchTest({ words, every, prefix, fields }: ItemSearch) {
  const isWord = (text: string, word: string) =>
    wordsOf(text).some((other) => (prefix ? other.startsWith(word) : other === word));
  return (item: InventoryItem) => {
    const texts: string[] = [];
    for (const field of fields) {
      const text = item[field];
      if (text !== undefined) texts.push(searchedText(text));
    }
    // Most texts have not even the letters, and only the others are worth splitting.
    const mayHave = (word: string) => texts.some((text) => text.includes(word));
    if (!(every ? words.every(mayHave) : words.some(mayHave))) return false;
    const has = (word: string) => texts.some((text) => text.includes(word) && isWord(text, word));
    return every ? words.every(has) : words.some(has);
  };
}

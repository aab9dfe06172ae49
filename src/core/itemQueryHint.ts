import type { FieldValue } from './condition';
import { NIL_GUID } from './identity';
import type { AvailabilityStatus } from './item';
import type { ItemFilter } from './itemFilter';
import type { ItemCondition, ItemField, ItemSearch } from './itemQuery';

/** Filters by one field, of those that lists have an index for. */
const INDEXED: Partial<Record<ItemField, (values: readonly string[]) => ItemFilter>> = {
  id: (ids) => ({ ids }),
  productId: (productIds) => ({ productIds }),
  variantId: (ids) => ({ variantIds: ids.map((id) => (id === NIL_GUID ? null : id)) }),
  locationId: (locationIds) => ({ locationIds }),
  sku: (skus) => ({ skus }),
  status: (statuses) => ({ statuses: statuses as readonly AvailabilityStatus[] }),
};

/**
 * A filter that an index serves and that lets through every item of a condition, and others;
 * undefined when no index serves it.
 */
export function hintOf(condition: ItemCondition): ItemFilter | undefined {
  if ('in' in condition) return listHint(condition.field, condition.in);
  if ('words' in condition) return searchHint(condition);
  if ('and' in condition) {
    const hints = condition.and.map(hintOf).filter((hint) => hint !== undefined);
    return hints.length === 0 ? undefined : { and: hints };
  }
  if ('or' in condition) {
    const hints = condition.or.map(hintOf).filter((hint) => hint !== undefined);
    return hints.length === condition.or.length ? { or: hints } : undefined;
  }
  return undefined;
}

function listHint(field: ItemField, values: readonly FieldValue[]): ItemFilter | undefined {
  const texts = values.filter((value) => typeof value === 'string');
  return texts.length === values.length ? INDEXED[field]?.(texts) : undefined;
}

/** The index of words knows the words of three of the fields, by their beginnings. */
function searchHint({ words, every, fields }: ItemSearch): ItemFilter | undefined {
  if (fields.includes('barcode')) return undefined;
  const hints = words.map((text) => ({ text }));
  return every ? { and: hints } : { or: hints };
}

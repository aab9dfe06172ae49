import { normalizeId } from '../core/catalog';
import { invalidInput } from '../core/errors';
import type { LiveFilter } from '../events/liveFeedFilter';
import type { InventoryChangedFilterInput } from './inventoryChange.type';
import { guids } from './itemFilter';

const MAX_ENTRIES = 1000;
const MAX_UNITS = 1_000_000_000;

/**
 * A filter of `inventoryChanged` as the live feed takes it: null is as good as absent.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function toLiveFilter(input: InventoryChangedFilterInput | null | undefined): LiveFilter {
  const { itemIds, productIds, locationIds, availableAtMost, lowStock } = input ?? {};
  const entries = [itemIds, productIds, locationIds].flatMap((ids) => ids ?? []).length;
  if (entries > MAX_ENTRIES) {
    throw invalidInput('filter', entries, `at most ${MAX_ENTRIES} list entries`);
  }
  const units = availableAtMost ?? undefined;
  if (units !== undefined && Math.abs(units) > MAX_UNITS) {
    const bound = `-${MAX_UNITS}..${MAX_UNITS}`;
    throw invalidInput('filter.availableAtMost', units, bound);
  }
  return {
    ...setOf('itemIds', guids(itemIds, 'filter.itemIds')),
    ...setOf('productIds', productIds?.map(normalizeId)),
    ...setOf('locationIds', guids(locationIds, 'filter.locationIds')),
    ...(units !== undefined && { availableAtMost: units }),
    ...(typeof lowStock === 'boolean' && { lowStock }),
  };
}

function setOf(name: keyof LiveFilter, ids: string[] | undefined): LiveFilter {
  return ids ? { [name]: new Set(ids) } : {};
}

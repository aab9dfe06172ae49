import {
  availabilityStatus,
  availableOf,
  type AvailabilityStatus,
  type InventoryItem,
  type Level,
} from '../core/item';
import type { LedgerEntry, LedgerLine } from '../core/movement';

/** Which changes a live reader is given. All that is given must hold. */
export interface LiveFilter {
  itemIds?: ReadonlySet<string>;
  productIds?: ReadonlySet<string>;
  locationIds?: ReadonlySet<string>;
  /** Units available after the change, of tracked items. */
  availableAtMost?: number;
}

/** What a movement did to one item. */
export interface ItemChange {
  line: LedgerLine;
  /** Right after the movement; of a deleted item, right before. */
  item: InventoryItem;
  /** Null: the item is gone. */
  statusAfter: AvailabilityStatus | null;
}

/** Whether an entry may have a change that passes, as far as its lines alone can tell. */
export function mayConcern({ lines }: LedgerEntry, filter: LiveFilter): boolean {
  const { itemIds, availableAtMost } = filter;
  return lines.some((line) => {
    if (line.ignored || (itemIds && !itemIds.has(line.itemId))) return false;
    const level = line.deleted ? line.levelBefore : line.level;
    return availableAtMost === undefined || (level && isAtMost(level, availableAtMost));
  });
}

/** Whether the lines of an entry do not tell all that a filter asks for. */
export function needsItems({ productIds, locationIds }: LiveFilter): boolean {
  return productIds !== undefined || locationIds !== undefined;
}

function isAtMost(level: Level, units: number): boolean {
  return level.tracked && availableOf(level) <= units;
}

/**
 * The changes of an entry that pass a filter. Lines that the settings ignore changed nothing.
 *
 * @param items the item of each line, as `itemsAsOf` gives them
 */
export function changesOf(
  { lines }: LedgerEntry,
  items: readonly (InventoryItem | null)[],
  filter: LiveFilter,
): ItemChange[] {
  return lines.flatMap((line, i) => {
    const item = items[i];
    if (!item || line.ignored || !passes(item, filter)) return [];
    return [{ line, item, statusAfter: line.deleted ? null : availabilityStatus(item) }];
  });
}

function passes(item: InventoryItem, filter: LiveFilter): boolean {
  const { itemIds, productIds, locationIds, availableAtMost } = filter;
  return (
    (!itemIds || itemIds.has(item.id)) &&
    (!productIds || productIds.has(item.productId)) &&
    (!locationIds || locationIds.has(item.locationId)) &&
    (availableAtMost === undefined || isAtMost(item, availableAtMost))
  );
}

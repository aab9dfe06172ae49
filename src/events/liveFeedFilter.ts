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
  /** Whether available is at or below the threshold that was in force right after the change. */
  lowStock?: boolean;
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
  const { itemIds } = filter;
  return lines.some((line) => {
    if (line.ignored || (itemIds && !itemIds.has(line.itemId))) return false;
    const level = line.deleted ? line.levelBefore : line.level;
    return level != null && hasUnits(line, level, filter);
  });
}

/** Whether the lines of an entry do not tell all that a filter asks for. */
export function needsItems({ productIds, locationIds }: LiveFilter): boolean {
  return productIds !== undefined || locationIds !== undefined;
}

function hasUnits(line: LedgerLine, level: Level, filter: LiveFilter): boolean {
  const { availableAtMost, lowStock } = filter;
  return (
    (availableAtMost === undefined || isAtMost(level, availableAtMost)) &&
    (lowStock === undefined || isLow(line, level) === lowStock)
  );
}

/** A line of an older hub does not say: then only the item's own threshold counts. */
function isLow({ lowStock }: LedgerLine, level: Level): boolean {
  return lowStock ?? isAtMost(level, level.lowStockThreshold ?? -Infinity);
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
    if (!item || line.ignored || !passes(line, item, filter)) return [];
    return [{ line, item, statusAfter: line.deleted ? null : availabilityStatus(item) }];
  });
}

function passes(line: LedgerLine, item: InventoryItem, filter: LiveFilter): boolean {
  const { itemIds, productIds, locationIds } = filter;
  return (
    (!itemIds || itemIds.has(item.id)) &&
    (!productIds || productIds.has(item.productId)) &&
    (!locationIds || locationIds.has(item.locationId)) &&
    hasUnits(line, item, filter)
  );
}

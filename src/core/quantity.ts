/** Bounds of a stored quantity, inclusive, in units. Lua holds the same in `include/limits.lua`. */
export const QUANTITY_LIMIT = 1_000_000_000;
/**
 * Lines of one call, at the most (Wix inventory service plugin: 300 items per request). A move from
 * location to location makes two lines of its movement.
 */
export const MAX_LINES = 300;
/** Largest preorder limit, in units, and the default (Wix Inventory Items V3). */
export const PREORDER_LIMIT_MAX = 100_000;
/** Largest low stock threshold, in units. */
export const THRESHOLD_MAX = 10_000_000;

/** Whether a value is a whole number within bounds, both inclusive. */
export function isWholeNumber(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

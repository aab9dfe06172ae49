import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { MovementLine } from '../core/movement';
import { checkEach } from '../core/problems';
import { isWholeNumber, MAX_LINES, QUANTITY_LIMIT } from '../core/quantity';
import type { InventoryDeps } from './deps';
import { postChange, type ChangeCause, type ChangeOutcome } from './postChange';

/** One line of a change: so many units more (or less), or exactly so many. */
export interface QuantityChange {
  itemId: string;
  /** -1,000,000,000..1,000,000,000. */
  units: number;
  /** The quantity the caller believes there is; null: whatever there is. Must be said. */
  compareQuantity?: number | null | undefined;
}

/** A change of quantities by a merchant's tool. */
export interface ChangeQuantities {
  operation: 'ADJUST' | 'SET';
  /** 1..300. */
  changes: readonly QuantityChange[];
  /** Whether items may go below zero. SET never asks. */
  allowNegative: boolean;
  cause: ChangeCause;
}

/**
 * Changes quantities of tracked items: all of them, or none. A strict change that was refused for
 * want of stock or for an unknown item is kept among the refusals.
 *
 * @throws InventoryError INVALID_INPUT that tells of every wrong line, UNKNOWN_ITEM,
 *   ITEM_NOT_TRACKED, COMPARE_QUANTITY_STALE, QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE,
 *   IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function changeQuantities(
  deps: InventoryDeps,
  tenantId: string,
  change: ChangeQuantities,
): Promise<ChangeOutcome> {
  const lines = toLines(change);
  const { operation, changes, allowNegative, cause } = change;
  const said = changes.map(({ itemId, units, compareQuantity }) => {
    return [itemId.toLowerCase(), units, compareQuantity];
  });
  const input = [said, allowNegative];
  return postChange(deps, tenantId, { operation, cause, input, plan: () => ({ lines }) });
}

function toLines({ operation, changes, allowNegative }: ChangeQuantities): MovementLine[] {
  checkCount(changes.length);
  const absolute = operation === 'SET';
  const checkDistinct = distinctItems(absolute);
  return checkEach(changes, ({ itemId, units, compareQuantity }, i): MovementLine => {
    const at = `input.changes[${i}]`;
    if (!isGuid(itemId)) throw invalidInput(`${at}.itemId`, itemId, 'a GUID');
    if (!isWholeNumber(units, -QUANTITY_LIMIT, QUANTITY_LIMIT)) {
      const place = `${at}.${absolute ? 'quantity' : 'delta'}`;
      throw invalidInput(place, units, `${-QUANTITY_LIMIT}..${QUANTITY_LIMIT}`);
    }
    const compared = checkCompared(compareQuantity, at);
    checkDistinct({ itemId, compares: compared !== null, field: `${at}.itemId` });
    return {
      key: keyOfGuid(itemId),
      units,
      guard: allowNegative || absolute ? 'unrestricted' : 'strict',
      stockOnly: { absolute, compareQuantity: compared },
    };
  });
}

/** @throws InventoryError INVALID_INPUT */
export function checkCount(count: number): void {
  if (isWholeNumber(count, 1, MAX_LINES)) return;
  throw invalidInput('input.changes', count, `1..${MAX_LINES} entries`);
}

/**
 * Nobody must leave out by mistake what keeps a sale from being erased.
 *
 * @param at place of the entry in the input
 * @throws InventoryError INVALID_INPUT
 */
export function checkCompared(value: number | null | undefined, at: string): number | null {
  if (value !== undefined) return value;
  const field = `${at}.compareQuantity`;
  const message = `${field} must be given: the present quantity, or null to skip the comparison`;
  throw new InventoryError('INVALID_INPUT', message, { field });
}

/** A line's item, and where the input names it. */
export interface NamedItem {
  itemId: string;
  /** Whether its quantity is compared. */
  compares: boolean;
  field: string;
}

/**
 * A check that is given the items of a change one after another: one may come again only where its
 * lines can be summed.
 *
 * @param absolute the lines set quantities
 * @returns throws InventoryError INVALID_INPUT
 */
export function distinctItems(absolute: boolean): (named: NamedItem) => void {
  const comparing = new Map<string, boolean>();
  return ({ itemId, compares, field }) => {
    const id = itemId.toLowerCase();
    const earlier = comparing.get(id);
    if (earlier !== undefined && (absolute || earlier || compares)) {
      const bound = 'an item that no other change names, to set or compare its quantity';
      throw invalidInput(field, itemId, bound);
    }
    comparing.set(id, compares);
  };
}

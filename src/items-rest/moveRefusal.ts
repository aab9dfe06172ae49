import type { InventoryError } from '../core/errors';
import { WixRefusal } from './wixRefusal';

/** Which way units go. */
export type Direction = 'increment' | 'decrement';

/** Why a move was refused, in Wix's words: it has one for each end of a quantity. */
export function moveRefusal(
  error: InventoryError,
  direction: Direction,
): WixRefusal | InventoryError {
  if (error.code !== 'QUANTITY_OUT_OF_RANGE') return error;
  const up = direction === 'increment';
  return new WixRefusal(up ? 'MAX_QUANTITY_LIMIT_REACHED' : 'MIN_QUANTITY_LIMIT_REACHED');
}

import { InventoryError, type RefusalWord } from '../core/errors';
import { unpackIds, unpackQuantities, unpackShortages } from './packing';

/** Turns a refusal word and what follows it into an error. */
export function refusal(word: RefusalWord, rest: Buffer | undefined): InventoryError {
  const details = {
    // A call that changed nothing has no entry: its record says "-".
    IDEMPOTENCY_KEY_MISMATCH: () => ({ ledgerId: rest!.toString().replace(/^-$/, '') }),
    SETTINGS_CHANGED: () => ({}),
    CHECKPOINT_CHANGED: () => ({}),
    IMPORT_CHANGED: () => ({}),
    LOCATION_CHANGED: () => ({}),
    WEBHOOK_CHANGED: () => ({}),
    CURSOR_MOVED: () => ({}),
    NO_SUCH_SUBSCRIPTION: () => ({}),
    LIMIT_REACHED: () => ({}),
    REVISION_CONFLICT: () => ({ itemIds: unpackIds(rest!) }),
    ITEM_CHANGED: () => ({ itemIds: unpackIds(rest!) }),
    ITEM_NOT_TRACKED: () => ({ itemIds: unpackIds(rest!) }),
    COMPARE_QUANTITY_STALE: () => unpackQuantities(rest!),
    UNKNOWN_ITEM: () => ({ itemIds: unpackIds(rest!) }),
    QUANTITY_OUT_OF_RANGE: () => ({ itemIds: unpackIds(rest!) }),
    INSUFFICIENT_AVAILABLE: () => ({ shortages: unpackShortages(rest!) }),
  }[word];
  return new InventoryError(word, undefined, details());
}

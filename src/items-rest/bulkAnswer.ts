import type { InventoryError } from '../core/errors';
import type { InventoryItem } from '../core/item';
import { applicationErrorOf } from './errorEnvelope';
import { wixItem } from '../core/wixItem';
import type { WixRefusal } from './wixRefusal';

/** What became of one entry of a bulk call. */
export type BulkOutcome =
  | { id: string; item?: InventoryItem | undefined }
  /** Without an id: there is no such item. */
  | { id?: string | undefined; error: WixRefusal | InventoryError };

/**
 * The answer to a bulk call: one result per entry, in the order of the request (Wix Inventory Items
 * V3). A bug is no result: it is thrown.
 */
export function bulkAnswer(outcomes: readonly BulkOutcome[], returnEntity: boolean) {
  const results = outcomes.map((outcome, originalIndex) => {
    const { id } = outcome;
    if (!('error' in outcome)) {
      const itemMetadata = { id, originalIndex, success: true };
      const { item } = outcome;
      return { itemMetadata, ...(returnEntity && item && { item: wixItem(item) }) };
    }
    if (outcome.error.kind === 'bug') throw outcome.error;
    const error = applicationErrorOf(outcome.error);
    return { itemMetadata: { ...(id && { id }), originalIndex, success: false, error } };
  });
  const totalFailures = results.filter(({ itemMetadata }) => !itemMetadata.success).length;
  const totalSuccesses = results.length - totalFailures;
  return { results, bulkActionMetadata: { totalSuccesses, totalFailures, undetailedFailures: 0 } };
}

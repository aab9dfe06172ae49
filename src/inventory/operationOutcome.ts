import type { LedgerEntry } from '../core/movement';
import { readDatedCall } from '../redis/callRecord';
import type { InventoryDeps } from './deps';
import { isIdempotencyKey, keyDigestOf } from './keyedInput';
import { movementById } from './orders';

/** What became of a mutation that carried an idempotency key. */
export interface OperationOutcome {
  /** Name of the GraphQL field; `unknown` when that was not recorded. */
  mutation: string;
  /** Redis time, ms since 1970. */
  recordedMs: number;
  /** Null: it made no ledger entry. */
  movement: LedgerEntry | null;
  /** Items that were created, changed or deleted, in the order of the input. */
  itemIds: string[];
  /** The location it was about. */
  locationId: string | null;
  /** The receiver of events it was about. */
  subscriptionId: string | null;
}

/**
 * What became of the mutation with a key; null when nothing is recorded.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function operationOutcome(
  deps: InventoryDeps,
  tenantId: string,
  key: string,
): Promise<OperationOutcome | null> {
  if (!isIdempotencyKey(key)) return null;
  const { redis, retentionMs } = deps;
  const call = await readDatedCall(redis, tenantId, keyDigestOf(key), retentionMs);
  if (!call) return null;
  const { note, recordedMs, ledgerId } = call;
  const movement = await movementById(deps, tenantId, ledgerId);
  return {
    mutation: note?.mutation ?? 'unknown',
    recordedMs,
    movement,
    itemIds: [...new Set(movement?.lines.map(({ itemId }) => itemId))],
    locationId: note?.locationId ?? null,
    subscriptionId: note?.subscriptionId ?? null,
  };
}

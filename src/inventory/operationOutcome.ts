import type { LedgerEntry } from '../core/movement';
import { endDigestOf, readCall, readDatedCall } from '../redis/callRecord';
import type { InventoryDeps } from './deps';
import { isIdempotencyKey, keyDigestOf } from './keyedInput';
import { movementById } from './orders';

/** What became of a mutation that carried an idempotency key. */
export interface OperationOutcome {
  /** Name of the GraphQL field; `unknown` when that was not recorded. */
  mutation: string;
  /** Redis time, ms since 1970. */
  recordedMs: number;
  /** False: it is under way or was broken off; the same call again finishes it. */
  finished: boolean;
  /** Null: it made no ledger entry, or those of a transfer. */
  movement: LedgerEntry | null;
  /** Items that its ledger entry created, changed or deleted, in the order of the input. */
  itemIds: string[];
  /** How many items a finished transfer moved; null: it made none, or it is not finished. */
  transferredItems: number | null;
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
  const keyDigest = keyDigestOf(key);
  const call = await readDatedCall(redis, tenantId, keyDigest, retentionMs);
  if (!call) return null;
  const { note, recordedMs, ledgerId } = call;
  const end = note?.inSteps ? await readCall(redis, tenantId, endDigestOf(keyDigest)) : null;
  const movement = await movementById(deps, tenantId, ledgerId);
  return {
    mutation: note?.mutation ?? 'unknown',
    recordedMs,
    finished: !note?.inSteps || end !== null,
    movement,
    itemIds: [...new Set(movement?.lines.map(({ itemId }) => itemId))],
    transferredItems: end && end.kept !== '' ? Number(end.kept) : null,
    locationId: note?.locationId ?? null,
    subscriptionId: note?.subscriptionId ?? null,
  };
}

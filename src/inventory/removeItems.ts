import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { MovementCause } from '../core/movement';
import { deleteItems } from '../redis/commands';
import type { InventoryDeps } from './deps';
import { callOf, earlierCall, type KeyedInput } from './keyedInput';
import {
  checkRowCount,
  noSuchItem,
  RefusedRows,
  revisionOf,
  staleRevision,
  type ErrorPolicy,
  type RowsOutcome,
} from './refusedRows';

/** Items to delete, with the stock they have. */
export interface RemoveItems extends KeyedInput {
  /** 1..1,000, each once; `revision`: the one it must have, default any. */
  items: readonly { id: string; revision?: string | undefined }[];
  errorPolicy: ErrorPolicy;
  cause: MovementCause;
}

/** What became of a deletion: the ids of the items that are gone, by row. */
export interface RemoveOutcome extends RowsOutcome {
  /** An earlier call with the same key did it. */
  replayed: boolean;
}

/**
 * Deletes items in one step. With REJECT_ALL a refused row refuses all of them. Rows are refused
 * with INVALID_INPUT, UNKNOWN_ITEM and REVISION_CONFLICT.
 *
 * @throws InventoryError INVALID_INPUT (how many rows), IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function removeItems(
  deps: InventoryDeps,
  tenantId: string,
  { items, errorPolicy, cause, ...keyed }: RemoveItems,
): Promise<RemoveOutcome> {
  checkRowCount(items.length);
  const ids = items.map(({ id }) => id.toLowerCase());
  const said = items.map(({ revision }, row) => ({ id: ids[row], revision }));
  const { call } = callOf(deps, keyed, ['DELETE', said, errorPolicy]);
  const refused = new RefusedRows(errorPolicy);
  const removals = checkRows(items, refused);
  // Each turn refuses more rows, so it ends.
  for (;;) {
    const good = [...removals.keys()].filter((row) => !refused.has(row));
    const { errors } = refused;
    if (refused.refuseAll || good.length === 0) {
      const earlier = await earlierCall(deps, tenantId, call);
      return earlier ? replayOf(earlier) : { ids: ids.map(() => null), errors, replayed: false };
    }
    const done = ids.map((id, row) => (refused.has(row) ? null : id));
    const kept = JSON.stringify({ ids: done, errors } satisfies RowsOutcome);
    try {
      const { replayed } = await deleteItems(deps.redis, {
        tenantId,
        items: good.map((row) => removals.get(row)!),
        cause,
        ...(call && { call: { ...call, kept } }),
      });
      return replayed ? replayOf(replayed) : { ids: done, errors, replayed: false };
    } catch (error) {
      refuseItems(refused, ids, error);
    }
  }
}

function replayOf({ kept }: { kept: string }): RemoveOutcome {
  return { ...(JSON.parse(kept) as RowsOutcome), replayed: true };
}

/** The good rows as far as they tell by themselves, by row. */
function checkRows(
  items: RemoveItems['items'],
  refused: RefusedRows,
): Map<number, { key: Buffer; revision: number }> {
  const removals = new Map<number, { key: Buffer; revision: number }>();
  const seen = new Set<string>();
  items.forEach(({ id, revision }, row) => {
    try {
      if (!isGuid(id)) throw invalidInput('id', id, 'a GUID');
      if (seen.has(id.toLowerCase())) throw invalidInput('id', id, 'named once');
      seen.add(id.toLowerCase());
      const expected = revision === undefined ? 0 : revisionOf(revision);
      removals.set(row, { key: keyOfGuid(id), revision: expected });
    } catch (error) {
      refused.add(row, error);
    }
  });
  return removals;
}

/** Refuses the rows of the items that a refusal of the script names; else it is thrown. */
function refuseItems(refused: RefusedRows, ids: readonly string[], error: unknown): void {
  const itemIds = error instanceof InventoryError ? (error.details.itemIds ?? []) : [];
  if (itemIds.length === 0) throw error;
  const unknown = (error as InventoryError).code === 'UNKNOWN_ITEM';
  for (const id of itemIds) {
    refused.add(ids.indexOf(id), unknown ? noSuchItem(id) : staleRevision(id));
  }
}

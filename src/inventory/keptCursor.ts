import { InventoryError } from '../core/errors';
import { isBefore } from '../core/ledgerId';
import { readCheckpointId } from '../redis/checkpoint';
import type { InventoryDeps } from './deps';

/**
 * Makes sure that a page left nothing out without a word: called after it was read, since the
 * ledger may be trimmed meanwhile.
 *
 * @param cursors ledger ids that pages started after; undefined: from an end
 * @throws InventoryError CURSOR_GONE when movements next to one are no longer kept,
 *   LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function expectKept(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  cursors: readonly (string | undefined)[],
): Promise<void> {
  if (cursors.every((cursor) => cursor === undefined)) return;
  const checkpointId = await readCheckpointId(redis, tenantId);
  const gone = cursors.find((cursor) => cursor !== undefined && isBefore(cursor, checkpointId));
  if (gone === undefined) return;
  const message = `The ledger no longer holds all movements next to ${gone}.`;
  throw new InventoryError('CURSOR_GONE', message, { field: 'after' });
}

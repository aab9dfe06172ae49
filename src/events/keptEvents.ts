import { InventoryError } from '../core/errors';
import { isBefore } from '../core/ledgerId';
import { readCheckpointId } from '../redis/checkpoint';
import type { HubRedis } from '../redis/commands';
import { parseFeedCursor } from './feedCursor';
import { checkFeedCursor } from './feedCursorCheck';

/**
 * Makes sure that a cursor is a place in a tenant's events and that all movements after it are
 * kept.
 *
 * @param field which gave it
 * @throws InventoryError INVALID_INPUT when it never was a place in this tenant's events,
 *   CURSOR_GONE, REDIS_UNAVAILABLE
 */
export async function expectEventsKept(
  redis: HubRedis,
  tenantId: string,
  cursor: string,
  field: string,
): Promise<void> {
  const { readAfter } = parseFeedCursor(cursor, field);
  const checkpointId = await readCheckpointId(redis, tenantId);
  if (isBefore(readAfter, checkpointId)) {
    const message = `The ledger no longer holds all movements after ${cursor}.`;
    throw new InventoryError('CURSOR_GONE', message, { field });
  }
  // The last entry that was trimmed is a place, too, when nothing has come after it.
  if (cursor !== checkpointId) await checkFeedCursor(redis, tenantId, cursor, field);
}

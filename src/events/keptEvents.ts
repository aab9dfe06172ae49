import { InventoryError } from '../core/errors';
import { isBefore } from '../core/ledgerId';
import { readCheckpointId } from '../redis/checkpoint';
import type { HubRedis } from '../redis/commands';
import { parseFeedCursor } from './feedCursor';

/**
 * Makes sure that all movements after a cursor are kept.
 *
 * @throws InventoryError INVALID_INPUT when it is no cursor, CURSOR_GONE, REDIS_UNAVAILABLE
 */
export async function expectEventsKept(
  redis: HubRedis,
  tenantId: string,
  cursor: string,
  field: string,
): Promise<void> {
  const { readAfter } = parseFeedCursor(cursor, field);
  if (!isBefore(readAfter, await readCheckpointId(redis, tenantId))) return;
  const message = `The ledger no longer holds all movements after ${cursor}.`;
  throw new InventoryError('CURSOR_GONE', message, { field });
}

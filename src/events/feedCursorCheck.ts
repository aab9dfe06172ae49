import { invalidInput } from '../core/errors';
import { itemsAsOf } from '../inventory/itemsAsOf';
import type { HubRedis } from '../redis/commands';
import { readEntries } from '../redis/snapshots';
import { FEED_START, parseFeedCursor } from './feedCursor';
import { eventsOf } from './inventoryEvents';
import { cursorGone, openCursor } from './liveFeedCursor';

/**
 * Checks that a cursor is a place in a tenant's events, and that all that comes after it is kept.
 * `0-0` is the place before the first movement there ever was.
 *
 * @param field which gave it
 * @throws InventoryError INVALID_INPUT when it never was a place in this tenant's events,
 *   CURSOR_GONE when movements after it are no longer kept, REDIS_UNAVAILABLE
 */
export async function checkFeedCursor(
  redis: HubRedis,
  tenantId: string,
  cursor: string,
  field = 'after',
): Promise<void> {
  const { ledgerId, done } = parseFeedCursor(cursor, field);
  await openCursor(redis, tenantId, ledgerId, { field, given: cursor });
  if (cursor === ledgerId) return;
  const [entry] = await readEntries(redis, tenantId, [ledgerId]);
  if (!entry && ledgerId !== FEED_START) throw cursorGone(cursor, field);
  const [items] = entry ? await itemsAsOf(redis, tenantId, [entry]) : [];
  const events = entry ? eventsOf(tenantId, entry, items!).length : 0;
  if (done < 1 || done >= events) throw invalidInput(field, cursor, 'a cursor of this tenant');
}

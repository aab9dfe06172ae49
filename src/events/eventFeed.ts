import { invalidInput } from '../core/errors';
import type { InventoryEventType } from '../core/inventoryEvent';
import type { PreparedEvent } from '../core/webhook';
import type { HubRedis } from '../redis/commands';
import { eventSteps, type EventStep } from './eventSteps';
import { FEED_START, parseFeedCursor } from './feedCursor';
import { cursorGone } from './liveFeedCursor';
import { checkFeedCursor } from './feedCursorCheck';
import { eventTypeName, prepareEvent } from './wixEnvelope';

/** Most events of one page. */
export const MAX_EVENTS_PER_PAGE = 100;

/** Most steps one page looks at: one per event, and one per movement that made none. */
const MAX_STEPS_PER_PAGE = 20_000;

/** An event, and the place after it. */
export interface FedEvent extends PreparedEvent {
  /** As webhooks name it, such as `wix.stores.catalog.v3.inventory_item_created`. */
  eventType: string;
  cursor: string;
}

/** Some of a tenant's events. */
export interface EventPage {
  events: FedEvent[];
  /** The place after the page: after the last event, or after movements that made none. */
  endCursor: string;
  hasNextPage: boolean;
}

/**
 * A tenant's events after a cursor, in the order of the ledger: the same that webhooks carry.
 *
 * @param ask `types`: default all; `after`: default from the oldest movement that is kept
 * @throws InventoryError INVALID_INPUT for a cursor that never was a place in this tenant's events,
 *   CURSOR_GONE when movements after it are no longer kept, REDIS_UNAVAILABLE
 */
export async function readEvents(
  redis: HubRedis,
  tenantId: string,
  appId: string,
  ask: { first: number; after?: string | undefined; types?: readonly InventoryEventType[] },
): Promise<EventPage> {
  const { first, types } = ask;
  if (!(first >= 1 && first <= MAX_EVENTS_PER_PAGE)) {
    throw invalidInput('first', first, `1..${MAX_EVENTS_PER_PAGE}`);
  }
  if (ask.after !== undefined) await checkFeedCursor(redis, tenantId, ask.after);
  const after = ask.after ?? FEED_START;
  const events: FedEvent[] = [];
  let endCursor = after;
  let left = MAX_STEPS_PER_PAGE;
  for await (const steps of eventSteps(redis, tenantId, after)) {
    // The ledger may have been trimmed since the cursor was looked at.
    if (endCursor === ask.after && isGap(after, steps)) throw cursorGone(after);
    for (const { cursor, event } of steps) {
      if (event && (!types || types.includes(event.type))) {
        if (events.length === first) return { events, endCursor, hasNextPage: true };
        const eventType = eventTypeName(event.type);
        events.push({ ...prepareEvent(event, appId), eventType, cursor });
      }
      endCursor = cursor;
    }
    left -= steps.length;
    // The page may be short, even empty: who wants more goes on after it.
    if (left <= 0) return { events, endCursor, hasNextPage: true };
  }
  return { events, endCursor, hasNextPage: false };
}

/** Whether movements between a cursor and the first step after it are no longer kept. */
function isGap(after: string, [first]: readonly EventStep[]): boolean {
  if (!first) return false;
  return sequenceOf(first.cursor) > sequenceOf(parseFeedCursor(after).readAfter) + 1;
}

function sequenceOf(cursor: string): number {
  return Number(/-(\d+)/.exec(cursor)?.[1]);
}

import type { InventoryEvent } from '../core/inventoryEvent';
import type { LedgerEntry } from '../core/movement';
import { itemsAsOf } from '../inventory/itemsAsOf';
import { PastDocuments } from '../inventory/pastDocuments';
import type { HubRedis } from '../redis/commands';
import { readLedger } from '../redis/reads';
import { cursorAfter, parseFeedCursor } from './feedCursor';
import { eventsOf } from './inventoryEvents';

/** Ledger entries read at once; each has up to 1,000 lines. */
const BATCH_ENTRIES = 20;

/** A step through a tenant's events: the place after it, and the event (none: an entry's end). */
export interface EventStep {
  cursor: string;
  event?: InventoryEvent;
}

/**
 * A tenant's events after a cursor, to the present end of the ledger, in order, in batches.
 *
 * @throws InventoryError INVALID_INPUT for a text that is no cursor, REDIS_UNAVAILABLE
 */
export async function* eventSteps(
  redis: HubRedis,
  tenantId: string,
  cursor: string,
): AsyncGenerator<EventStep[]> {
  const { readAfter, done } = parseFeedCursor(cursor);
  let skip = done;
  const past = new PastDocuments(redis, tenantId);
  for await (const entries of readLedger(redis, tenantId, readAfter, BATCH_ENTRIES)) {
    const items = await itemsAsOf(redis, tenantId, entries, past);
    const steps = entries.map((entry, i) =>
      entrySteps(entry, eventsOf(tenantId, entry, items[i]!)),
    );
    yield steps.flatMap((own, i) => (i === 0 ? own.slice(skip) : own));
    skip = 0;
  }
}

function entrySteps({ id }: LedgerEntry, events: readonly InventoryEvent[]): EventStep[] {
  if (events.length === 0) return [{ cursor: id }];
  return events.map((event, i) => ({ cursor: cursorAfter(id, i + 1, events.length), event }));
}

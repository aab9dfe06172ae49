import { setTimeout as pause } from 'node:timers/promises';
import { InventoryError } from '../core/errors';
import type { LiveEntry, LiveFeed } from './liveFeed';
import { cursorGone, placeOf, type LedgerPlace } from './liveFeedCursor';
import { changesOf, mayConcern, type ItemChange, type LiveFilter } from './liveFeedFilter';

/** Entries without a change for the reader after which it is told how far it has come. */
const CURSOR_INTERVAL = 1000;
/** Pauses between tries while Redis is away, ms: they double up to the longest. */
const RETRY_MS = 100;
const MAX_RETRY_MS = 1000;

/** What a live reader is given. */
export interface LiveChange {
  /** Give it as `after` to go on behind this change. A ledger id. */
  cursor: string;
  /** The movement with the changes that pass; undefined: only the cursor is new. */
  movement?: { live: LiveEntry; changes: ItemChange[] };
}

/** How a live reader reads. */
export interface LiveReading {
  filter: LiveFilter;
  /** Ends the reading. */
  signal: AbortSignal;
  /** Resolves when the reader may have its next change. */
  pace: () => Promise<void>;
}

/**
 * Gives all changes after a place that pass the filter: each once, in the order of the ledger, now
 * and as they come. First comes where it begins. Nothing is read that the caller has not asked for:
 * a slow caller costs no memory but a page. While Redis is away it waits.
 *
 * @throws InventoryError CURSOR_GONE when the ledger was trimmed past a caller that is too slow
 */
export async function* readLive(
  feed: LiveFeed,
  start: LedgerPlace,
  { filter, signal, pace }: LiveReading,
): AsyncGenerator<LiveChange, void, undefined> {
  let place = start;
  let told = start;
  let page: LiveEntry[] = [];
  const ended = () => signal.aborted;
  yield { cursor: start.id };
  while (!ended()) {
    let changes: ItemChange[] = [];
    const live = page.shift() ?? feed.after(place);
    if (live) {
      if (live.entry.sequence !== place.sequence + 1) throw cursorGone(place.id);
      place = placeOf(live.entry.id);
      if (mayConcern(live.entry, filter)) {
        const items = await whenAnswered(signal, () => live.items());
        changes = changesOf(live.entry, items, filter);
      }
    } else if (feed.hasPassed(place)) {
      page = [...(await whenAnswered(signal, () => feed.page(place)))];
      if (page.length === 0 && !ended()) throw cursorGone(place.id);
    } else {
      place = await feed.changed(place, filter, signal);
      // What comes next tells where the reader is.
      if (feed.after(place)) continue;
    }
    if (changes.length === 0 && place.sequence - told.sequence < CURSOR_INTERVAL) continue;
    told = place;
    await pace();
    if (ended()) return;
    yield { cursor: place.id, ...(live && changes.length > 0 && { movement: { live, changes } }) };
  }
}

/** Tries until Redis answers or the reading is ended. */
async function whenAnswered<T>(
  signal: AbortSignal,
  read: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  for (let delay = RETRY_MS; !signal.aborted; delay = Math.min(2 * delay, MAX_RETRY_MS)) {
    try {
      return await read();
    } catch (error) {
      const away = error instanceof InventoryError && error.code === 'REDIS_UNAVAILABLE';
      if (!away) throw error;
      await pause(delay);
    }
  }
  return [];
}

import type { LiveEntry } from './liveFeed';
import { placeOf, type LedgerPlace } from './liveFeedCursor';
import { changesOf, mayConcern, needsItems, type LiveFilter } from './liveFeedFilter';

/** A filter with more ids than this is tried on every entry. */
const IDS_INDEXED = 50;
/** After so many entries that do not concern it, a reader goes on all the same. */
const LONGEST_WAIT = 5000;
/** Under this stand waiters that every entry is offered to. */
const ANY = '';

interface Waiter {
  place: LedgerPlace;
  filter: LiveFilter;
  keys: string[];
  goOn: (place: LedgerPlace) => void;
}

/**
 * Readers that wait for an entry that concerns them. They are found by the ids they ask for, so an
 * entry costs what those cost whom it concerns, however many wait.
 */
export class LiveWaiters {
  /** Whom the lines of an entry are enough for, and who must look at its items. */
  private readonly byLines = new Map<string, Set<Waiter>>();
  private readonly byItems = new Map<string, Set<Waiter>>();
  /** Items are looked at in the order of the ledger. */
  private lookedAt: Promise<void> = Promise.resolve();

  /**
   * Waits for an entry after a place that may pass a filter. Resolves with the place right before
   * it, or with a later place when nothing came for long; with the same one when it is aborted.
   */
  wait(place: LedgerPlace, filter: LiveFilter, signal: AbortSignal): Promise<LedgerPlace> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        place,
        filter,
        keys: keysOf(filter),
        goOn: (next) => {
          signal.removeEventListener('abort', abort);
          this.remove(waiter);
          resolve(next);
        },
      };
      const abort = () => {
        waiter.goOn(place);
      };
      signal.addEventListener('abort', abort);
      for (const key of waiter.keys) {
        const map = this.mapOf(filter);
        const waiters = map.get(key) ?? new Set();
        map.set(key, waiters.add(waiter));
      }
      if (signal.aborted) abort();
    });
  }

  /** Tells those that wait of the next entry, which comes right after a place. */
  offer(live: LiveEntry, before: LedgerPlace): void {
    const { entry } = live;
    const itemKeys = entry.lines.map(({ itemId }) => `item ${itemId}`);
    for (const waiter of found(this.byLines, itemKeys, entry.sequence)) {
      if (mayConcern(entry, waiter.filter)) waiter.goOn(before);
    }
    release(this.byLines, live);
    if (this.byItems.size === 0) return;
    this.lookedAt = this.lookedAt.then(() => this.offerItems(live, before, itemKeys));
  }

  /** Lets all go on where they are. */
  releaseAll(): void {
    for (const map of [this.byLines, this.byItems]) {
      for (const waiters of [...map.values()]) {
        for (const waiter of [...waiters]) waiter.goOn(waiter.place);
      }
    }
  }

  private async offerItems(live: LiveEntry, before: LedgerPlace, itemKeys: string[]) {
    const { entry } = live;
    // Those that wait find out themselves what is wrong.
    const items = await live.items().catch(() => undefined);
    const keys = (items ?? []).flatMap((item) =>
      item ? [`product ${item.productId}`, `location ${item.locationId}`] : [],
    );
    const waiters = items
      ? found(this.byItems, [...itemKeys, ...keys], entry.sequence)
      : all(this.byItems, entry.sequence);
    for (const waiter of waiters) {
      if (!items || changesOf(entry, items, waiter.filter).length > 0) waiter.goOn(before);
    }
    release(this.byItems, live);
  }

  private mapOf(filter: LiveFilter) {
    return needsItems(filter) ? this.byItems : this.byLines;
  }

  private remove(waiter: Waiter): void {
    const map = this.mapOf(waiter.filter);
    for (const key of waiter.keys) {
      const waiters = map.get(key);
      if (waiters?.delete(waiter) && waiters.size === 0) map.delete(key);
    }
  }
}

/** Where a waiter stands: every entry that concerns it has one of these. */
function keysOf({ itemIds, productIds, locationIds }: LiveFilter): string[] {
  const named = [
    ['item', itemIds],
    ['product', productIds],
    ['location', locationIds],
  ] as const;
  for (const [name, ids] of named) {
    if (ids && ids.size <= IDS_INDEXED) return [...ids].map((id) => `${name} ${id}`);
  }
  return [ANY];
}

/** The waiters that stand under some keys and have not seen an entry. */
function found(map: Map<string, Set<Waiter>>, keys: readonly string[], sequence: number) {
  const waiters = new Set<Waiter>();
  for (const key of [ANY, ...keys]) {
    for (const waiter of map.get(key) ?? []) {
      if (waiter.place.sequence < sequence) waiters.add(waiter);
    }
  }
  return waiters;
}

function all(map: Map<string, Set<Waiter>>, sequence: number) {
  return found(map, [...map.keys()], sequence);
}

/** Lets those go on that have waited long, now and then. */
function release(map: Map<string, Set<Waiter>>, { entry }: LiveEntry): void {
  if (entry.sequence % LONGEST_WAIT !== 0) return;
  for (const waiter of all(map, entry.sequence)) {
    if (entry.sequence - waiter.place.sequence >= LONGEST_WAIT) waiter.goOn(placeOf(entry.id));
  }
}

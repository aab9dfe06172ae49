import type { InventoryItem } from '../core/item';
import type { LedgerEntry } from '../core/movement';
import { itemsAsOf } from '../inventory/itemsAsOf';
import type { HubRedis } from '../redis/commands';
import type { LedgerTail } from '../redis/ledgerTail';
import { readLedger } from '../redis/reads';
import { placeOf, type LedgerPlace } from './liveFeedCursor';
import type { LiveFilter } from './liveFeedFilter';
import { LiveWaiters } from './liveFeedWaiters';

/** Newest entries that are kept for all readers, and their lines, at the most. */
const ENTRIES_KEPT = 256;
const LINES_KEPT = 1000;
/** Entries of a page read from the ledger; those over LINES_KEPT are read again with the next. */
const PAGE_ENTRIES = 100;

/** A ledger entry that readers share, with what they find out about it. */
export interface LiveEntry {
  readonly entry: LedgerEntry;
  /**
   * The item of each line as of the entry; read once for all readers.
   * @throws InventoryError REDIS_UNAVAILABLE
   */
  items(): Promise<readonly (InventoryItem | null)[]>;
}

/**
 * One tenant's new ledger entries, in the memory of this process, for any number of readers. It
 * keeps the newest ones; a reader that has fallen behind them reads pages of the ledger.
 */
export class LiveFeed {
  private readonly kept: LiveEntry[] = [];
  private linesKept = 0;
  private readonly waiters = new LiveWaiters();
  /** Pages that are being read, by the id they come after. */
  private readonly pages = new Map<string, Promise<LiveEntry[]>>();
  private readonly unfollow: () => void;

  /** @param end where the ledger ends: what comes after it is followed */
  constructor(
    private readonly redis: HubRedis,
    tail: LedgerTail,
    private readonly tenantId: string,
    /** Right before the oldest entry that is kept. */
    private floor: LedgerPlace,
  ) {
    this.unfollow = tail.follow(tenantId, floor.id, (entries) => {
      this.push(entries);
    });
  }

  /** Stops following. Readers that wait go on and find nothing. */
  close(): void {
    this.unfollow();
    this.waiters.releaseAll();
  }

  /** The entry after a place; undefined: it is not kept, or it has not come yet. */
  after({ sequence }: LedgerPlace): LiveEntry | undefined {
    return this.kept[sequence - this.floor.sequence];
  }

  /** Whether the entry after a place has come and is not kept any more. */
  hasPassed({ sequence }: LedgerPlace): boolean {
    return sequence < this.floor.sequence;
  }

  /**
   * Waits for an entry after a place that may pass a filter. Resolves with a place that is not past
   * it: the same one, or a later one when what came in between does not pass.
   */
  changed(place: LedgerPlace, filter: LiveFilter, signal: AbortSignal): Promise<LedgerPlace> {
    return this.waiters.wait(place, filter, signal);
  }

  /**
   * The next entries of the ledger after a place. Readers that ask for the same page at the same
   * time share it.
   *
   * @throws InventoryError REDIS_UNAVAILABLE
   */
  page({ id }: LedgerPlace): Promise<LiveEntry[]> {
    const shared = this.pages.get(id);
    if (shared) return shared;
    const page = this.readPage(id).finally(() => this.pages.delete(id));
    this.pages.set(id, page);
    return page;
  }

  private async readPage(afterId: string): Promise<LiveEntry[]> {
    for await (const entries of readLedger(this.redis, this.tenantId, afterId, PAGE_ENTRIES)) {
      return this.share(upToLines(entries, LINES_KEPT));
    }
    return [];
  }

  private push(entries: LedgerEntry[]): void {
    for (const live of this.share(entries)) {
      const { id, sequence } = this.kept.at(-1)?.entry ?? this.floor;
      if (live.entry.sequence === sequence + 1) {
        this.keep(live);
        this.waiters.offer(live, { id, sequence });
      } else {
        // Entries are missing in between: readers look for them in the ledger.
        this.keepNone(live.entry);
        this.waiters.releaseAll();
      }
    }
  }

  private keep(live: LiveEntry): void {
    this.kept.push(live);
    this.linesKept += live.entry.lines.length;
    while (
      this.kept.length > ENTRIES_KEPT ||
      (this.linesKept > LINES_KEPT && this.kept.length > 1)
    ) {
      const { entry } = this.kept.shift()!;
      this.linesKept -= entry.lines.length;
      this.floor = placeOf(entry.id);
    }
  }

  private keepNone(entry: LedgerEntry): void {
    this.kept.length = 0;
    this.linesKept = 0;
    this.floor = placeOf(entry.id);
  }

  private share(entries: readonly LedgerEntry[]): LiveEntry[] {
    let reading: Promise<(InventoryItem | null)[][]> | undefined;
    const read = () => {
      reading ??= itemsAsOf(this.redis, this.tenantId, entries).catch((error: unknown) => {
        // Whoever asks again shall have them read again.
        reading = undefined;
        throw error;
      });
      return reading;
    };
    return entries.map((entry, i) => ({ entry, items: async () => (await read())[i]! }));
  }
}

/** The first entries, as long as they have no more lines in all; at least one. */
function upToLines(entries: readonly LedgerEntry[], most: number): readonly LedgerEntry[] {
  let lines = 0;
  const end = entries.findIndex((entry, i) => (lines += entry.lines.length) > most && i > 0);
  return end < 0 ? entries : entries.slice(0, end);
}

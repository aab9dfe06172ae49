import type { HubRedis } from '../redis/commands';
import { LedgerTail } from '../redis/ledgerTail';
import { LiveFeed } from './liveFeed';
import { endOfLedger, openCursor } from './liveFeedCursor';
import type { LiveFilter } from './liveFeedFilter';
import { readLive, type LiveChange } from './liveFeedReader';
import { Turns } from './liveFeedTurns';

/** What to read live. */
export interface LiveRequest {
  filter: LiveFilter;
  /** Begin after this cursor; undefined: now. */
  after: string | undefined;
  /** Resolves when the reader can take more; default: at once. */
  ready?: (() => Promise<void>) | undefined;
}

/** Changes as they come, until `return` is called: it also ends a `next` that waits. */
export interface LiveChanges extends AsyncIterableIterator<LiveChange> {
  return(): Promise<IteratorResult<LiveChange>>;
}

interface Shared {
  feed: Promise<LiveFeed>;
  readers: number;
}

/** The live feeds of this process, by tenant: one for all readers of a tenant, none without. */
export class LiveFeeds {
  private readonly shared = new Map<string, Shared>();
  private readonly tail: LedgerTail;
  private readonly turns = new Turns();

  /** @param onFault told of failures that are no outage; what failed is tried again */
  constructor(
    private readonly redis: HubRedis,
    onFault?: (error: unknown) => void,
  ) {
    this.tail = new LedgerTail(redis, onFault);
  }

  /** Tenants that are followed. */
  get size(): number {
    return this.shared.size;
  }

  /**
   * Opens the changes of a tenant that pass a filter, from a cursor or from now on. The first one
   * only says where it begins.
   *
   * @throws InventoryError INVALID_INPUT, CURSOR_GONE, REDIS_UNAVAILABLE
   */
  async open(tenantId: string, { filter, after, ready }: LiveRequest): Promise<LiveChanges> {
    const shared = this.join(tenantId);
    try {
      const feed = await shared.feed;
      const start =
        after === undefined
          ? await endOfLedger(this.redis, tenantId)
          : await openCursor(this.redis, tenantId, after);
      const ending = new AbortController();
      const pace = async () => {
        await ready?.();
        await this.turns.take();
      };
      const changes = readLive(feed, start, { filter, signal: ending.signal, pace });
      let left = false;
      const leave = () => {
        if (left) return;
        left = true;
        ending.abort();
        this.leave(tenantId, shared);
      };
      return toLiveChanges(changes, leave);
    } catch (error) {
      this.leave(tenantId, shared);
      throw error;
    }
  }

  private join(tenantId: string): Shared {
    let shared = this.shared.get(tenantId);
    if (!shared) {
      const feed = endOfLedger(this.redis, tenantId).then(
        (end) => new LiveFeed(this.redis, this.tail, tenantId, end),
      );
      shared = { feed, readers: 0 };
      this.shared.set(tenantId, shared);
    }
    shared.readers += 1;
    return shared;
  }

  private leave(tenantId: string, shared: Shared): void {
    shared.readers -= 1;
    if (shared.readers > 0) return;
    this.shared.delete(tenantId);
    shared.feed.then(
      (feed) => {
        feed.close();
      },
      () => undefined,
    );
  }
}

function toLiveChanges(
  changes: AsyncGenerator<LiveChange, void, undefined>,
  leave: () => void,
): LiveChanges {
  return {
    next: async () => {
      try {
        const next = await changes.next();
        if (next.done) leave();
        return next;
      } catch (error) {
        leave();
        throw error;
      }
    },
    return: () => {
      leave();
      return changes.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

import { ledgerIdParts } from '../core/ledgerId';
import type { HubRedis } from '../redis/commands';
import { lastLedgerId, readHead, readLedgerSlowly, scanItems } from '../redis/reads';
import { ItemIndex } from './itemIndex';
import { Turn } from './turn';

/** Items of all tenants kept in memory, at the most; the tenant asked longest ago goes first. */
const MAX_ITEMS_KEPT = 2_000_000;

/** Taking up a line of an entry takes about as long as looking at so many items. */
const STEPS_PER_LINE = 10;

/** One tenant's index and the work on it. */
interface Feed {
  index: Promise<ItemIndex>;
  /** The catch-up under way, and the one that starts after it. */
  running?: Promise<void> | undefined;
  next?: Promise<void> | undefined;
}

/** The item indexes of this process, by tenant. */
export class ItemFeeds {
  private readonly feeds = new Map<string, Feed>();
  private readonly sizes = new Map<string, number>();
  private kept = 0;

  constructor(
    private readonly redis: HubRedis,
    private readonly maxItemsKept = MAX_ITEMS_KEPT,
  ) {}

  /**
   * A tenant's index, as of a moment after this call: whatever was acknowledged before the call is
   * in it. The first call for a tenant reads all of its items; later ones what the ledger has new.
   *
   * @throws InventoryError REDIS_UNAVAILABLE
   */
  async current(tenantId: string): Promise<ItemIndex> {
    const feed = this.feeds.get(tenantId) ?? { index: loadIndex(this.redis, tenantId) };
    // Last asked stands last.
    this.feeds.delete(tenantId);
    this.feeds.set(tenantId, feed);
    try {
      const index = await feed.index;
      await catchUp(feed, () => followLedger(this.redis, tenantId, index));
      this.keepWithin(tenantId, index.items.size);
      return index;
    } catch (error) {
      if (this.feeds.get(tenantId) === feed) {
        this.feeds.delete(tenantId);
        this.forget(tenantId);
      }
      if (error instanceof LedgerGap) return this.current(tenantId);
      throw error;
    }
  }

  private keepWithin(tenantId: string, size: number): void {
    // Another tenant may have taken its room meanwhile.
    if (!this.feeds.has(tenantId)) return;
    this.forget(tenantId);
    this.sizes.set(tenantId, size);
    this.kept += size;
    for (const oldest of this.feeds.keys()) {
      if (this.kept <= this.maxItemsKept || oldest === tenantId) return;
      this.feeds.delete(oldest);
      this.forget(oldest);
    }
  }

  private forget(tenantId: string): void {
    this.kept -= this.sizes.get(tenantId) ?? 0;
    this.sizes.delete(tenantId);
  }
}

/** A catch-up under way may have read the ledger before the caller's write: wait for the next. */
function catchUp(feed: Feed, follow: () => Promise<void>): Promise<void> {
  if (!feed.running && !feed.next) return (feed.running = start(feed, follow));
  feed.next ??= feed
    .running!.catch(() => undefined)
    .then(() => {
      feed.next = undefined;
      return (feed.running = start(feed, follow));
    });
  return feed.next;
}

async function start(feed: Feed, follow: () => Promise<void>): Promise<void> {
  try {
    await follow();
  } finally {
    feed.running = undefined;
  }
}

/** Entries that the index has not seen were trimmed, or items were rebuilt: read it anew. */
class LedgerGap extends Error {
  override readonly name = 'LedgerGap';
}

async function followLedger(redis: HubRedis, tenantId: string, index: ItemIndex): Promise<void> {
  const { head, rebuilt } = await readHead(redis, tenantId);
  if (rebuilt !== index.rebuilt) throw new LedgerGap();
  index.useTenantThreshold(head?.lowStockThreshold ?? null);
  if (head?.sequence === ledgerIdParts(index.lastLedgerId).sequence) return;
  const turn = new Turn();
  for await (const entry of readLedgerSlowly(redis, tenantId, index.lastLedgerId)) {
    // Its documents were parsed.
    if (turn.isOver(entry.lines.length)) await turn.pass();
    const { sequence } = ledgerIdParts(index.lastLedgerId);
    if (entry.sequence !== sequence + 1) throw new LedgerGap();
    // At a stroke: nobody sees half of a movement.
    index.applyEntry(entry);
    if (turn.isOver(STEPS_PER_LINE * entry.lines.length)) await turn.pass();
  }
}

/** Starts from a point of the ledger and reads all items; what moved since comes from there. */
async function loadIndex(redis: HubRedis, tenantId: string): Promise<ItemIndex> {
  const index = new ItemIndex();
  index.rebuilt = (await readHead(redis, tenantId)).rebuilt;
  index.lastLedgerId = await lastLedgerId(redis, tenantId);
  for await (const items of scanItems(redis, tenantId)) {
    for (const { id, level, document } of items) index.put(id, level, document);
  }
  return index;
}

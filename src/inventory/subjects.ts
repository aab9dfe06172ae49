import { keyOfGuid } from '../core/identity';
import { isBefore } from '../core/ledgerId';
import type { ItemDocument } from '../core/item';
import { scanLedger, type ClosedEntry } from '../redis/history';
import { readDocuments } from '../redis/reads';
import type { InventoryDeps } from './deps';

/** What an item is of and where: this never changes, the id is derived from it. */
export type Subject = Pick<ItemDocument, 'productId' | 'locationId'>;

/** Ledger entries that are looked at for what deleted items were, at the most. */
const MAX_ENTRIES = 20_000;

/**
 * What the items of movements are of, learned as movements are looked at. Items that are there tell
 * it themselves. Of an item that was deleted the ledger tells it where it was saved or deleted.
 */
export class Subjects {
  /** By the bytes of the item id; null: not known. */
  readonly known = new Map<string, Subject | null>();
  private deletionsFrom: string | undefined;
  private searchedFrom = '';
  private searched = 0;

  constructor(
    private readonly redis: InventoryDeps['redis'],
    private readonly tenantId: string,
  ) {}

  /**
   * Learns the items of some entries, which come in the order of the ledger or against it.
   *
   * @param stretch all entries of the ledger among which these are, one stretch after the other:
   *   they tell what was deleted there; absent: these were picked out of the ledger
   * @throws InventoryError REDIS_UNAVAILABLE
   */
  async learn(entries: readonly ClosedEntry[], stretch?: readonly ClosedEntry[]): Promise<void> {
    for (const entry of stretch ?? entries) this.learnDocuments(entry);
    const strange = new Map<string, Buffer>();
    for (const entry of entries) {
      entry.someItem((key) => {
        const text = key.toString('latin1');
        if (!this.known.has(text)) strange.set(text, key);
        return false;
      });
    }
    const keys = [...strange.values()];
    for (let at = 0; at < keys.length; at += 1000) {
      await this.learnPresent(keys.slice(at, at + 1000));
    }
    const lost = [...strange.keys()].filter((text) => !this.known.has(text));
    if (lost.length === 0) return;
    const [first, last] = inOrder(stretch ?? entries);
    // Between entries that were picked out others may have deleted what they are about.
    if (!stretch && this.deletionsFrom && isBefore(first, this.searchedFrom)) {
      this.deletionsFrom = undefined;
    }
    await this.learnDeleted(new Set(lost), stretch ? last : first);
    for (const text of lost) if (!this.known.has(text)) this.known.set(text, null);
  }

  private async learnPresent(keys: readonly Buffer[]): Promise<void> {
    const texts = await readDocuments(this.redis, this.tenantId, keys);
    keys.forEach((key, i) => {
      if (texts[i]) this.put(key, JSON.parse(texts[i]) as ItemDocument);
    });
  }

  /** Looks on in the ledger for their deletions. */
  private async learnDeleted(lost: Set<string>, from: string): Promise<void> {
    if (this.deletionsFrom === undefined) this.searchedFrom = this.deletionsFrom = from;
    const stretch = { oldest: `(${this.deletionsFrom}`, newest: '+', newestFirst: false };
    for await (const batch of scanLedger(this.redis, this.tenantId, stretch)) {
      for (const entry of batch) this.learnDocuments(entry);
      this.deletionsFrom = batch.at(-1)!.id;
      this.searched += batch.length;
      for (const text of lost) if (this.known.has(text)) lost.delete(text);
      if (lost.size === 0 || this.searched >= MAX_ENTRIES) return;
    }
  }

  private learnDocuments(entry: ClosedEntry): void {
    if (!entry.hasDocuments) return;
    for (const { itemId, document, documentBefore } of entry.open().lines) {
      const either = document ?? documentBefore;
      if (either) this.put(keyOfGuid(itemId), either);
    }
  }

  private put(key: Buffer, { productId, locationId }: ItemDocument): void {
    this.known.set(key.toString('latin1'), { productId, locationId });
  }
}

/** Ids of the oldest and the newest of entries that stand in order. */
function inOrder(entries: readonly ClosedEntry[]): [oldest: string, newest: string] {
  const [first, last] = [entries[0]!.id, entries.at(-1)!.id];
  return isBefore(first, last) ? [first, last] : [last, first];
}

import { ledgerIdParts } from '../core/ledgerId';
import type { HubRedis } from '../redis/commands';
import { scanLedger } from '../redis/history';

/** Ends that are noted at once, at the most: some 150 bytes each. */
const ENDS_NOTED = 50_000;

/** The entry that ended an item's document: it replaced it, or deleted the item. */
interface DocumentEnd {
  ledgerId: string;
  sequence: number;
}

/** An item as of an entry, by its sequence and time. */
interface Asked {
  itemId: string;
  sequence: number;
  timeMs: number;
}

/**
 * Where items' documents end, found by reading the ledger ahead: for items that are gone, of which
 * no trail leads back. A reader that keeps it reads ahead once, as long as there are not more than
 * 50,000 ends ahead of it.
 */
export class DocumentEnds {
  private readonly noted = new Map<string, DocumentEnd[]>();
  private count = 0;
  /** The noted ends are those of the entries after the one and up to the other. */
  private after = { sequence: -1, id: '' };
  private upTo = { sequence: -1, id: '' };

  constructor(
    private readonly redis: HubRedis,
    private readonly tenantId: string,
  ) {}

  /**
   * The ids of the first entries after those asked for that ended the documents; undefined: none.
   *
   * @throws InventoryError LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
   */
  async find(asked: readonly Asked[]): Promise<(string | undefined)[]> {
    const [first] = [...asked].sort((one, other) => one.sequence - other.sequence);
    if (!first) return [];
    this.startAt(first);
    const found = asked.map((one) => this.nextEnd(one));
    let missing = asked.flatMap((one, i) => (found[i] ? [] : [{ ...one, i }]));
    if (missing.length === 0) return found;
    const stretch = { oldest: `(${this.upTo.id}`, newest: '+', newestFirst: false };
    for await (const batch of scanLedger(this.redis, this.tenantId, stretch)) {
      for (const { id, open, hasDocuments } of batch) {
        const { sequence } = ledgerIdParts(id);
        const ended = hasDocuments ? open().lines.filter((line) => line.documentBefore) : [];
        const items = new Set(ended.map(({ itemId }) => itemId));
        this.note(items, { ledgerId: id, sequence });
        missing = missing.filter(({ itemId, sequence: asOf, i }) => {
          if (asOf >= sequence || !items.has(itemId)) return true;
          found[i] = id;
          return false;
        });
      }
      if (missing.length === 0) break;
    }
    return found;
  }

  /** Notes what an entry ended, unless there is no room for it or what came before it. */
  private note(items: ReadonlySet<string>, end: DocumentEnd): void {
    if (end.sequence !== this.upTo.sequence + 1 || this.count + items.size > ENDS_NOTED) return;
    this.upTo = { sequence: end.sequence, id: end.ledgerId };
    for (const itemId of items) {
      const ends = this.noted.get(itemId);
      if (ends) ends.push(end);
      else this.noted.set(itemId, [end]);
    }
    this.count += items.size;
  }

  private nextEnd({ itemId, sequence }: Asked): string | undefined {
    return this.noted.get(itemId)?.find((end) => end.sequence > sequence)?.ledgerId;
  }

  /** Makes what is noted begin at an entry. */
  private startAt({ sequence, timeMs }: Asked): void {
    const place = { sequence, id: `${timeMs}-${sequence}` };
    if (sequence < this.after.sequence || sequence > this.upTo.sequence) {
      this.noted.clear();
      this.count = 0;
      this.upTo = place;
    } else if (this.count > ENDS_NOTED / 2) {
      this.dropUpTo(sequence);
    }
    this.after = place;
  }

  private dropUpTo(sequence: number): void {
    for (const [itemId, ends] of this.noted) {
      const left = ends.filter((end) => end.sequence > sequence);
      this.count -= ends.length - left.length;
      if (left.length === 0) this.noted.delete(itemId);
      else this.noted.set(itemId, left);
    }
  }
}

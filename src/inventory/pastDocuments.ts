import { keyOfGuid } from '../core/identity';
import type { ItemDocument } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import type { LedgerEntry, LedgerLine } from '../core/movement';
import { whileStoreAnswers, type HubRedis } from '../redis/commands';
import { findEntryIds } from '../redis/entrySearch';
import { keys } from '../redis/keys';
import { unpackTrail } from '../redis/packing';
import { readEntries } from '../redis/snapshots';
import { DocumentEnds } from './documentEnds';
import { KeptDocuments } from './keptDocuments';

/** Entries read at once, at the most: each may have 1,000 lines with documents. */
const ENTRIES_AT_ONCE = 20;

/** An item as of a ledger entry, by its sequence and time. */
export interface AskedDocument {
  itemId: string;
  sequence: number;
  /** Redis time, ms since 1970. */
  timeMs: number;
}

/** An item's present document. */
interface StoredDocument {
  document: ItemDocument;
  /** Sequence of the entry that wrote it. */
  since: number;
  /** Time of the last entry about the item: that entry is not newer. */
  lastMs: number;
}

/** A way back through an item's documents. */
interface Descent {
  itemId: string;
  /** The entry to look at next, which ended the document that is looked for, or an older one. */
  sequence: number;
  /** That entry is not newer. */
  toMs: number;
  /** What is still to be found; all are older than that entry. */
  open: number[];
}

/**
 * Documents that items had in the past. Each item's documents hang together: its level names the
 * entry that wrote the present one, and that entry has the one before and names who wrote that. So
 * a document costs as much as the item's document was changed since, whatever else is in the
 * ledger. Of a deleted item nothing leads back, and entries of older hubs do not say what wrote the
 * document before: then the ledger is read ahead.
 */
export class PastDocuments {
  private readonly kept = new KeptDocuments();
  private readonly ends: DocumentEnds;

  constructor(
    private readonly redis: HubRedis,
    private readonly tenantId: string,
  ) {
    this.ends = new DocumentEnds(redis, tenantId);
  }

  /**
   * The documents of items right after entries; undefined: the ledger does not tell. Readers ask in
   * the order of the ledger.
   *
   * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, REDIS_UNAVAILABLE
   */
  async find(asked: readonly AskedDocument[]): Promise<(ItemDocument | undefined)[]> {
    for (const { itemId, sequence } of asked) this.kept.forget(itemId, sequence);
    const found = asked.map(({ itemId, sequence }) => this.kept.of(itemId, sequence));
    const open = () => asked.flatMap((_, i) => (found[i] ? [] : [i]));
    const ids = new Set(open().map((i) => asked[i]!.itemId));
    if (ids.size === 0) return found;
    const stored = await this.readStored(ids);
    for (const i of open()) {
      const present = stored.get(asked[i]!.itemId);
      if (present && present.since <= asked[i]!.sequence) found[i] = present.document;
    }
    await this.descend(asked, found, descentsOf(asked, open(), stored));
    await this.lookAhead(asked, found, open());
    return found;
  }

  /** Goes back through the documents until all are found that a way leads to. */
  private async descend(
    asked: readonly AskedDocument[],
    found: (ItemDocument | undefined)[],
    descents: Descent[],
  ): Promise<void> {
    let under = descents;
    while (under.length > 0) {
      // The newest entries first: one that changed many items is read once for all of them.
      const sequences = [...new Set(under.map(({ sequence }) => sequence))]
        .sort((one, other) => other - one)
        .slice(0, ENTRIES_AT_ONCE);
      const entries = await this.readBySequence(asked, under, sequences);
      under = under.flatMap((descent) => {
        const entry = entries.get(descent.sequence);
        if (!entry) return sequences.includes(descent.sequence) ? [] : [descent];
        const line = entry.lines.get(descent.itemId);
        const { documentBefore: document, documentSince: since } = line ?? {};
        if (!document || since === undefined || since >= descent.sequence) return [];
        for (const i of descent.open) if (asked[i]!.sequence >= since) found[i] = document;
        const open = descent.open.filter((i) => asked[i]!.sequence < since);
        const { itemId } = descent;
        return open.length > 0 ? [{ itemId, sequence: since, toMs: entry.timeMs, open }] : [];
      });
    }
  }

  /** The entries of some sequences, each with its lines by item; their documents are kept. */
  private async readBySequence(
    asked: readonly AskedDocument[],
    descents: readonly Descent[],
    sequences: readonly number[],
  ): Promise<Map<number, { timeMs: number; lines: Map<string, LedgerLine> }>> {
    const searches = sequences.map((sequence) => {
      const [descent] = descents.filter((one) => one.sequence === sequence) as [Descent];
      const fromMs = Math.max(...descent.open.map((i) => asked[i]!.timeMs));
      return { sequence, fromMs, toMs: descent.toMs };
    });
    const ids = await findEntryIds(this.redis, this.tenantId, searches);
    const known = ids.filter((id) => id !== null);
    const read = await readEntries(this.redis, this.tenantId, known);
    const entries = new Map<number, { timeMs: number; lines: Map<string, LedgerLine> }>();
    for (const entry of read) {
      if (!entry) continue;
      const { sequence, timeMs, lines } = entry;
      entries.set(sequence, { timeMs, lines: new Map(lines.map((line) => [line.itemId, line])) });
      this.keepAll(entry);
    }
    return entries;
  }

  private async lookAhead(
    asked: readonly AskedDocument[],
    found: (ItemDocument | undefined)[],
    open: readonly number[],
  ): Promise<void> {
    const ends = await this.ends.find(open.map((i) => asked[i]!));
    const ids = [...new Set(ends.filter((id) => id !== undefined))];
    for (let at = 0; at < ids.length; at += ENTRIES_AT_ONCE) {
      const some = ids.slice(at, at + ENTRIES_AT_ONCE);
      for (const entry of await readEntries(this.redis, this.tenantId, some)) {
        if (!entry) continue;
        this.keepAll(entry);
        const { id, sequence: until } = entry;
        const lines = new Map(entry.lines.map((line) => [line.itemId, line]));
        open.forEach((i, place) => {
          if (ends[place] !== id) return;
          const { itemId, sequence: since } = asked[i]!;
          const document = lines.get(itemId)?.documentBefore;
          if (!document) return;
          found[i] = document;
          if (!this.kept.of(itemId, since)) this.kept.keep(itemId, { since, until, document });
        });
      }
    }
  }

  /** Keeps the documents that an entry ended: those who ask next may need them. */
  private keepAll({ sequence: until, lines }: LedgerEntry): void {
    for (const { itemId, documentBefore: document, documentSince: since } of lines) {
      if (document && since !== undefined) this.kept.keep(itemId, { since, until, document });
    }
  }

  /** Present documents, and the entries that wrote them; without deleted items. */
  private async readStored(itemIds: ReadonlySet<string>): Promise<Map<string, StoredDocument>> {
    const { redis, tenantId } = this;
    const ids = [...itemIds];
    const fields = ids.map(keyOfGuid);
    // Documents first: the trail read afterwards then is never older than the document.
    const [documents, levels] = await whileStoreAnswers(() =>
      Promise.all([
        redis.hmgetBuffer(keys.documents(tenantId), ...fields),
        redis.hmgetBuffer(keys.levels(tenantId), ...fields),
      ]),
    );
    const stored = new Map<string, StoredDocument>();
    ids.forEach((id, i) => {
      const [text, level] = [documents[i], levels[i]];
      if (!text || !level) return;
      const { documentSequence: since, lastEntryId } = unpackTrail(level);
      const document = JSON.parse(text.toString()) as ItemDocument;
      stored.set(id, { document, since, lastMs: ledgerIdParts(lastEntryId).timeMs });
    });
    return stored;
  }
}

/** The ways back to what is open, one per item that is there. */
function descentsOf(
  asked: readonly AskedDocument[],
  open: readonly number[],
  stored: ReadonlyMap<string, StoredDocument>,
): Descent[] {
  const descents = new Map<string, Descent>();
  for (const i of open) {
    const { itemId } = asked[i]!;
    const present = stored.get(itemId);
    if (!present) continue;
    const { since: sequence, lastMs: toMs } = present;
    const descent = descents.get(itemId) ?? { itemId, sequence, toMs, open: [] };
    descent.open.push(i);
    descents.set(itemId, descent);
  }
  return [...descents.values()];
}

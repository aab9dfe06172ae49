import type { ItemDocument } from '../core/item';

/** What is kept of documents, at the most, bytes. */
const BYTES_KEPT = 16 * 1024 * 1024;
/** What keeping a document costs beside its text, bytes. */
const BYTES_BESIDE = 150;

/** A document that is past: it was an item's from one entry on until another one. */
export interface PastDocument {
  /** Sequence of the entry that wrote it. */
  since: number;
  /** Sequence of the entry that replaced it or deleted the item. */
  until: number;
  document: ItemDocument;
}

interface KeptDocument {
  since: number;
  until: number;
  text: string;
}

/**
 * Past documents of items that a reader will ask for again: about 16 MiB, those of the items that
 * were asked for last. Of one item that fills it alone, the oldest documents.
 */
export class KeptDocuments {
  /** By item, the item that was asked for last at the end; each item's oldest first. */
  private readonly items = new Map<string, KeptDocument[]>();
  private bytes = 0;

  /** The document that was an item's right after an entry. */
  of(itemId: string, sequence: number): ItemDocument | undefined {
    const kept = this.items.get(itemId);
    const found = kept?.find(({ since, until }) => since <= sequence && sequence < until);
    if (!kept || !found) return undefined;
    this.items.delete(itemId);
    this.items.set(itemId, kept);
    return JSON.parse(found.text) as ItemDocument;
  }

  keep(itemId: string, { since, until, document }: PastDocument): void {
    const kept = this.items.get(itemId) ?? [];
    const after = kept.findIndex((other) => other.since >= since);
    if (kept[after]?.since === since) return;
    const one = { since, until, text: JSON.stringify(document) };
    kept.splice(after < 0 ? kept.length : after, 0, one);
    this.items.delete(itemId);
    this.items.set(itemId, kept);
    this.bytes += bytesOf(one);
    while (this.bytes > BYTES_KEPT) this.dropOne();
  }

  /** Drops what ended at or before an entry: the reader is past it. */
  forget(itemId: string, sequence: number): void {
    const kept = this.items.get(itemId);
    while (kept?.[0] && kept[0].until <= sequence) this.bytes -= bytesOf(kept.shift()!);
    if (kept?.length === 0) this.items.delete(itemId);
  }

  private dropOne(): void {
    for (const [itemId, kept] of this.items) {
      this.bytes -= bytesOf(kept.pop()!);
      if (kept.length === 0) this.items.delete(itemId);
      return;
    }
  }
}

function bytesOf({ text }: KeptDocument): number {
  // A character may take two.
  return 2 * text.length + BYTES_BESIDE;
}

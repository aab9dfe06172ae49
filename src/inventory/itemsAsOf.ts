import { keyOfGuid } from '../core/identity';
import type { InventoryItem, ItemDocument } from '../core/item';
import type { LedgerEntry, LedgerLine } from '../core/movement';
import { whileStoreAnswers, type HubRedis } from '../redis/commands';
import { keys } from '../redis/keys';
import { unpackTrail } from '../redis/packing';
import { readLedger } from '../redis/reads';

/** A document that was valid before a ledger entry replaced or deleted it. */
interface EarlierDocument {
  document: ItemDocument;
  /** Sequence of the entry that ended it. */
  endedBy: number;
}

/**
 * Documents that later entries of the ledger have replaced, found by reading ahead. A reader that
 * lags keeps one from batch to batch, so that it reads ahead once and not for each batch.
 */
export class DocumentsAhead {
  private readonly found = new Map<string, EarlierDocument[]>();
  /** Id of the last entry read; empty: none. */
  private readTo = '';

  constructor(
    private readonly redis: HubRedis,
    private readonly tenantId: string,
  ) {}

  /** The document of an item that was valid right after an entry and is not any more. */
  of(itemId: string, sequence: number): ItemDocument | undefined {
    return this.found.get(itemId)?.find(({ endedBy }) => endedBy > sequence)?.document;
  }

  /** Notes what entries ended; they come in the order of the ledger. */
  note(entries: readonly LedgerEntry[]): void {
    for (const { id, sequence, lines } of entries) {
      if (sequence <= sequenceOf(this.readTo)) continue;
      this.readTo = id;
      for (const { itemId, documentBefore } of lines) {
        if (!documentBefore) continue;
        const ended = this.found.get(itemId) ?? [];
        ended.push({ document: documentBefore, endedBy: sequence });
        this.found.set(itemId, ended);
      }
    }
  }

  /** Forgets what ended at or before an entry: the reader is past it. */
  forget(sequence: number): void {
    for (const [itemId, ended] of this.found) {
      const left = ended.filter(({ endedBy }) => endedBy > sequence);
      if (left.length === 0) this.found.delete(itemId);
      else if (left.length < ended.length) this.found.set(itemId, left);
    }
  }

  /** Reads ahead until each of the items has a document valid after its entry, or to the end. */
  async find(wanted: readonly { itemId: string; sequence: number }[]): Promise<void> {
    let missing = wanted.filter(({ itemId, sequence }) => !this.of(itemId, sequence));
    if (missing.length === 0) return;
    for await (const batch of readLedger(this.redis, this.tenantId, this.readTo)) {
      this.note(batch);
      missing = missing.filter(({ itemId, sequence }) => !this.of(itemId, sequence));
      if (missing.length === 0) return;
    }
  }
}

/**
 * The item of each line of some ledger entries as it was right after that entry, by entry and line;
 * of a deleted item as it was right before. Null where the ledger knows none: an ignored line of an
 * unknown item.
 *
 * The numbers stand in the line. The document does too when the movement changed it; else it is the
 * stored one, unless that is newer than the entry: then the first later entry that replaced it
 * tells what it was.
 *
 * @param entries one after another, as `readLedger` gives them
 * @param ahead kept by a reader between its batches
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function itemsAsOf(
  redis: HubRedis,
  tenantId: string,
  entries: readonly LedgerEntry[],
  ahead: DocumentsAhead = new DocumentsAhead(redis, tenantId),
): Promise<(InventoryItem | null)[][]> {
  const first = entries[0];
  if (!first) return [];
  ahead.forget(first.sequence - 1);
  ahead.note(entries);
  const open: { itemId: string; sequence: number; place: [number, number] }[] = [];
  const known = new Map<string, ItemDocument>();
  const items = entries.map(({ sequence, lines }, i) =>
    lines.map((line, j) => {
      const { itemId } = line;
      const document = documentOf(line) ?? known.get(itemId) ?? ahead.of(itemId, sequence);
      if (line.deleted) known.delete(itemId);
      else if (document) known.set(itemId, document);
      if (!document && line.level) open.push({ itemId, sequence, place: [i, j] });
      return document ? itemOf(line, document) : null;
    }),
  );
  if (open.length === 0) return items;
  const stored = await readStored(redis, tenantId, new Set(open.map(({ itemId }) => itemId)));
  const presentOf = ({ itemId, sequence }: { itemId: string; sequence: number }) => {
    const present = stored.get(itemId);
    return present && present.since <= sequence ? present.document : undefined;
  };
  await ahead.find(open.filter((line) => !presentOf(line)));
  for (const line of open) {
    const document = presentOf(line) ?? ahead.of(line.itemId, line.sequence);
    const [i, j] = line.place;
    if (document) items[i]![j] = itemOf(entries[i]!.lines[j]!, document);
  }
  return items;
}

function documentOf({ deleted, document, documentBefore }: LedgerLine): ItemDocument | undefined {
  return deleted ? documentBefore : document;
}

function itemOf(line: LedgerLine, document: ItemDocument): InventoryItem | null {
  const level = line.deleted ? line.levelBefore : line.level;
  return level ? { id: line.itemId, ...level, ...document } : null;
}

function sequenceOf(ledgerId: string): number {
  return ledgerId === '' ? 0 : Number(ledgerId.split('-')[1]);
}

/** Present documents, and the sequence of the entry that wrote each; without deleted items. */
async function readStored(
  redis: HubRedis,
  tenantId: string,
  itemIds: ReadonlySet<string>,
): Promise<Map<string, { document: ItemDocument; since: number }>> {
  const ids = [...itemIds];
  const fields = ids.map(keyOfGuid);
  // Documents first: the trail read afterwards then is never older than the document.
  const [documents, levels] = await whileStoreAnswers(() =>
    Promise.all([
      redis.hmgetBuffer(keys.documents(tenantId), ...fields),
      redis.hmgetBuffer(keys.levels(tenantId), ...fields),
    ]),
  );
  const stored = new Map<string, { document: ItemDocument; since: number }>();
  ids.forEach((id, i) => {
    const [text, level] = [documents[i], levels[i]];
    if (!text || !level) return;
    const document = JSON.parse(text.toString()) as ItemDocument;
    stored.set(id, { document, since: unpackTrail(level).documentSequence });
  });
  return stored;
}

import type { InventoryItem, ItemDocument } from '../core/item';
import type { LedgerEntry, LedgerLine } from '../core/movement';
import type { HubRedis } from '../redis/commands';
import { PastDocuments, type AskedDocument } from './pastDocuments';

/**
 * The item of each line of some ledger entries as it was right after that entry, by entry and line;
 * of a deleted item as it was right before. Null where the ledger knows none: an ignored line of an
 * unknown item.
 *
 * The numbers stand in the line. The document does too when the movement changed it, and when
 * another of these entries did; else it is the stored one, or one that was replaced since.
 *
 * @param entries one after another, as `readLedger` gives them
 * @param past kept by a reader between its batches: what one has found out serves the next
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, REDIS_UNAVAILABLE
 */
export async function itemsAsOf(
  redis: HubRedis,
  tenantId: string,
  entries: readonly LedgerEntry[],
  past = new PastDocuments(redis, tenantId),
): Promise<(InventoryItem | null)[][]> {
  const documents = documentsWithin(entries);
  const open: { asked: AskedDocument; place: [number, number] }[] = [];
  entries.forEach(({ sequence, timeMs, lines }, i) => {
    lines.forEach(({ itemId, level }, j) => {
      if (documents[i]![j] || !level) return;
      open.push({ asked: { itemId, sequence, timeMs }, place: [i, j] });
    });
  });
  const found = await past.find(open.map(({ asked }) => asked));
  open.forEach(({ place: [i, j] }, at) => {
    documents[i]![j] = found[at];
  });
  return entries.map(({ lines }, i) =>
    lines.map((line, j) => {
      const document = documents[i]![j];
      return document ? itemOf(line, document) : null;
    }),
  );
}

/** The documents that the entries tell themselves: of a line, of one before, of one after it. */
function documentsWithin(entries: readonly LedgerEntry[]): (ItemDocument | undefined)[][] {
  const before = new Map<string, ItemDocument>();
  const documents = entries.map(({ lines }) =>
    lines.map((line) => {
      const { itemId, deleted } = line;
      const document = documentOf(line) ?? before.get(itemId);
      if (deleted) before.delete(itemId);
      else if (document) before.set(itemId, document);
      return document;
    }),
  );
  const after = new Map<string, ItemDocument>();
  for (let i = entries.length - 1; i >= 0; i -= 1) {
    entries[i]!.lines.forEach(({ itemId, created, documentBefore }, j) => {
      documents[i]![j] ??= after.get(itemId);
      if (documentBefore) after.set(itemId, documentBefore);
      else if (created) after.delete(itemId);
    });
  }
  return documents;
}

function documentOf({ deleted, document, documentBefore }: LedgerLine): ItemDocument | undefined {
  return deleted ? documentBefore : document;
}

function itemOf(line: LedgerLine, document: ItemDocument): InventoryItem | null {
  const level = line.deleted ? line.levelBefore : line.level;
  return level ? { id: line.itemId, ...level, ...document } : null;
}

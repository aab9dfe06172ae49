import { createHash } from 'node:crypto';
import { availabilityStatus, type ItemDocument, type Level } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import type { LedgerEntry, LedgerLine } from '../core/movement';
import type { CheckpointItem } from '../redis/checkpoint';
import type { CheckedEntry } from '../redis/ledgerEntry';
import type { Trail } from '../redis/packing';
import { expectSame, expectSameLevel, type DriftList } from './drift';

/** What the ledger says of one item, up to some entry. */
interface FoldedItem {
  /** As the item's last line has it. */
  line: Level;
  /** Sums over the item's lines: units. */
  quantity: number;
  preorderCounter: number;
  /** Changes so far. */
  revision: number;
  /** `documentDigest` of the last document. */
  document: string;
  /** The ledger entry that has the last document; empty: the checkpoint has it. */
  documentEntryId: string;
  trail: Trail;
}

/** A ledger read up to some entry. */
export interface LedgerFold {
  entries: number;
  /** Of the last entry. */
  sequence: number;
  /** Of the last entry; ms. */
  timeMs: number;
  /** Id of the last entry; empty before the first. */
  lastId: string;
  /** By item id. */
  items: Map<string, FoldedItem>;
  /** The first entry right before which others are missing; empty: none is missing. */
  gap: string;
  /** What contradicted itself, gaps too. */
  drift: DriftList;
}

/** A ledger of which nothing was read after an entry; empty: from its very start. */
export function startFold(drift: DriftList, after = ''): LedgerFold {
  return { entries: 0, ...ledgerIdParts(after), lastId: after, items: new Map(), gap: '', drift };
}

/** Tells a fold that was started at a checkpoint of an item the checkpoint has. */
export function foldCheckpointItem(
  fold: LedgerFold,
  { itemId, level, trail, document }: CheckpointItem,
): void {
  const { quantity, preorderCounter, revision } = level;
  const digest = documentDigest(document);
  const sums = { quantity, preorderCounter, revision };
  fold.items.set(itemId, { line: level, ...sums, document: digest, documentEntryId: '', trail });
}

/**
 * The level the ledger says an item has: numbers that lines change by a difference are the sums of
 * those differences, the others are as last written. Null when the ledger does not know the item.
 */
export function foldedLevel(fold: LedgerFold, itemId: string): Level | null {
  const item = fold.items.get(itemId);
  if (!item) return null;
  const { quantity, preorderCounter, revision } = item;
  return { ...item.line, quantity, preorderCounter, revision };
}

/** How the ledger says an item's level hangs on it. */
export function foldedTrail(fold: LedgerFold, itemId: string): Trail | null {
  return fold.items.get(itemId)?.trail ?? null;
}

/** The digest of the document the ledger says an item has. */
export function foldedDocument(fold: LedgerFold, itemId: string): string | null {
  return fold.items.get(itemId)?.document ?? null;
}

/** A short text that is equal for equal JSON documents, 16 characters. */
export function documentDigest(json: string): string {
  const digest = createHash('sha1').update(json).digest('base64url');
  return digest.slice(0, 16);
}

/** The JSON of a ledger line's document: as it is stored. */
export function documentText(document: ItemDocument): string {
  return JSON.stringify(document);
}

/**
 * Adds the next entry to a fold, and notes where it contradicts what came before: a gap in the
 * sequence, time that falls, a level that is not the one before and the line's differences, what
 * the line may not change. An entry that can't be read is one that changes nothing.
 */
export function foldEntry(fold: LedgerFold, { id, sequence, timeMs, entry, fault }: CheckedEntry) {
  const { drift } = fold;
  const place = { itemId: null, ledgerId: id };
  if (sequence > fold.sequence + 1 && fold.gap === '') fold.gap = id;
  expectSame(drift, place, 'sequence', sequence, fold.sequence + 1);
  if (timeMs < fold.timeMs) expectSame(drift, place, 'timeMs', timeMs, fold.timeMs);
  if (!entry) expectSame(drift, place, 'entry', fault, 'an entry');
  const lines = entry?.lines ?? [];
  // Ignored lines have the level from before the movement, wherever they stand.
  for (const line of lines) if (line.ignored) checkIgnored(fold, id, line);
  for (const line of lines) if (!line.ignored) foldLine(fold, entry!, line);
  fold.entries += 1;
  fold.sequence = sequence;
  fold.timeMs = Math.max(fold.timeMs, timeMs);
  fold.lastId = id;
}

function checkIgnored({ drift, items }: LedgerFold, ledgerId: string, line: LedgerLine): void {
  const place = { itemId: line.itemId, ledgerId };
  expectSameLevel(drift, place, line.level, items.get(line.itemId)?.line ?? null);
  expectSame(drift, place, 'delta', line.delta, 0);
  expectSame(drift, place, 'preorderDelta', line.preorderDelta, 0);
}

function foldLine(fold: LedgerFold, entry: LedgerEntry, line: LedgerLine): void {
  const { level, delta, preorderDelta, document } = line;
  if (!level) {
    const place = { itemId: line.itemId, ledgerId: entry.id };
    expectSame(fold.drift, place, 'level', null, 'a level');
    return;
  }
  const known = fold.items.get(line.itemId);
  checkLine(fold, entry, line, known);
  if (line.deleted) {
    fold.items.delete(line.itemId);
    return;
  }
  fold.items.set(line.itemId, {
    line: level,
    quantity: (known?.quantity ?? 0) + delta,
    preorderCounter: (known?.preorderCounter ?? 0) + preorderDelta,
    revision: (known?.revision ?? 0) + (known?.line.revision === level.revision ? 0 : 1),
    document: document ? documentDigest(documentText(document)) : (known?.document ?? ''),
    documentEntryId: document ? entry.id : (known?.documentEntryId ?? ''),
    trail: {
      lastEntryId: entry.id,
      documentSequence: document ? entry.sequence : (known?.trail.documentSequence ?? 0),
    },
  });
}

/** What a line that is not ignored says of an item must follow from what was known of it. */
function checkLine(
  { drift }: LedgerFold,
  entry: LedgerEntry,
  line: LedgerLine,
  known: FoldedItem | undefined,
): void {
  const place = { itemId: line.itemId, ledgerId: entry.id };
  const { level, created, deleted, document, documentBefore } = line;
  const before = known?.line ?? null;
  const previous = known?.trail.lastEntryId ?? null;
  expectSame(drift, place, 'previousEntryId', line.previousEntryId, previous);
  expectSame(drift, place, 'created', created, !known);
  const statusBefore = before && availabilityStatus(before);
  expectSame(drift, place, 'statusBefore', line.statusBefore, statusBefore);
  expectSameLevel(drift, place, level, levelAfter(entry, line, before));
  if (!known) expectSame(drift, place, 'document', document !== undefined, true);
  const changed = known !== undefined && (document !== undefined || deleted);
  const digest = documentBefore ? documentDigest(documentText(documentBefore)) : null;
  expectSame(drift, place, 'documentBefore', digest, changed ? known.document : null);
  // Movements leave out what was before: all they can change is differences.
  const told = line.levelBefore ?? null;
  if (told || deleted) expectSameLevel(drift, place, told, before, 'levelBefore');
}

/** The level that a line's differences make of the one before. */
function levelAfter(entry: LedgerEntry, line: LedgerLine, before: Level | null): Level {
  const { delta, preorderDelta, created, deleted, levelBefore, reservedChanged } = line;
  const level = line.level!;
  const same = before?.revision === level.revision;
  // What is saved may have other flags and limits than before; what moves may not.
  const free = !before || created || (levelBefore !== undefined && !deleted);
  const reserved = deleted ? 0 : (before?.reserved ?? 0);
  return {
    ...(free && !same ? level : before),
    reserved: reservedChanged && !same ? level.reserved : reserved,
    quantity: (before?.quantity ?? 0) + delta,
    preorderCounter: (before?.preorderCounter ?? 0) + preorderDelta,
    revision: (before?.revision ?? 0) + (same ? 0 : 1),
    updatedMs: same ? before.updatedMs : entry.timeMs,
  };
}

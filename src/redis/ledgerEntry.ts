import { InventoryError } from '../core/errors';
import type { ItemDocument } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import type { LedgerEntry, LedgerLine, MovementCause } from '../core/movement';
import { LEDGER_LINE_BYTES, ledgerEntry, LEVEL_BYTES } from './packing';
import { unpackLedgerLines, unpackLevel } from './packing';

/*
 * A ledger entry as the stream has it, opened with care: one that was damaged is named.
 */

/** Fields of a stream entry by name. */
type Fields = ReadonlyMap<string, Buffer>;

/** A stream entry: its id, then names and values by turns. */
export type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[]];

const DIGEST_BYTES = 24;
const SEQUENCE_BYTES = 6;

/** A LEDGER_CONTRADICTS about one entry that is not laid out as an entry is. */
export function unreadableEntry(id: string, fault: string): InventoryError {
  const message = `The ledger entry ${id} can't be read: ${fault}.`;
  return new InventoryError('LEDGER_CONTRADICTS', message, { ledgerId: id });
}

/**
 * Opens a stream entry of the ledger.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read
 */
export function openEntry([id, fields]: StreamEntry): LedgerEntry {
  const name = id.toString();
  return openLines(name, openCause(name, fields));
}

/** An entry of which only the cause was opened. */
export interface OpenedCause {
  cause: MovementCause;
  /** Packed: whole lines. */
  lines: Buffer;
  fields: Fields;
}

/**
 * Opens the cause of an entry.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read
 */
export function openCause(id: string, fields: readonly Buffer[]): OpenedCause {
  const named = new Map<string, Buffer>();
  for (let i = 0; i < fields.length; i += 2) named.set(fields[i]!.toString(), fields[i + 1]!);
  const lines = named.get('lines');
  if (!lines) throw unreadableEntry(id, 'it has no lines');
  if (lines.length % LEDGER_LINE_BYTES !== 0) {
    throw unreadableEntry(id, `its lines have ${lines.length} bytes`);
  }
  return { cause: parseCause(id, named.get('movement')), lines, fields: named };
}

/**
 * What a movement's JSON says.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming its entry when it says nothing
 */
export function parseCause(id: string, json: Buffer | undefined): MovementCause {
  if (!json) throw unreadableEntry(id, 'it has no movement');
  const cause = parse(id, 'movement', json);
  const known = cause as Partial<MovementCause> | null;
  if (typeof known !== 'object' || typeof known?.operation !== 'string') {
    throw unreadableEntry(id, 'its movement has no operation');
  }
  return known as MovementCause;
}

/**
 * Opens the lines of an entry.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read
 */
export function openLines(id: string, { cause, lines: packed, fields }: OpenedCause): LedgerEntry {
  const lines = unpackLedgerLines(packed);
  documentsOf(id, fields, 'documents', lines).forEach((document, i) => {
    if (document) lines[i]!.document = document;
  });
  documentsOf(id, fields, 'documentsBefore', lines).forEach((document, i) => {
    if (document) lines[i]!.documentBefore = document;
  });
  addSince(id, fields.get('documentsSince'), lines);
  const levels = fields.get('levelsBefore');
  if (levels && levels.length !== lines.length * LEVEL_BYTES) {
    throw unreadableEntry(id, `its levelsBefore have ${levels.length} bytes`);
  }
  for (let i = 0; levels && i < lines.length; i += 1) {
    const level = unpackLevel(levels.subarray(i * LEVEL_BYTES, (i + 1) * LEVEL_BYTES));
    if (level.revision !== 0) lines[i]!.levelBefore = level;
  }
  return ledgerEntry(id, cause, lines);
}

/** Says since when the documents before were there, one sequence per line (zeros: none). */
function addSince(id: string, packed: Buffer | undefined, lines: readonly LedgerLine[]): void {
  if (!packed) return;
  if (packed.length !== lines.length * SEQUENCE_BYTES) {
    throw unreadableEntry(id, `its documentsSince have ${packed.length} bytes`);
  }
  lines.forEach((line, i) => {
    const sequence = packed.readUIntLE(i * SEQUENCE_BYTES, SEQUENCE_BYTES);
    if (sequence !== 0) line.documentSince = sequence;
  });
}

function documentsOf(
  id: string,
  fields: Fields,
  name: string,
  lines: readonly LedgerLine[],
): (ItemDocument | null)[] {
  const json = fields.get(name);
  if (!json) return [];
  const documents = parse(id, name, json);
  if (!Array.isArray(documents) || documents.length !== lines.length) {
    throw unreadableEntry(id, `its ${name} are not one per line`);
  }
  return documents as (ItemDocument | null)[];
}

function parse(id: string, name: string, json: Buffer): unknown {
  try {
    return JSON.parse(json.toString());
  } catch {
    throw unreadableEntry(id, `its ${name} is no JSON`);
  }
}

/** An entry as verification reads it: one that can't be read keeps it from no other. */
export interface CheckedEntry {
  id: string;
  sequence: number;
  /** Redis time, ms since 1970. */
  timeMs: number;
  /** Null: it can't be read, and `fault` says why. */
  entry: LedgerEntry | null;
  fault: string;
  /** Call and content digest of an order's movement, 24 bytes; zeros where it has none. */
  digests: Buffer;
}

/** Opens an entry as far as it can be read. Never throws. */
export function checkEntry([name, fields]: StreamEntry): CheckedEntry {
  const id = name.toString();
  const place = { id, ...ledgerIdParts(id), digests: Buffer.alloc(DIGEST_BYTES) };
  try {
    const opened = openCause(id, fields);
    const digests = opened.fields.get('digests') ?? place.digests;
    if (digests.length !== DIGEST_BYTES) {
      throw unreadableEntry(id, `its digests have ${digests.length} bytes`);
    }
    return { ...place, entry: openLines(id, opened), fault: '', digests };
  } catch (error) {
    return { ...place, entry: null, fault: (error as Error).message };
  }
}

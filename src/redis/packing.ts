import { guidOfKey } from '../core/identity';
import type { AvailabilityStatus, Level } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import type { LedgerEntry, LedgerLine, MovementCause, MovementLine } from '../core/movement';
import type { LineGuard } from '../core/movement';

/*
 * The binary layouts the scripts read and write, little-endian, field by field in
 * docs/reference/keys.md. Lua holds the same in `include/formats.lua`.
 */

const LINE_BYTES = 25;
/** Bytes of a level's numbers. */
export const LEVEL_BYTES = 30;
/** Bytes of a line of a ledger entry. */
export const LEDGER_LINE_BYTES = 72;
/** Bits of a level's flags byte. */
export const FLAG = { tracked: 1, inStock: 2, preorderEnabled: 4, hasThreshold: 8 } as const;
const NOTE = {
  ignored: 4,
  overReturn: 8,
  shortfall: 16,
  created: 32,
  fellLow: 64,
  deleted: 128,
  reservedChanged: 256,
  defaultThreshold: 512,
  low: 1024,
  notLow: 2048,
} as const;
const SET = { quantity: 16, preorderLimit: 32, threshold: 64 } as const;
const LINE = { stockOnly: 4, absolute: 8, preorderOnly: 16 } as const;
const GUARD: Record<LineGuard, number> = { unrestricted: 0, strict: 1, ignored: 2 };
const STATUSES: readonly (AvailabilityStatus | null)[] = [
  null,
  'OUT_OF_STOCK',
  'PREORDER',
  'IN_STOCK',
];

export function packLines(lines: readonly MovementLine[]): Buffer {
  const packed = Buffer.allocUnsafe(lines.length * LINE_BYTES);
  let at = 0;
  for (const line of lines) {
    line.key.copy(packed, at, 0, 16);
    packed.writeInt32LE(line.units, at + 16);
    packed.writeInt32LE(line.reservedDelta ?? 0, at + 20);
    packed[at + 24] = GUARD[line.guard] + stockFlags(line);
    at += LINE_BYTES;
  }
  return packed;
}

function stockFlags({ stockOnly, preorderOnly }: MovementLine): number {
  if (preorderOnly) return LINE.preorderOnly;
  if (!stockOnly) return 0;
  return stockOnly.absolute ? LINE.stockOnly + LINE.absolute : LINE.stockOnly;
}

/** The quantities lines compare with; empty when none does. */
export function packComparisons(lines: readonly MovementLine[]): Buffer {
  const compared = lines.flatMap(({ key, stockOnly }) => {
    const quantity = stockOnly?.compareQuantity ?? null;
    if (quantity === null) return [];
    const packed = Buffer.alloc(20);
    key.copy(packed, 0, 0, 16);
    packed.writeInt32LE(quantity, 16);
    return [packed];
  });
  return Buffer.concat(compared);
}

/** Ids with their quantities, as COMPARE_QUANTITY_STALE lists them. */
export function unpackQuantities(packed: Buffer) {
  const itemIds: string[] = [];
  const quantities: number[] = [];
  for (let at = 0; at < packed.length; at += 20) {
    itemIds.push(guidOfKey(packed.subarray(at, at + 16)));
    quantities.push(packed.readInt32LE(at + 16));
  }
  return { itemIds, quantities };
}

export function unpackLevel(packed: Buffer): Level {
  const flags = packed[0]!;
  return {
    tracked: (flags & FLAG.tracked) !== 0,
    inStock: (flags & FLAG.inStock) !== 0,
    preorderEnabled: (flags & FLAG.preorderEnabled) !== 0,
    revision: packed.readUIntLE(1, 5),
    updatedMs: packed.readUIntLE(6, 6),
    quantity: packed.readInt32LE(12),
    reserved: packed.readInt32LE(16),
    preorderLimit: packed.readUIntLE(20, 3),
    preorderCounter: packed.readInt32LE(23),
    lowStockThreshold: (flags & FLAG.hasThreshold) !== 0 ? packed.readUIntLE(27, 3) : null,
  };
}

/** What hangs a stored level on the ledger. */
export interface Trail {
  /** The last ledger entry about the item. */
  lastEntryId: string;
  /** Sequence of the ledger entry that wrote the item's present document. */
  documentSequence: number;
}

/** The trail behind the numbers of a stored level. */
export function unpackTrail(packed: Buffer): Trail {
  return {
    lastEntryId: unpackEntryId(packed, LEVEL_BYTES) ?? '',
    documentSequence: packed.readUIntLE(LEVEL_BYTES + 12, 6),
  };
}

/** The id of a ledger entry; null: none. */
export function unpackEntryId(packed: Buffer, at: number): string | null {
  const sequence = packed.readUIntLE(at + 6, 6);
  return sequence === 0 ? null : `${packed.readUIntLE(at, 6)}-${sequence}`;
}

/** What a saved row sets of a level; what is absent stays. */
export type LevelChange = Partial<
  Pick<
    Level,
    'tracked' | 'inStock' | 'preorderEnabled' | 'quantity' | 'preorderLimit' | 'lowStockThreshold'
  >
>;

/** `revision`: the one the item must have; 0: any. */
export function packLevelChange(key: Buffer, change: LevelChange, revision = 0): Buffer {
  const packed = Buffer.alloc(33);
  key.copy(packed, 0, 0, 16);
  let flags = 0;
  let what = 0;
  for (const name of ['tracked', 'inStock', 'preorderEnabled'] as const) {
    if (change[name] === undefined) continue;
    what |= FLAG[name];
    if (change[name]) flags |= FLAG[name];
  }
  if (change.quantity !== undefined) {
    what |= SET.quantity;
    packed.writeInt32LE(change.quantity, 18);
  }
  if (change.preorderLimit !== undefined) {
    what |= SET.preorderLimit;
    packed.writeUIntLE(change.preorderLimit, 22, 3);
  }
  if (change.lowStockThreshold !== undefined) {
    what |= SET.threshold | FLAG.hasThreshold;
    if (change.lowStockThreshold !== null) flags |= FLAG.hasThreshold;
    packed.writeUIntLE(change.lowStockThreshold ?? 0, 25, 3);
  }
  packed.writeUIntLE(revision, 28, 5);
  packed[16] = flags;
  packed[17] = what;
  return packed;
}

export function unpackLedgerLines(packed: Buffer): LedgerLine[] {
  const lines: LedgerLine[] = [];
  for (let at = 0; at < packed.length; at += LEDGER_LINE_BYTES) {
    const level = unpackLevel(packed.subarray(at + 16, at + 16 + LEVEL_BYTES));
    const notes = packed.readUInt16LE(at + 70);
    lines.push({
      itemId: guidOfKey(packed.subarray(at, at + 16)),
      previousEntryId: unpackEntryId(packed, at + 46),
      units: packed.readInt32LE(at + 58),
      delta: packed.readInt32LE(at + 62),
      preorderDelta: packed.readInt32LE(at + 66),
      level: level.revision === 0 ? null : level,
      statusBefore: STATUSES[notes & 3]!,
      ignored: (notes & NOTE.ignored) !== 0,
      created: (notes & NOTE.created) !== 0,
      deleted: (notes & NOTE.deleted) !== 0,
      overReturn: (notes & NOTE.overReturn) !== 0,
      shortfall: (notes & NOTE.shortfall) !== 0,
      fellLow: (notes & NOTE.fellLow) !== 0,
      reservedChanged: (notes & NOTE.reservedChanged) !== 0,
      lowStock: lowStockOf(notes),
      ...((notes & NOTE.defaultThreshold) !== 0 && {
        defaultThreshold: packed.readUIntLE(at + 43, 3),
      }),
    });
  }
  return lines;
}

/** Null: an ignored line, or one of an older hub, does not say. */
function lowStockOf(notes: number): boolean | null {
  if ((notes & NOTE.low) !== 0) return true;
  return (notes & NOTE.notLow) !== 0 ? false : null;
}

/** Items to delete, with the revision they must have (0: any). */
export function packDeletions(items: readonly { key: Buffer; revision: number }[]): Buffer {
  const packed = Buffer.alloc(21 * items.length);
  items.forEach(({ key, revision }, i) => {
    key.copy(packed, 21 * i, 0, 16);
    packed.writeUIntLE(revision, 21 * i + 16, 5);
  });
  return packed;
}

/** A ledger entry from its parts: its id says when it was and which one. */
export function ledgerEntry(id: string, cause: MovementCause, lines: LedgerLine[]): LedgerEntry {
  return { ...cause, id, ...ledgerIdParts(id), lines };
}

/** Ids one after another, 16 bytes each, as refusals list them. */
export function unpackIds(packed: Buffer): string[] {
  const ids: string[] = [];
  for (let at = 0; at < packed.length; at += 16) ids.push(guidOfKey(packed.subarray(at, at + 16)));
  return ids;
}

export function unpackShortages(packed: Buffer) {
  const shortages = [];
  for (let at = 0; at < packed.length; at += 24) {
    shortages.push({
      itemId: guidOfKey(packed.subarray(at, at + 16)),
      requested: packed.readInt32LE(at + 16),
      available: packed.readInt32LE(at + 20),
    });
  }
  return shortages;
}

/** What an order took and gave back of one item, in units. */
export interface OrderItem {
  itemId: string;
  taken: number;
  returned: number;
  /** Units of it that are on preorder now. */
  preordered: number;
}

/** An order's record. */
export interface OrderRecord {
  items: OrderItem[];
  /** Ledger ids of its movements, oldest first; the newest 1,000. */
  movementIds: string[];
}

export function unpackOrder(packed: Buffer): OrderRecord {
  const movementsEnd = 2 + packed.readUInt16LE(0);
  const order: OrderRecord = { items: [], movementIds: [] };
  for (let at = 2; at < movementsEnd; at += 37) {
    order.movementIds.push(`${packed.readUIntLE(at + 25, 6)}-${packed.readUIntLE(at + 31, 6)}`);
  }
  for (let at = movementsEnd; at < packed.length; at += 34) {
    order.items.push({
      itemId: guidOfKey(packed.subarray(at, at + 16)),
      taken: packed.readUIntLE(at + 16, 6),
      returned: packed.readUIntLE(at + 22, 6),
      preordered: packed.readUIntLE(at + 28, 6),
    });
  }
  return order;
}

import type { Level } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import { keyOfGuid } from '../core/identity';
import { FLAG, LEVEL_BYTES, type OrderItem, type Trail } from './packing';

/*
 * What verification and rebuild read and write of the packed state, besides what `packing.ts` does.
 */

/** Bytes of a stored level: numbers and trail. */
export const STORED_LEVEL_BYTES = LEVEL_BYTES + 18;
const HEAD_BYTES = 20;

/** The tenant's head. */
export interface Head {
  /** Of the last ledger entry. */
  sequence: number;
  /** Of the last write, ms since 1970. */
  timeMs: number;
  settingsRevision: number;
  /** The tenant's default, units; null: none. */
  lowStockThreshold: number | null;
}

/** Null when it is missing or of another size. */
export function unpackHead(packed: Buffer | null): Head | null {
  if (packed?.length !== HEAD_BYTES) return null;
  const threshold = packed.readInt32LE(16);
  return {
    sequence: packed.readUIntLE(0, 6),
    timeMs: packed.readUIntLE(6, 6),
    settingsRevision: packed.readUInt32LE(12),
    lowStockThreshold: threshold < 0 ? null : threshold,
  };
}

export function packHead(head: Head): Buffer {
  const packed = Buffer.alloc(HEAD_BYTES);
  packed.writeUIntLE(head.sequence, 0, 6);
  packed.writeUIntLE(head.timeMs, 6, 6);
  packed.writeUInt32LE(head.settingsRevision, 12);
  packed.writeInt32LE(head.lowStockThreshold ?? -1, 16);
  return packed;
}

/** A ledger id as 12 bytes. */
export function packEntryId(id: string): Buffer {
  const { timeMs, sequence } = ledgerIdParts(id);
  const packed = Buffer.alloc(12);
  packed.writeUIntLE(timeMs, 0, 6);
  packed.writeUIntLE(sequence, 6, 6);
  return packed;
}

/** Where a checkpoint stands. */
export interface CheckpointHead {
  /** The ledger entry it holds up to. */
  id: string;
  /** The digests of its rows summed, modulo 2^48: a row that was changed, lost or added shows. */
  sum: number;
}

const CHECKPOINT_HEAD_BYTES = 18;

export function packCheckpointHead({ id, sum }: CheckpointHead): Buffer {
  const packed = Buffer.alloc(CHECKPOINT_HEAD_BYTES);
  packEntryId(id).copy(packed);
  packed.writeUIntLE(sum, 12, 6);
  return packed;
}

/** Undefined when it has another size. */
export function unpackCheckpointHead(packed: Buffer): CheckpointHead | undefined {
  if (packed.length !== CHECKPOINT_HEAD_BYTES) return undefined;
  const id = `${packed.readUIntLE(0, 6)}-${packed.readUIntLE(6, 6)}`;
  return { id, sum: packed.readUIntLE(12, 6) };
}

/** A level as it is stored. */
export function packStoredLevel(level: Level, trail: Trail): Buffer {
  const packed = Buffer.alloc(STORED_LEVEL_BYTES);
  packed[0] =
    (level.tracked ? FLAG.tracked : 0) +
    (level.inStock ? FLAG.inStock : 0) +
    (level.preorderEnabled ? FLAG.preorderEnabled : 0) +
    (level.lowStockThreshold === null ? 0 : FLAG.hasThreshold);
  packed.writeUIntLE(level.revision, 1, 5);
  packed.writeUIntLE(level.updatedMs, 6, 6);
  packed.writeInt32LE(level.quantity, 12);
  packed.writeInt32LE(level.reserved, 16);
  packed.writeUIntLE(level.preorderLimit, 20, 3);
  packed.writeInt32LE(level.preorderCounter, 23);
  packed.writeUIntLE(level.lowStockThreshold ?? 0, 27, 3);
  packEntryId(trail.lastEntryId).copy(packed, LEVEL_BYTES);
  packed.writeUIntLE(trail.documentSequence, LEVEL_BYTES + 12, 6);
  return packed;
}

/** A movement of an order's record. */
export interface OrderMovement {
  ledgerId: string;
  direction: '-' | '+';
  /** Call and content digest, 24 bytes; zeros: not known. */
  digests: Buffer;
}

/** A movement of an order's record as it is stored, by its place from 0. */
export function orderMovementAt(packed: Buffer, place: number): OrderMovement {
  const at = 2 + 37 * place;
  const direction = packed.toString('latin1', at, at + 1) as OrderMovement['direction'];
  const ledgerId = `${packed.readUIntLE(at + 25, 6)}-${packed.readUIntLE(at + 31, 6)}`;
  return { ledgerId, direction, digests: packed.subarray(at + 1, at + 25) };
}

/** An order's record: movements (up to 1,000) oldest first, and items. */
export function packOrder(movements: readonly OrderMovement[], items: Iterable<OrderItem>): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(37 * movements.length);
  return Buffer.concat([
    length,
    ...movements.flatMap(({ ledgerId, direction, digests }) => [
      Buffer.from(direction),
      digests,
      packEntryId(ledgerId),
    ]),
    ...[...items].flatMap(({ itemId, taken, returned, preordered }) => {
      const units = Buffer.alloc(18);
      units.writeUIntLE(taken, 0, 6);
      units.writeUIntLE(returned, 6, 6);
      units.writeUIntLE(preordered, 12, 6);
      return [keyOfGuid(itemId), units];
    }),
  ]);
}

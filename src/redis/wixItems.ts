import { guidOfKey, keyOfGuid } from '../core/identity';
import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/*
 * What Wix's own inventory items are in the hub. Layout: docs/reference/keys.md, "Wix items"; the
 * scripts compare and keep fields without opening them.
 */

const NAME_BYTES = 17;
const VALUE_BYTES = 24;
const NOTHING = Buffer.alloc(VALUE_BYTES);
const NO_ITEM = Buffer.alloc(16);

/** How far Wix's events about one of its items were taken. */
export interface WixRecord {
  /** The item of the hub it is, 16 bytes; null: none so far. */
  itemKey: Buffer | null;
  /** Wix's `entityEventSequence` of the last event taken; 0..2^63-1. */
  sequence: bigint;
}

/** The Wix item that an item of the hub follows. */
export interface WixSource {
  /** GUID. */
  wixItemId: string;
  /** Wix's time of its creation, ms since 1970; 0: unknown. */
  createdMs: number;
}

/** A field as it was read. */
export interface WixField<Value> {
  name: Buffer;
  /** Zeros when there is none. */
  packed: Buffer;
  value: Value | null;
}

/** A field to keep if it still is what was read. */
export interface WixFieldChange {
  name: Buffer;
  before: Buffer;
  after: Buffer;
}

/**
 * What is known of an item of Wix.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readWixRecord(
  redis: HubRedis,
  tenantId: string,
  wixItemId: string,
): Promise<WixField<WixRecord>> {
  return readField(redis, tenantId, nameOf('w', keyOfGuid(wixItemId)), (packed) => {
    const itemKey = packed.subarray(0, 16);
    return {
      itemKey: itemKey.equals(NO_ITEM) ? null : itemKey,
      sequence: packed.readBigUInt64LE(16),
    };
  });
}

/**
 * Which item of Wix an item of the hub follows.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readWixSource(
  redis: HubRedis,
  tenantId: string,
  itemKey: Buffer,
): Promise<WixField<WixSource>> {
  return readField(redis, tenantId, nameOf('i', itemKey), (packed) => ({
    wixItemId: guidOfKey(packed),
    createdMs: Number(packed.readBigUInt64LE(16)),
  }));
}

/** Keeps how far events were taken. */
export function changeRecord(
  field: WixField<WixRecord>,
  { itemKey, sequence }: WixRecord,
): WixFieldChange {
  return changeField(field, itemKey ?? NO_ITEM, sequence);
}

/** Keeps which item of Wix is followed; null: none any more. */
export function changeSource(field: WixField<WixSource>, source: WixSource | null): WixFieldChange {
  const { name, packed: before } = field;
  if (!source) return { name, before, after: NOTHING };
  return changeField(field, keyOfGuid(source.wixItemId), BigInt(source.createdMs));
}

/** Changes as the scripts take them, 65 bytes each. */
export function packWixFields(changes: readonly WixFieldChange[]): Buffer {
  return Buffer.concat(changes.flatMap(({ name, before, after }) => [name, before, after]));
}

async function readField<Value>(
  redis: HubRedis,
  tenantId: string,
  name: Buffer,
  open: (packed: Buffer) => Value,
): Promise<WixField<Value>> {
  const packed = await whileStoreAnswers(() => redis.hgetBuffer(keys.wixItems(tenantId), name));
  return { name, packed: packed ?? NOTHING, value: packed ? open(packed) : null };
}

function nameOf(kind: 'w' | 'i', key: Buffer): Buffer {
  const name = Buffer.alloc(NAME_BYTES, kind);
  key.copy(name, 1, 0, 16);
  return name;
}

function changeField(
  { name, packed: before }: WixField<unknown>,
  key: Buffer,
  number: bigint,
): WixFieldChange {
  const after = Buffer.alloc(VALUE_BYTES);
  key.copy(after, 0, 0, 16);
  after.writeBigUInt64LE(number, 16);
  return { name, before, after };
}

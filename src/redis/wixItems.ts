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
  /** Wix's `entityEventSequence` of the last event taken that had one; 0..2^63-1. */
  sequence: bigint;
}

/** The state of a Wix item that the last event taken about it told. */
export interface WixState {
  /** Wix's revision of the item, 1..2^63-1; 0: not told. */
  revision: bigint;
  /** Wix's time of its last change, ms since 1970; 0: not told. */
  updatedMs: number;
  /** Whether the event had an `entityEventSequence`. */
  sequenced: boolean;
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
 * What is known of an item of Wix, as of one moment.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readWixPlace(
  redis: HubRedis,
  tenantId: string,
  wixItemId: string,
): Promise<{ record: WixField<WixRecord>; state: WixField<WixState> }> {
  const key = keyOfGuid(wixItemId);
  const [record, state] = [nameOf('w', key), nameOf('s', key)];
  const [packedRecord, packedState] = await whileStoreAnswers(() =>
    redis.hmgetBuffer(keys.wixItems(tenantId), record, state),
  );
  return {
    record: fieldOf(record, packedRecord, openRecord),
    state: fieldOf(state, packedState, openState),
  };
}

function openRecord(packed: Buffer): WixRecord {
  const itemKey = packed.subarray(0, 16);
  return {
    itemKey: itemKey.equals(NO_ITEM) ? null : itemKey,
    sequence: packed.readBigUInt64LE(16),
  };
}

function openState(packed: Buffer): WixState {
  return {
    revision: packed.readBigUInt64LE(0),
    updatedMs: Number(packed.readBigUInt64LE(8)),
    sequenced: packed.readBigUInt64LE(16) === 1n,
  };
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

/** Keeps the state that the last event taken told. */
export function changeState(
  { name, packed: before }: WixField<WixState>,
  { revision, updatedMs, sequenced }: WixState,
): WixFieldChange {
  const after = Buffer.alloc(VALUE_BYTES);
  after.writeBigUInt64LE(revision, 0);
  after.writeBigUInt64LE(BigInt(updatedMs), 8);
  after.writeBigUInt64LE(sequenced ? 1n : 2n, 16);
  return { name, before, after };
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
  return fieldOf(name, packed, open);
}

function fieldOf<Value>(
  name: Buffer,
  packed: Buffer | null | undefined,
  open: (packed: Buffer) => Value,
): WixField<Value> {
  return { name, packed: packed ?? NOTHING, value: packed ? open(packed) : null };
}

function nameOf(kind: 'w' | 's' | 'i', key: Buffer): Buffer {
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

import { createHash } from 'node:crypto';
import { InventoryError, type RefusalWord } from '../core/errors';
import { guidOfKey, keyOfGuid } from '../core/identity';
import type { Level } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import { keys } from './keys';
import { packCheckpointHead, packStoredLevel, unpackCheckpointHead } from './packedState';
import { STORED_LEVEL_BYTES, type CheckpointHead } from './packedState';
import { unpackLevel, unpackTrail, type Trail } from './packing';
import { refusal } from './refusal';
import { run, whileStoreAnswers, type HubRedis } from './scripts';

export type { CheckpointHead } from './packedState';

/*
 * The checkpoint of a tenant: what the ledger entries that were trimmed add up to.
 */

const HEAD = Buffer.from('head');
const SCAN_COUNT = 1000;
const DIGESTS = 2 ** 48;

/** An item as of the checkpoint. */
export interface CheckpointItem {
  itemId: string;
  level: Level;
  trail: Trail;
  /** JSON. */
  document: string;
}

/** An item after some trimmed entries; without a level it is gone. */
export type CheckpointChange = CheckpointItem | { itemId: string; level: null };

/** A row of the checkpoint as it is stored. */
export interface CheckpointRow {
  /** The item's id; of a field that is no item's: `bytes:` and hexadecimal digits. */
  name: string;
  /** Null: it is not laid out as a row is. */
  item: CheckpointItem | null;
  /** Its share of the head's sum. */
  digest: number;
  bytes: number;
}

/**
 * Where a tenant's checkpoint stands; null when nothing was ever trimmed.
 *
 * @throws InventoryError LEDGER_CONTRADICTS when it is damaged, REDIS_UNAVAILABLE
 */
export async function readCheckpointHead(
  redis: HubRedis,
  tenantId: string,
): Promise<CheckpointHead | null> {
  const name = keys.checkpoint(tenantId);
  const packed = await whileStoreAnswers(() => redis.hgetBuffer(name, HEAD));
  if (!packed) return null;
  const head = unpackCheckpointHead(packed);
  if (head) return head;
  const message = `The key ${name} has the head of ${packed.length} bytes.`;
  throw new InventoryError('LEDGER_CONTRADICTS', message);
}

/**
 * The ledger entry a tenant's checkpoint holds up to; empty when nothing was ever trimmed.
 *
 * @throws InventoryError LEDGER_CONTRADICTS when it is damaged, REDIS_UNAVAILABLE
 */
export async function readCheckpointId(redis: HubRedis, tenantId: string): Promise<string> {
  return (await readCheckpointHead(redis, tenantId))?.id ?? '';
}

/**
 * Rows of a checkpoint by item id, in the order asked for; null where there is none.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readCheckpointRows(
  redis: HubRedis,
  tenantId: string,
  itemIds: readonly string[],
): Promise<(CheckpointRow | null)[]> {
  if (itemIds.length === 0) return [];
  const fields = itemIds.map(keyOfGuid);
  const rows = await whileStoreAnswers(() =>
    redis.hmgetBuffer(keys.checkpoint(tenantId), ...fields),
  );
  return rows.map((row, i) => (row ? openRow(fields[i]!, row) : null));
}

/**
 * Items of a checkpoint by id, in the order asked for; null where there is none.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an item whose row is damaged, REDIS_UNAVAILABLE
 */
export async function readCheckpointItems(
  redis: HubRedis,
  tenantId: string,
  itemIds: readonly string[],
): Promise<(CheckpointItem | null)[]> {
  const rows = await readCheckpointRows(redis, tenantId, itemIds);
  return rows.map((row) => row && itemOfRow(row));
}

function itemOfRow({ name, item, bytes }: CheckpointRow): CheckpointItem {
  if (item) return item;
  const message = `The row of the item ${name} in the checkpoint has ${bytes} bytes.`;
  throw new InventoryError('LEDGER_CONTRADICTS', message, { itemIds: [name] });
}

/**
 * All rows of a checkpoint, in batches, in no order, each at least once. A checkpoint that moves
 * on meanwhile gives a mixture: compare its head before and after.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function* scanCheckpoint(
  redis: HubRedis,
  tenantId: string,
): AsyncGenerator<CheckpointRow[]> {
  let cursor = '0';
  do {
    const [next, fields] = await whileStoreAnswers(() =>
      redis.hscanBuffer(keys.checkpoint(tenantId), cursor, 'COUNT', SCAN_COUNT),
    );
    cursor = next.toString();
    yield fields.flatMap((field, i) =>
      i % 2 === 1 || HEAD.equals(field) ? [] : [openRow(field, fields[i + 1]!)],
    );
  } while (cursor !== '0');
}

function openRow(field: Buffer, row: Buffer): CheckpointRow {
  const known = field.length === 16;
  const name = known ? guidOfKey(field) : `bytes:${field.toString('hex')}`;
  const whole = known && row.length > STORED_LEVEL_BYTES;
  const item = whole && {
    itemId: name,
    level: unpackLevel(row),
    trail: unpackTrail(row),
    document: row.toString('utf8', STORED_LEVEL_BYTES),
  };
  return { name, item: item || null, digest: digestOf(field, row), bytes: row.length };
}

function digestOf(field: Buffer, row: Buffer): number {
  return createHash('sha1').update(field).update(row).digest().readUIntLE(0, 6);
}

/** A sum of rows' digests, of which some go and others come. */
export function sumDigests(sum: number, gone: readonly number[], come: readonly number[]): number {
  const less = gone.reduce((left, digest) => (left - digest + DIGESTS) % DIGESTS, sum);
  return come.reduce((more, digest) => (more + digest) % DIGESTS, less);
}

/** A step of trimming. */
export interface TrimLedger {
  tenantId: string;
  /** The checkpoint's head as read; null: there was none. */
  from: CheckpointHead | null;
  /** The last entry to take out of the ledger. */
  through: string;
  /** What the entries in between changed: up to 1,000 items. */
  items: readonly CheckpointChange[];
  /** The rows as read that these items had. */
  rows: readonly CheckpointRow[];
}

/**
 * Moves the checkpoint on and takes the entries it holds out of the ledger, in one step.
 *
 * @returns how many entries went
 * @throws InventoryError CHECKPOINT_CHANGED when it is not the one read, REDIS_UNAVAILABLE
 */
export async function trimLedger(
  redis: HubRedis,
  { tenantId, from, through, items, rows }: TrimLedger,
): Promise<number> {
  const { timeMs, sequence } = ledgerIdParts(through);
  const packed = items.map((item) => {
    const field = keyOfGuid(item.itemId);
    return { field, row: item.level && rowOf(item) };
  });
  const gone = rows.map(({ digest }) => digest);
  const come = packed.flatMap(({ field, row }) => (row ? [digestOf(field, row)] : []));
  const head = { id: through, sum: sumDigests(from?.sum ?? 0, gone, come) };
  const [word, rest] = await run(redis, 'trimLedger', [
    keys.checkpoint(tenantId),
    keys.ledger(tenantId),
    from ? packCheckpointHead(from) : '',
    packCheckpointHead(head),
    `${timeMs}-${sequence + 1}`,
    ...packed.flatMap(({ field, row }) => [field, row ?? '']),
  ]);
  const answer = word!.toString() as 'OK' | RefusalWord;
  if (answer !== 'OK') throw refusal(answer, rest);
  return Number(rest!.toString());
}

function rowOf({ level, trail, document }: CheckpointItem): Buffer {
  return Buffer.concat([packStoredLevel(level, trail), Buffer.from(document)]);
}

/** How long a ledger is held at the most when who held it is gone, ms. */
const HOLD_MS = 600_000;

/** Has nobody trim a ledger for a while. @throws InventoryError REDIS_UNAVAILABLE */
export async function holdTrim(redis: HubRedis, tenantId: string): Promise<void> {
  await whileStoreAnswers(() => redis.set(keys.trimHold(tenantId), '1', 'PX', HOLD_MS));
}

/** Lets a ledger be trimmed again. @throws InventoryError REDIS_UNAVAILABLE */
export async function releaseTrim(redis: HubRedis, tenantId: string): Promise<void> {
  await whileStoreAnswers(() => redis.del(keys.trimHold(tenantId)));
}

/** Whether a ledger must not be trimmed now. @throws InventoryError REDIS_UNAVAILABLE */
export async function isTrimHeld(redis: HubRedis, tenantId: string): Promise<boolean> {
  return whileStoreAnswers(async () => (await redis.exists(keys.trimHold(tenantId))) === 1);
}

import type { RefusalWord } from '../core/errors';
import { guidOfKey, keyOfGuid } from '../core/identity';
import type { Level } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import { keys } from './keys';
import { openEntryId, packEntryId, packStoredLevel, STORED_LEVEL_BYTES } from './packedState';
import { unpackLevel, unpackTrail, type Trail } from './packing';
import { refusal } from './refusal';
import { run, whileStoreAnswers, type HubRedis } from './scripts';

/*
 * The checkpoint of a tenant: what the ledger entries that were trimmed add up to.
 */

const HEAD = Buffer.from('head');
const SCAN_COUNT = 1000;

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

/**
 * The ledger entry a tenant's checkpoint holds up to; empty when nothing was ever trimmed.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readCheckpointId(redis: HubRedis, tenantId: string): Promise<string> {
  const packed = await whileStoreAnswers(() => redis.hgetBuffer(keys.checkpoint(tenantId), 'head'));
  return openEntryId(packed);
}

/**
 * Items of a checkpoint by id, in the order asked for; null where there is none.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function readCheckpointItems(
  redis: HubRedis,
  tenantId: string,
  itemIds: readonly string[],
): Promise<(CheckpointItem | null)[]> {
  if (itemIds.length === 0) return [];
  const rows = await whileStoreAnswers(() =>
    redis.hmgetBuffer(keys.checkpoint(tenantId), ...itemIds.map(keyOfGuid)),
  );
  return rows.map((row, i) => (row ? openRow(itemIds[i]!, row) : null));
}

/**
 * All items of a checkpoint, in batches, in no order, each at least once. A checkpoint that moves
 * on meanwhile gives a mixture: compare `readCheckpointId` before and after.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function* scanCheckpoint(
  redis: HubRedis,
  tenantId: string,
): AsyncGenerator<CheckpointItem[]> {
  let cursor = '0';
  do {
    const [next, fields] = await whileStoreAnswers(() =>
      redis.hscanBuffer(keys.checkpoint(tenantId), cursor, 'COUNT', SCAN_COUNT),
    );
    cursor = next.toString();
    yield fields.flatMap((field, i) =>
      i % 2 === 1 || HEAD.equals(field) ? [] : [openRow(guidOfKey(field), fields[i + 1]!)],
    );
  } while (cursor !== '0');
}

function openRow(itemId: string, row: Buffer): CheckpointItem {
  return {
    itemId,
    level: unpackLevel(row),
    trail: unpackTrail(row),
    document: row.toString('utf8', STORED_LEVEL_BYTES),
  };
}

/** A step of trimming. */
export interface TrimLedger {
  tenantId: string;
  /** The checkpoint's entry as read; empty: there was none. */
  from: string;
  /** The last entry to take out of the ledger. */
  through: string;
  /** What the entries in between changed: up to 1,000 items. */
  items: readonly CheckpointChange[];
}

/**
 * Moves the checkpoint on and takes the entries it holds out of the ledger, in one step.
 *
 * @returns how many entries went
 * @throws InventoryError CHECKPOINT_CHANGED when it is not the one read, REDIS_UNAVAILABLE
 */
export async function trimLedger(
  redis: HubRedis,
  { tenantId, from, through, items }: TrimLedger,
): Promise<number> {
  const { timeMs, sequence } = ledgerIdParts(through);
  const [word, rest] = await run(redis, 'trimLedger', [
    keys.checkpoint(tenantId),
    keys.ledger(tenantId),
    from === '' ? '' : packEntryId(from),
    packEntryId(through),
    `${timeMs}-${sequence + 1}`,
    ...items.flatMap((item) => [keyOfGuid(item.itemId), item.level ? rowOf(item) : '']),
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

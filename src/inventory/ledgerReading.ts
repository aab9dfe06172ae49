import { InventoryError } from '../core/errors';
import { ledgerIdParts } from '../core/ledgerId';
import { holdTrim, readCheckpointHead, readCheckpointId } from '../redis/checkpoint';
import { releaseTrim, scanCheckpoint, sumDigests } from '../redis/checkpoint';
import type { HubRedis } from '../redis/commands';
import { keys } from '../redis/keys';
import type { CheckedEntry } from '../redis/ledgerEntry';
import { readCheckedLedger } from '../redis/reads';
import type { TenantSnapshot } from '../redis/snapshots';
import { expectSame, type DriftList } from './drift';
import { foldCheckpointItem, foldEntry, startFold, type LedgerFold } from './ledgerFold';

const MAX_ATTEMPTS = 10;

/** A ledger that is read from its checkpoint on, a part at a time. */
export interface LedgerReading {
  redis: HubRedis;
  tenantId: string;
  /** The entry the checkpoint held up to; empty: there was none. */
  checkpointId: string;
  fold: LedgerFold;
}

/**
 * Begins to read a ledger: with its checkpoint. Notes rows of it that can't be read, and when it is
 * not the one that trimming has left.
 *
 * @throws InventoryError CHECKPOINT_CHANGED when it moves on meanwhile, LEDGER_CONTRADICTS when it
 *   does not say where the ledger begins, REDIS_UNAVAILABLE
 */
export async function startReading(
  redis: HubRedis,
  tenantId: string,
  drift: DriftList,
): Promise<LedgerReading> {
  const head = await readCheckpointHead(redis, tenantId);
  const checkpointId = head?.id ?? '';
  const fold = startFold(drift, checkpointId);
  const strange = new Map<string, number>();
  let sum = 0;
  for await (const rows of scanCheckpoint(redis, tenantId)) {
    for (const { name, item, digest, bytes } of rows) {
      // A scan may give a row twice.
      if (fold.items.has(name) || strange.has(name)) continue;
      sum = sumDigests(sum, [], [digest]);
      if (item) foldCheckpointItem(fold, item);
      else strange.set(name, bytes);
    }
  }
  const reading = { redis, tenantId, checkpointId, fold };
  await expectUntrimmed(reading);
  const key = keys.checkpoint(tenantId);
  for (const [itemId, bytes] of strange) {
    expectSame(drift, { itemId, key }, 'row', `${bytes} bytes`, 'a level and a document');
  }
  expectSame(drift, { itemId: null, key }, 'sum', sum, head?.sum ?? 0);
  return reading;
}

/**
 * Reads the ledger on to where it ended in a snapshot, and no further.
 *
 * @param onEntries told of each batch after it was read
 * @throws InventoryError CHECKPOINT_CHANGED when entries that were not read yet are trimmed
 *   meanwhile, REDIS_UNAVAILABLE
 */
export async function readOn(
  reading: LedgerReading,
  { lastLedgerId }: Pick<TenantSnapshot, 'lastLedgerId'>,
  onEntries?: (entries: readonly CheckedEntry[]) => Promise<void>,
): Promise<void> {
  const { redis, tenantId, fold } = reading;
  if (fold.lastId === lastLedgerId) return;
  for await (const batch of readCheckedLedger(redis, tenantId, fold.lastId)) {
    if (batch[0]!.sequence !== fold.sequence + 1) await expectUntrimmed(reading);
    const end = batch.findIndex(({ id }) => id === lastLedgerId);
    const entries = end < 0 ? batch : batch.slice(0, end + 1);
    for (const entry of entries) foldEntry(fold, entry);
    if (onEntries) await onEntries(entries);
    if (end >= 0) return;
  }
}

/**
 * Makes sure that nothing was trimmed which the reading has not read.
 *
 * @throws InventoryError CHECKPOINT_CHANGED, REDIS_UNAVAILABLE
 */
async function expectUntrimmed({ redis, tenantId, checkpointId, fold }: LedgerReading) {
  const present = await readCheckpointId(redis, tenantId);
  if (present === checkpointId) return;
  if (fold.entries === 0 || ledgerIdParts(present).sequence > fold.sequence) {
    throw new InventoryError('CHECKPOINT_CHANGED');
  }
}

/**
 * Runs something that reads a ledger, again when the ledger was trimmed under it: then trimming
 * waits for it.
 */
export async function whileUntrimmed<T>(
  redis: HubRedis,
  tenantId: string,
  action: () => Promise<T>,
): Promise<T> {
  let held = false;
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        const changed = error instanceof InventoryError && error.code === 'CHECKPOINT_CHANGED';
        if (!changed || attempt === MAX_ATTEMPTS) throw error;
        // A step that has begun still ends, and another reader may let go.
        await holdTrim(redis, tenantId);
        held = true;
      }
    }
  } finally {
    if (held) await releaseTrim(redis, tenantId);
  }
}

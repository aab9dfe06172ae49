import { InventoryError } from '../core/errors';
import { ledgerIdParts } from '../core/ledgerId';
import type { LedgerEntry } from '../core/movement';
import { holdTrim, readCheckpointId, releaseTrim, scanCheckpoint } from '../redis/checkpoint';
import type { HubRedis } from '../redis/commands';
import { readLedger } from '../redis/reads';
import type { TenantSnapshot } from '../redis/snapshots';
import type { DriftList } from './drift';
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
 * Begins to read a ledger: with its checkpoint.
 *
 * @throws InventoryError CHECKPOINT_CHANGED when it moves on meanwhile, REDIS_UNAVAILABLE
 */
export async function startReading(
  redis: HubRedis,
  tenantId: string,
  drift: DriftList,
): Promise<LedgerReading> {
  const checkpointId = await readCheckpointId(redis, tenantId);
  const fold = startFold(drift, checkpointId);
  if (checkpointId !== '') {
    for await (const items of scanCheckpoint(redis, tenantId)) {
      for (const item of items) foldCheckpointItem(fold, item);
    }
  }
  const reading = { redis, tenantId, checkpointId, fold };
  await expectUntrimmed(reading);
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
  onEntries?: (entries: readonly LedgerEntry[]) => Promise<void>,
): Promise<void> {
  const { redis, tenantId, fold } = reading;
  if (fold.lastId === lastLedgerId) return;
  for await (const batch of readLedger(redis, tenantId, fold.lastId)) {
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

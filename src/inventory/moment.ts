import { setTimeout as pause } from 'node:timers/promises';
import { InventoryError, invalidInput } from '../core/errors';
import { isBefore, ledgerIdParts } from '../core/ledgerId';
import { comparePlacesInLedger, idOfPlace, placeAtTime } from '../core/ledgerPlace';
import { parseLedgerId, type LedgerPlace } from '../core/ledgerPlace';
import { readCheckpointId } from '../redis/checkpoint';
import type { WalkedHistory } from '../redis/history';
import type { InventoryDeps } from './deps';

/** A moment as callers name it: neither is now. */
export interface AskedMoment {
  /** All that happened up to it, its own millisecond included. */
  time?: Date | undefined;
  /** A ledger id: that movement and all before it. */
  movementId?: string | undefined;
}

/** The names a moment's two forms have in the caller's input. */
export interface MomentFields {
  time: string;
  movementId: string;
}

/** What is read of a moment, and when: the end of the ledger then, and Redis time. */
type ReadAt = Pick<WalkedHistory, 'head' | 'nowMs'> & {
  /** Entries that were looked for and are not there. */
  goneIds: readonly string[];
};

/**
 * Reads something as of a moment, again while its millisecond is not over: movements that belong to
 * it may still come.
 *
 * @param read given the moment as a place in the ledger; undefined: now
 * @returns what was read, and the place
 * @throws InventoryError INVALID_INPUT for a moment that has not come, CURSOR_GONE for one that is
 *   no longer kept, LEDGER_INCOMPLETE when entries after it are missing; what `read` throws;
 *   REDIS_UNAVAILABLE
 */
export async function readAsOf<T extends ReadAt>(
  deps: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  { asked, fields }: { asked: AskedMoment; fields: MomentFields },
  read: (place: LedgerPlace | undefined) => Promise<T>,
): Promise<{ place: LedgerPlace; read: T }> {
  const wanted = placeOf(asked, fields);
  for (;;) {
    const found = await read(wanted);
    if (!isRunning(asked, found)) {
      const place = wanted ?? found.head;
      checkPast(asked, fields, found, place);
      await checkKept(deps, tenantId, { asked, fields }, place, found.goneIds);
      return { place, read: found };
    }
    await pause(1);
  }
}

/** @throws InventoryError INVALID_INPUT */
function placeOf({ time, movementId }: AskedMoment, fields: MomentFields): LedgerPlace | undefined {
  if (time !== undefined && movementId !== undefined) {
    throw invalidInput(fields.movementId, movementId, `absent: ${fields.time} is given`);
  }
  if (movementId !== undefined) return parseLedgerId(movementId, fields.movementId);
  if (time === undefined) return undefined;
  if (!(time.getTime() >= 0)) throw invalidInput(fields.time, time, 'a time since 1970');
  return placeAtTime(time.getTime());
}

/** Whether a time was the present millisecond. The ledger's time is ahead when clocks go back. */
function isRunning({ time }: AskedMoment, { head, nowMs }: ReadAt): boolean {
  return time?.getTime() === nowMs && head.timeMs <= nowMs;
}

/** @throws InventoryError INVALID_INPUT for a moment that has not come */
function checkPast(
  { time, movementId }: AskedMoment,
  fields: MomentFields,
  { head, nowMs }: ReadAt,
  place: LedgerPlace,
): void {
  if (time) {
    const last = Math.max(nowMs, head.timeMs) - 1;
    if (time.getTime() <= last) return;
    throw invalidInput(fields.time, time, `no later than ${new Date(last).toISOString()}`);
  }
  if (place.timeMs <= head.timeMs && place.sequence <= head.sequence) return;
  throw invalidInput(fields.movementId, movementId, `no later than ${idOfPlace(head)}`);
}

/** @throws InventoryError CURSOR_GONE, LEDGER_INCOMPLETE, REDIS_UNAVAILABLE */
async function checkKept(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  { asked, fields }: { asked: AskedMoment; fields: MomentFields },
  place: LedgerPlace,
  goneIds: readonly string[],
): Promise<void> {
  // What was right when the checkpoint was made is known, and all that came after it.
  const checkpointId = await readCheckpointId(redis, tenantId);
  const hole = goneIds.find((id) => isBefore(checkpointId, id));
  if (hole !== undefined) {
    const message = `The ledger does not hold its entry ${hole}.`;
    throw new InventoryError('LEDGER_INCOMPLETE', message, { ledgerId: hole });
  }
  if (checkpointId === '' || comparePlacesInLedger(place, ledgerIdParts(checkpointId)) >= 0) return;
  const field = asked.time ? fields.time : fields.movementId;
  const since = new Date(ledgerIdParts(checkpointId).timeMs).toISOString();
  const shown = asked.time?.toISOString() ?? asked.movementId;
  const message = `${field} ${shown} is before ${since}: older movements are no longer kept`;
  throw new InventoryError('CURSOR_GONE', message, { field });
}

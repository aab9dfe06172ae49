import { invalidInput } from './errors';
import { ledgerIdParts } from './ledgerId';

/** A place in a ledger: what has an id up to it has happened, everything above has not. */
export interface LedgerPlace {
  /** Redis time, ms since 1970. */
  timeMs: number;
  sequence: number;
}

/** Largest sequence of a ledger id: 6 bytes. */
const MAX_SEQUENCE = 2 ** 48 - 1;
const MAX_TIME_MS = 2 ** 48 - 1;
const LEDGER_ID = /^(\d{1,15})-(\d{1,15})$/;

/** The place right after all that happened up to a time, its own millisecond included. */
export function placeAtTime(timeMs: number): LedgerPlace {
  return { timeMs, sequence: MAX_SEQUENCE };
}

/**
 * The place a caller names by a ledger id. No entry needs to have it.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function parseLedgerId(id: string, field: string): LedgerPlace {
  const [, time, sequence] = LEDGER_ID.exec(id) ?? [];
  const place = { timeMs: Number(time), sequence: Number(sequence) };
  if (!(place.timeMs <= MAX_TIME_MS && place.sequence <= MAX_SEQUENCE)) {
    throw invalidInput(field, id, 'a ledger id, <ms>-<sequence>');
  }
  return place;
}

/** The ledger id of a place. */
export function idOfPlace({ timeMs, sequence }: LedgerPlace): string {
  return `${timeMs}-${sequence}`;
}

/** Below zero when one is before other, as ledger ids are ordered. */
export function comparePlacesInLedger(one: LedgerPlace, other: LedgerPlace): number {
  return one.timeMs - other.timeMs || one.sequence - other.sequence;
}

/** Below zero when the entry of one id is older. */
export function compareLedgerIds(one: string, other: string): number {
  return comparePlacesInLedger(ledgerIdParts(one), ledgerIdParts(other));
}

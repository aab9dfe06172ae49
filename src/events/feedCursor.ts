import { invalidInput } from '../core/errors';

/*
 * A place in a tenant's events: the id of the ledger entry whose events are done, or, within an
 * entry, its id and how many of its events are done: `1750000000000-12+3`.
 */

/** The place before all events. */
export const FEED_START = '0-0';

const CURSOR = /^(\d{1,15})-(\d{1,15})(?:\+(\d{1,4}))?$/;

/** Where reading goes on. */
export interface FeedPlace {
  /** The entry that the cursor names: its events are done, or some of them. */
  ledgerId: string;
  /** The ledger is read after this id. */
  readAfter: string;
  /** How many events of the first entry read are done. */
  done: number;
}

/** The place after the nth of an entry's events. */
export function cursorAfter(ledgerId: string, done: number, count: number): string {
  return done >= count ? ledgerId : `${ledgerId}+${done}`;
}

/** @throws InventoryError INVALID_INPUT */
export function parseFeedCursor(cursor: string, field = 'after'): FeedPlace {
  const [, time, sequence, done] = CURSOR.exec(cursor) ?? [];
  if (time === undefined || sequence === undefined) {
    throw invalidInput(field, cursor, 'a cursor as events have it');
  }
  const ledgerId = `${time}-${sequence}`;
  if (done === undefined) return { ledgerId, readAfter: ledgerId, done: 0 };
  // Sequences rise by one: no entry lies between this id and the one that is under way.
  const readAfter = `${time}-${Math.max(0, Number(sequence) - 1)}`;
  return { ledgerId, readAfter, done: Number(done) };
}

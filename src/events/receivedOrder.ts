import type { WixRecord, WixState } from '../redis/wixItems';
import type { ReceivedEvent } from './receivedEvent';

/** What is kept of the order when an event is taken. */
export interface TakenPlace {
  /** Wix's `entityEventSequence` of the last event taken that had one. */
  sequence: bigint;
  state: WixState;
}

/**
 * The place of an event behind the last one taken about its item; null: it is out of date.
 *
 * Events with a sequence follow one another by it. One without is compared by the state of the item
 * that it tells: by its revision, else by its time. So is one with a sequence when the last one
 * taken had none: then both have to rise, but for a deletion, which leaves the state as it was. An
 * event that nothing compares is a first one (JSON leaves out a zero). A deletion without a
 * sequence is the last one so far.
 */
export function placeAfter(
  { type, sequence, state: told }: ReceivedEvent,
  record: WixRecord | null,
  known: WixState | null,
): TakenPlace | null {
  const last = record?.sequence ?? 0n;
  if (sequence === null) {
    const state = { ...told, sequenced: false };
    if (!record) return { sequence: 0n, state };
    if (type === 'deleted') return { sequence: last + 1n, state };
    return known && compareStates(told, known) > 0 ? { sequence: last, state } : null;
  }
  const place = { sequence, state: { ...told, sequenced: true } };
  if (!record) return place;
  if (sequence <= last) return null;
  if (type !== 'deleted' && known?.sequenced === false && areComparable(told, known)) {
    return compareStates(told, known) > 0 ? place : null;
  }
  return place;
}

type State = Pick<WixState, 'revision' | 'updatedMs'>;

/** Above zero when one is newer than the other, by what both tell; zero when nothing says so. */
function compareStates(one: State, other: State): number {
  if (one.revision > 0n && other.revision > 0n && one.revision !== other.revision) {
    return one.revision > other.revision ? 1 : -1;
  }
  return one.updatedMs > 0 && other.updatedMs > 0 ? one.updatedMs - other.updatedMs : 0;
}

function areComparable(one: State, other: State): boolean {
  return (one.revision > 0n && other.revision > 0n) || (one.updatedMs > 0 && other.updatedMs > 0);
}

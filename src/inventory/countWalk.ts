import { keyOfGuid } from '../core/identity';
import type { Level } from '../core/item';
import { isBefore, ledgerIdParts } from '../core/ledgerId';
import { comparePlacesInLedger, idOfPlace, placeAtTime } from '../core/ledgerPlace';
import type { LedgerPlace } from '../core/ledgerPlace';
import type { LedgerLine, MovementCause } from '../core/movement';
import { readHistory, scanLedger, STEPS_PER_CALL, type ClosedEntry } from '../redis/history';
import type { WalkedItem } from '../redis/history';
import type { InventoryDeps } from './deps';
import { levelBefore } from './historyWalk';

/** Items of one step back. */
const ITEMS_PER_STEP = 150;
/** Movements since a place that can be looked at: of the items together, or of the whole ledger. */
export const MAX_SINCE = 200_000;
/** Movements looked at back, or forth, at the most: a few are looked at twice. */
const MAX_LOOKED = MAX_SINCE + 10 * STEPS_PER_CALL;

/** An item as of a place in the ledger, and what was stated of it since. */
export interface ItemSince {
  itemId: string;
  /** As it is now; null: there is no such item. */
  present: Level | null;
  /** As of the place; null: it was not there. */
  then: Level | null;
  /**
   * Sum of what counts have added since that were taken as of the place or before it: the books
   * were wrong by it as of the place already.
   */
  corrected: number;
  /** Something later than the place has stated the quantity anew: a count, a set, a save. */
  superseded: boolean;
}

/** Items since a place, as of one moment. */
export interface Since {
  /** In the order asked for; undefined: there were too many movements to look at. */
  items: ItemSince[] | undefined;
  /** Where the ledger ended then. */
  head: LedgerPlace;
  /** Redis time then, ms since 1970. */
  nowMs: number;
  /** Entries that were looked for and are not there. */
  goneIds: string[];
}

/** How far an item's movements are known. */
interface Track extends Omit<ItemSince, 'then'> {
  key: Buffer;
  /** The entry from which it goes on back; null: its last, nothing was looked at. */
  next: string | null;
  /** The oldest line after the place that was seen from the present end. */
  oldestBack: LedgerLine | undefined;
  /** The oldest line after the place that was seen from the place. */
  oldestForth: LedgerLine | undefined;
}

/**
 * What the ledger says of items as of a place, and what was stated of their quantities since. Goes
 * back along the items' trails and forth from the place by turns, until both meet: it costs what
 * the shorter of the two ways does.
 *
 * @param wanted default: now
 * @throws InventoryError LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function walkSince(
  deps: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  itemIds: readonly string[],
  wanted: LedgerPlace | undefined,
): Promise<Since> {
  const tracks = itemIds.map((itemId): Track => {
    const seen = { present: null, corrected: 0, superseded: false, next: null };
    return {
      itemId,
      key: keyOfGuid(itemId),
      ...seen,
      oldestBack: undefined,
      oldestForth: undefined,
    };
  });
  const since: Since = {
    items: undefined,
    head: { timeMs: 0, sequence: 0 },
    nowMs: 0,
    goneIds: [],
  };
  let open = tracks;
  let frontier = wanted ?? placeAtTime(Number.MAX_SAFE_INTEGER);
  let [back, forth] = [0, 0];
  for (let round = 1; open.length > 0; round += 1) {
    if (Math.max(back, forth) >= MAX_LOOKED) return since;
    const some = open.slice(0, ITEMS_PER_STEP);
    const walks = some.map(({ itemId, next }) => ({ itemId, from: next }));
    const bounds = { stepsPerItem: STEPS_PER_CALL, notAbove: frontier };
    const { head, nowMs, items } = await readHistory(deps.redis, tenantId, walks, bounds);
    if (round === 1) Object.assign(since, { head, nowMs });
    for (const { taken } of items) back += taken;
    const place = wanted ?? since.head;
    if (round === 1) frontier = place;
    const done = new Set(some.filter((track, i) => takeBack(track, items[i]!, place)));
    since.goneIds.push(...items.flatMap(goneId));
    open = open.filter((track) => !done.has(track));
    if (open.length > 0) {
      const entries = await entriesAfter(deps, tenantId, frontier);
      takeForth(open, entries, place);
      forth += entries.length;
      if (entries.length > 0) frontier = ledgerIdParts(entries.at(-1)!.id);
      open = open.filter((track) => !isMet(track, frontier));
    }
  }
  return { ...since, items: tracks.map(itemSince) };
}

/** Takes steps back; returns whether there are no more up to where those forth have come. */
function takeBack(track: Track, walked: WalkedItem, place: LedgerPlace): boolean {
  const { level, ended, nextEntryId, steps } = walked;
  if (track.next === null) track.present = level;
  // The entry that was reached is none that comes after.
  for (const { line, ...step } of ended === 'reached' ? steps.slice(0, -1) : steps) {
    note(track, step, line, place);
    track.oldestBack = line;
  }
  track.next = nextEntryId;
  return ended !== 'more';
}

function goneId({ ended, nextEntryId }: WalkedItem): string[] {
  return ended === 'gone' && nextEntryId !== null ? [nextEntryId] : [];
}

async function entriesAfter(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  place: LedgerPlace,
): Promise<ClosedEntry[]> {
  const stretch = { oldest: `(${idOfPlace(place)}`, newest: '+', newestFirst: false };
  for await (const batch of scanLedger(redis, tenantId, stretch, STEPS_PER_CALL)) return batch;
  return [];
}

/** Takes the next entries after the place, for the items that steps back have not got to them. */
function takeForth(
  open: readonly Track[],
  entries: readonly ClosedEntry[],
  place: LedgerPlace,
): void {
  const tracks = new Map(open.map((track) => [track.key.toString('latin1'), track]));
  for (const entry of entries) {
    if (!entry.someItem((key) => tracks.has(key.toString('latin1')))) continue;
    const { lines, ...cause } = entry.open();
    for (const line of lines) {
      const track = tracks.get(keyOfGuid(line.itemId).toString('latin1'));
      if (!track || line.ignored) continue;
      if (track.next !== null && isBefore(track.next, entry.id)) continue;
      note(track, cause, line, place);
      // What was before its creation is another life of the item.
      if (line.created || !track.oldestForth) track.oldestForth = line;
    }
  }
}

/** Whether the steps forth have come to the next one back. */
function isMet({ next }: Track, frontier: LedgerPlace): boolean {
  return next !== null && comparePlacesInLedger(ledgerIdParts(next), frontier) <= 0;
}

/** Notes what a line states of an item's quantity. */
function note(
  track: Track,
  cause: MovementCause & { id: string },
  line: LedgerLine,
  place: LedgerPlace,
) {
  const { operation, asOf = cause.id } = cause;
  if (operation === 'COUNT') {
    const isNewer = comparePlacesInLedger(ledgerIdParts(asOf), place) > 0;
    if (isNewer) track.superseded = true;
    else track.corrected += line.delta;
  } else if (operation === 'SET' || (line.levelBefore && line.delta !== 0)) {
    track.superseded = true;
  }
}

function itemSince({ oldestBack, oldestForth, ...track }: Track): ItemSince {
  const { itemId, present, corrected, superseded } = track;
  const oldest = oldestBack?.created ? oldestBack : (oldestForth ?? oldestBack);
  const then = oldest ? levelBefore({ line: oldest }) : present;
  return { itemId, present, then, corrected, superseded };
}

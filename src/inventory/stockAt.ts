import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { Level } from '../core/item';
import { idOfPlace, placeAtTime, type LedgerPlace } from '../core/ledgerPlace';
import type { LedgerEntry, LedgerLine } from '../core/movement';
import { isWholeNumber } from '../core/quantity';
import { readCheckpointItems } from '../redis/checkpoint';
import { scanLedger, STEPS_PER_CALL } from '../redis/history';
import type { WalkedHistory, WalkedItem } from '../redis/history';
import { readEntries } from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import { levelBefore, MAX_STEPS, MAX_STEPS_TOGETHER, walkItems } from './historyWalk';
import { readAsOf, type AskedMoment } from './moment';

/** Items of one question, at the most. */
export const MAX_ITEMS_AT = 250;
/** Ledger entries that a question may look at beside items' trails. */
const MAX_ENTRIES = 20_000;

/** An item's stock at a moment. */
export interface StockAt {
  itemId: string;
  /** Null: there was no such item. */
  level: Level | null;
  /**
   * False: the item may have been there before it was deleted or created again; too many movements
   * lie between to know.
   */
  exact: boolean;
}

/** Items' stock at a moment. */
export interface StockMoment {
  /** The moment as a place in the ledger. */
  place: LedgerPlace;
  /** In the order asked for. */
  items: StockAt[];
}

/**
 * What items' stock was at a moment, whatever happened since: 1..250 items. An item with few
 * movements since is found from its present end, one with many from the moment on.
 *
 * @throws InventoryError INVALID_INPUT also for a moment that has not come, CURSOR_GONE for one
 *   that is no longer kept, LEDGER_INCOMPLETE, LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function stockAt(
  deps: InventoryDeps,
  tenantId: string,
  itemIds: readonly string[],
  asked: AskedMoment,
): Promise<StockMoment> {
  if (!isWholeNumber(itemIds.length, 1, MAX_ITEMS_AT)) {
    throw invalidInput('itemIds', itemIds.length, `1..${MAX_ITEMS_AT} ids`);
  }
  itemIds.forEach((id, i) => {
    if (!isGuid(id)) throw invalidInput(`itemIds[${i}]`, id, 'a GUID');
  });
  const ids = [...new Set(itemIds.map((id) => id.toLowerCase()))];
  const moment = { asked, fields: { time: 'time', movementId: 'movementId' } };
  const { place, read } = await readAsOf(deps, tenantId, moment, async (wanted) => {
    const walked = await walkTo(deps, tenantId, ids, wanted);
    return { ...walked, goneIds: walked.items.flatMap(goneId) };
  });

  const found = new Map<string, Found>();
  const open: WalkedItem[] = [];
  for (const item of read.items) {
    const known = fromWalk(item);
    if (known) found.set(item.itemId, known);
    else open.push(item);
  }
  for (const [id, known] of await searchOn(deps, tenantId, open, place)) found.set(id, known);
  const before = await levelsBefore(deps, tenantId, [...found.values()]);
  return {
    place,
    items: itemIds.map((id) => {
      const { level = null, line, exact = true } = found.get(id.toLowerCase())!;
      return { itemId: id.toLowerCase(), level: line ? before.get(line)! : level, exact };
    }),
  };
}

/** What was found of an item: its level, or the line right before which it is asked for. */
interface Found {
  level?: Level | null;
  line?: LedgerLine;
  exact?: boolean;
}

/** Items' walks back to a place (default: the present end), of each the last step. */
function walkTo(
  deps: InventoryDeps,
  tenantId: string,
  itemIds: readonly string[],
  notAbove: LedgerPlace | undefined,
): Promise<WalkedHistory> {
  const walks = itemIds.map((itemId) => ({ itemId, from: null }));
  const now = placeAtTime(Number.MAX_SAFE_INTEGER);
  const end = { notAbove: notAbove ?? now, keepLast: 1 };
  return walkItems(deps, tenantId, walks, { stepsPerItem: STEPS_PER_CALL, ...end });
}

/** The entry that a walk looked for and that is not there. */
function goneId({ ended, nextEntryId }: WalkedItem): string[] {
  return ended === 'gone' && nextEntryId !== null ? [nextEntryId] : [];
}

/** What a walk says of the place it went to; undefined: it did not get there. */
function fromWalk({ level, ended, steps }: WalkedItem): Found | undefined {
  const last = steps.at(-1);
  if (ended === 'reached') return { level: last!.line.level };
  // Its last movement is no longer kept: it has been as it is since.
  if (ended === 'gone') return last ? { line: last.line } : { level };
  return undefined;
}

/** Levels right before lines before which nothing is kept: the checkpoint has them. */
async function levelsBefore(
  { redis }: InventoryDeps,
  tenantId: string,
  found: readonly Found[],
): Promise<Map<LedgerLine, Level | null>> {
  const lines = found.flatMap(({ line }) => line ?? []);
  const ids = lines.map(({ itemId }) => itemId);
  const kept = await readCheckpointItems(redis, tenantId, ids);
  return new Map(
    lines.map((line, i) => {
      const item = kept[i];
      // The checkpoint may have moved on meanwhile.
      const right = item?.trail.lastEntryId === line.previousEntryId;
      return [line, right && !line.created ? item.level : levelBefore({ line })];
    }),
  );
}

/**
 * Looks for the first movement of each item after a place: the one before it says what was. Items
 * that are not found were not there, as far as it looked.
 */
async function searchOn(
  deps: InventoryDeps,
  tenantId: string,
  items: readonly WalkedItem[],
  place: LedgerPlace,
): Promise<Map<string, Found>> {
  if (items.length === 0) return new Map();
  const { next, complete } = await nextLines(deps, tenantId, items, place);
  const ids = [...next.values()].flatMap(({ previousEntryId }) => previousEntryId ?? []);
  const entries = new Map<string, LedgerEntry>();
  for (const entry of await readEntries(deps.redis, tenantId, [...new Set(ids)])) {
    if (entry) entries.set(entry.id, entry);
  }
  const lost = items.filter(({ itemId, ended }) => ended === 'more' && !next.has(itemId));
  const found = await walkOn(deps, tenantId, lost, place);
  for (const { itemId, ended } of items) {
    const line = next.get(itemId);
    if (line) found.set(itemId, rightBefore(line, entries));
    else if (ended !== 'more') found.set(itemId, { level: null, exact: complete });
  }
  return found;
}

function rightBefore(line: LedgerLine, entries: ReadonlyMap<string, LedgerEntry>): Found {
  if (line.ignored) return { level: line.level };
  if (line.created || line.previousEntryId === null) return { level: null };
  const previous = entries.get(line.previousEntryId);
  const same = previous?.lines.find((other) => other.itemId === line.itemId && !other.ignored);
  return same ? { level: same.level } : { line };
}

async function nextLines(
  { redis }: InventoryDeps,
  tenantId: string,
  items: readonly WalkedItem[],
  place: LedgerPlace,
): Promise<{ next: Map<string, LedgerLine>; complete: boolean }> {
  const open = new Set(items.map(({ itemId }) => keyOfGuid(itemId).toString('latin1')));
  const next = new Map<string, LedgerLine>();
  const isOpen = (key: Buffer) => open.has(key.toString('latin1'));
  const stretch = { oldest: `(${idOfPlace(place)}`, newest: '+', newestFirst: false };
  let looked = 0;
  for await (const batch of scanLedger(redis, tenantId, stretch)) {
    for (const entry of batch) {
      if (!entry.someItem(isOpen)) continue;
      for (const line of entry.open().lines) {
        if (!open.delete(keyOfGuid(line.itemId).toString('latin1'))) continue;
        next.set(line.itemId, line);
      }
    }
    if (open.size === 0) return { next, complete: true };
    looked += batch.length;
    if (looked >= MAX_ENTRIES) return { next, complete: false };
  }
  return { next, complete: true };
}

/**
 * Goes on with the walks of items that rested for long and have moved often since.
 *
 * @throws InventoryError INVALID_INPUT when there is too much to walk, REDIS_UNAVAILABLE
 */
async function walkOn(
  deps: InventoryDeps,
  tenantId: string,
  items: readonly WalkedItem[],
  notAbove: LedgerPlace,
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  if (items.length === 0) return found;
  const walks = items.map(({ itemId, nextEntryId }) => ({ itemId, from: nextEntryId }));
  const bounds = { stepsPerItem: MAX_STEPS, notAbove, keepLast: 1 };
  for (const item of (await walkItems(deps, tenantId, walks, bounds)).items) {
    const known = item.ended === 'first' ? { level: null } : fromWalk(item);
    if (!known) {
      const message =
        `itemIds must be items with up to ${MAX_STEPS} movements each since then, and up to ` +
        `${MAX_STEPS_TOGETHER} together`;
      throw new InventoryError('INVALID_INPUT', message, { field: 'itemIds' });
    }
    found.set(item.itemId, known);
  }
  return found;
}

import { keyOfGuid } from '../core/identity';
import type { Level } from '../core/item';
import { ledgerIdParts } from '../core/ledgerId';
import type { LedgerPlace } from '../core/ledgerPlace';
import type { LedgerEntry, LedgerLine, MovementCause } from '../core/movement';
import { keys } from './keys';
import { packEntryId, unpackHead } from './packedState';
import { openCause, openLines, parseCause, unreadableEntry } from './ledgerEntry';
import { LEDGER_LINE_BYTES, unpackEntryId } from './packing';
import { unpackLedgerLines, unpackLevel } from './packing';
import { run, whileStoreAnswers, type HubRedis } from './scripts';

/** Steps of one script call, at the most: each reads a ledger entry while all others wait. */
export const STEPS_PER_CALL = 250;

/** An item's way back through the ledger. */
export interface Walk {
  itemId: string;
  /** The entry to begin at, itself included; null: the item's last. */
  from: string | null;
}

/** What one movement did to one item. */
export interface HistoryStep extends MovementCause {
  /** Ledger id. */
  id: string;
  /** Redis time, ms since 1970. */
  timeMs: number;
  sequence: number;
  line: LedgerLine;
}

/**
 * Why a walk ended: nothing is older; it came to the place asked for; the next entry is no longer
 * kept; it has taken its steps.
 */
export type WalkEnd = 'first' | 'reached' | 'gone' | 'more';

/** How far an item's walk came. */
export interface WalkedItem {
  itemId: string;
  /** As it is now; null: there is no such item. */
  level: Level | null;
  ended: WalkEnd;
  /** The next older entry about the item; null: none. */
  nextEntryId: string | null;
  /** Newest first. */
  steps: HistoryStep[];
}

/** Walks read at one moment. */
export interface WalkedHistory {
  /** Where the ledger ended then; zeros: it was empty. */
  head: LedgerPlace;
  /** Redis time then, ms since 1970. */
  nowMs: number;
  /** In the order asked for. */
  items: WalkedItem[];
}

/** How far walks go. */
export interface WalkBounds {
  /** Most steps of an item. */
  stepsPerItem: number;
  /** A walk ends with the first entry that is not above; default: with the item's first. */
  notAbove?: LedgerPlace | undefined;
}

/**
 * Walks items' entries from newer to older ones: 1..250 items, at most 250 steps of all together.
 * One script call.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, REDIS_UNAVAILABLE
 */
export async function readHistory(
  redis: HubRedis,
  tenantId: string,
  walks: readonly Walk[],
  { stepsPerItem, notAbove = { timeMs: 0, sequence: 0 } }: WalkBounds,
): Promise<WalkedHistory> {
  const begins = walks.map(({ itemId, from }) => {
    return Buffer.concat([keyOfGuid(itemId), packEntryId(from ?? '')]);
  });
  const reply = (await run(redis, 'readHistory', [
    keys.levels(tenantId),
    keys.ledger(tenantId),
    Buffer.concat(begins),
    stepsPerItem,
    STEPS_PER_CALL,
    notAbove.timeMs,
    notAbove.sequence,
  ])) as unknown[];
  const [, head, now, walked] = reply as [Buffer, Buffer, Buffer, unknown[]];
  const { timeMs, sequence } = unpackHead(head) ?? { timeMs: 0, sequence: 0 };
  return {
    head: { timeMs, sequence },
    nowMs: Number(now.toString()),
    items: walks.map(({ itemId }, i) => walkedItem(itemId, walked.slice(5 * i, 5 * i + 5))),
  };
}

function walkedItem(itemId: string, values: unknown[]): WalkedItem {
  const [level, end, next, count, parts] = values as [Buffer, Buffer, Buffer, number, Buffer[]];
  const ended = end.toString() as WalkEnd | 'unreadable';
  const nextEntryId = unpackEntryId(next, 0);
  if (ended === 'unreadable') throw unreadableEntry(nextEntryId!, 'it is damaged');
  return {
    itemId,
    level: level.length > 0 ? unpackLevel(level) : null,
    ended,
    nextEntryId,
    steps: Array.from({ length: count }, (_, i) => step(parts.slice(4 * i, 4 * i + 4))),
  };
}

function step(parts: Buffer[]): HistoryStep {
  const [id, movement, packed, before] = parts as [Buffer, Buffer, Buffer, Buffer];
  const line = unpackLedgerLines(packed)[0]!;
  const levelBefore = before.length > 0 ? unpackLevel(before) : undefined;
  if (levelBefore && levelBefore.revision !== 0) line.levelBefore = levelBefore;
  const name = id.toString();
  return { ...parseCause(name, movement), id: name, ...ledgerIdParts(name), line };
}

/** A ledger entry of which only the cause was opened. */
export interface ClosedEntry {
  id: string;
  cause: MovementCause;
  /**
   * Whether one of its lines, ignored ones too, is about an item of which the test holds. `there`:
   * there was such an item; else the line was ignored.
   */
  someItem: (test: (key: Buffer, there: boolean) => boolean) => boolean;
  /** Whether its lines have documents. */
  hasDocuments: boolean;
  open: () => LedgerEntry;
}

/** A stretch of the ledger. */
export interface LedgerStretch {
  /** Oldest and newest id, in the words of XRANGE: `-`, `+`, `(<id>`, `<id>` or `<ms>`. */
  oldest: string;
  newest: string;
  newestFirst: boolean;
}

/**
 * The entries of a stretch of the ledger, in batches.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, REDIS_UNAVAILABLE
 */
export async function* scanLedger(
  redis: HubRedis,
  tenantId: string,
  stretch: LedgerStretch,
  batchSize = 250,
): AsyncGenerator<ClosedEntry[]> {
  let { oldest, newest } = stretch;
  const ledger = keys.ledger(tenantId);
  for (;;) {
    const [start, end] = [oldest, newest];
    const entries = await whileStoreAnswers(() =>
      stretch.newestFirst
        ? redis.xrevrangeBuffer(ledger, end, start, 'COUNT', batchSize)
        : redis.xrangeBuffer(ledger, start, end, 'COUNT', batchSize),
    );
    if (entries.length > 0) yield entries.map(([id, fields]) => closedEntry(id.toString(), fields));
    if (entries.length < batchSize) return;
    const last = `(${entries.at(-1)![0].toString()}`;
    if (stretch.newestFirst) newest = last;
    else oldest = last;
  }
}

/**
 * Ledger entries by id, in the order asked for, without those that are no longer kept. One round
 * trip.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, REDIS_UNAVAILABLE
 */
export async function readClosedEntries(
  redis: HubRedis,
  tenantId: string,
  ids: readonly string[],
): Promise<ClosedEntry[]> {
  const replies = await whileStoreAnswers(() =>
    Promise.all(ids.map((id) => redis.xrangeBuffer(keys.ledger(tenantId), id, id))),
  );
  return replies.flat().map(([id, fields]) => closedEntry(id.toString(), fields));
}

function closedEntry(id: string, fields: Buffer[]): ClosedEntry {
  const opened = openCause(id, fields);
  return {
    id,
    cause: opened.cause,
    someItem: (test) => someItemOf(opened.lines, test),
    hasDocuments: opened.fields.has('documents') || opened.fields.has('documentsBefore'),
    open: () => openLines(id, opened),
  };
}

function someItemOf(lines: Buffer, test: (key: Buffer, there: boolean) => boolean): boolean {
  for (let at = 0; at < lines.length; at += LEDGER_LINE_BYTES) {
    // Every item has a revision.
    const there = lines.readUIntLE(at + 17, 5) !== 0;
    if (test(lines.subarray(at, at + 16), there)) return true;
  }
  return false;
}

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
/**
 * Bytes of ledger entries after which a script call reads no more: an entry of 1,000 lines is over
 * 100 kB. Each call takes one step at the least.
 */
const BYTES_PER_CALL = 1_000_000;
/** Largest time of a ledger id, ms: six bytes. */
const MAX_PACKED = 2 ** 48 - 1;

/** An item's way back through the ledger. */
export interface Walk {
  itemId: string;
  /** The entry to begin at, itself included; null: the item's last. */
  from: string | null;
  /** Its own bounds; default: those of all walks. */
  steps?: number;
  notAbove?: LedgerPlace | undefined;
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
  /** How many steps it took. */
  taken: number;
  /** Newest first: all, or the last of them. */
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
  /** How many of the last steps of each walk are told; default: all. */
  keepLast?: number | undefined;
}

/**
 * Walks items' entries from newer to older ones: 1..250 items, at most 250 steps of all together,
 * and fewer where entries are large. One script call.
 *
 * @throws InventoryError LEDGER_CONTRADICTS naming an entry that can't be read, REDIS_UNAVAILABLE
 */
export async function readHistory(
  redis: HubRedis,
  tenantId: string,
  walks: readonly Walk[],
  { stepsPerItem, notAbove, keepLast }: WalkBounds,
): Promise<WalkedHistory> {
  const begins = walks.map((walk) => packWalk({ steps: stepsPerItem, notAbove, ...walk }));
  const reply = (await run(redis, 'readHistory', [
    keys.levels(tenantId),
    keys.ledger(tenantId),
    Buffer.concat(begins),
    STEPS_PER_CALL,
    BYTES_PER_CALL,
  ])) as unknown[];
  const [, head, now, walked] = reply as [Buffer, Buffer, Buffer, unknown[]];
  const { timeMs, sequence } = unpackHead(head) ?? { timeMs: 0, sequence: 0 };
  const causes: Causes = new Map();
  return {
    head: { timeMs, sequence },
    nowMs: Number(now.toString()),
    items: walks.map(({ itemId }, i) =>
      walkedItem(itemId, walked.slice(5 * i, 5 * i + 5), causes, keepLast),
    ),
  };
}

function packWalk({ itemId, from, steps, notAbove }: Walk & { steps: number }): Buffer {
  const { timeMs, sequence } = notAbove ?? { timeMs: 0, sequence: 0 };
  const bounds = Buffer.alloc(16);
  bounds.writeUInt32LE(steps, 0);
  // Entries' own times have six bytes too: what is past the largest is past them all.
  bounds.writeUIntLE(Math.min(timeMs, MAX_PACKED), 4, 6);
  bounds.writeUIntLE(sequence, 10, 6);
  return Buffer.concat([keyOfGuid(itemId), packEntryId(from ?? ''), bounds]);
}

/** What entries say of all their lines, by id. Several items may have one: it is opened once. */
type Causes = Map<string, Omit<HistoryStep, 'line'>>;

function walkedItem(
  itemId: string,
  values: unknown[],
  causes: Causes,
  keepLast = Infinity,
): WalkedItem {
  const [level, end, next, taken, parts] = values as [Buffer, Buffer, Buffer, number, Buffer[]];
  const ended = end.toString() as WalkEnd | 'unreadable';
  const nextEntryId = unpackEntryId(next, 0);
  if (ended === 'unreadable') throw unreadableEntry(nextEntryId!, 'it is damaged');
  const steps: HistoryStep[] = [];
  for (let i = 0; i < taken; i += 1) {
    const [id, movement, packed, before] = parts.slice(4 * i, 4 * i + 4) as Step;
    // Also of a step that is not told: an entry that can't be read is.
    const cause = causeOf(causes, id.toString('latin1'), movement);
    if (i >= taken - keepLast) steps.push({ ...cause, line: lineOf(packed, before) });
  }
  return {
    itemId,
    level: level.length > 0 ? unpackLevel(level) : null,
    ended,
    nextEntryId,
    taken,
    steps,
  };
}

/** Of a step: entry id, movement, ledger line, the numbers before. */
type Step = [id: Buffer, movement: Buffer, line: Buffer, before: Buffer];

function causeOf(causes: Causes, id: string, movement: Buffer): Omit<HistoryStep, 'line'> {
  let cause = causes.get(id);
  if (!cause) {
    cause = { ...parseCause(id, movement), id, ...ledgerIdParts(id) };
    causes.set(id, cause);
  }
  return cause;
}

function lineOf(packed: Buffer, before: Buffer): LedgerLine {
  const line = unpackLedgerLines(packed)[0]!;
  const levelBefore = before.length > 0 ? unpackLevel(before) : undefined;
  if (levelBefore && levelBefore.revision !== 0) line.levelBefore = levelBefore;
  return line;
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

import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { Level } from '../core/item';
import { idOfPlace, type LedgerPlace } from '../core/ledgerPlace';
import type { LedgerEntry, MovementCause, MovementLine } from '../core/movement';
import { checkEach } from '../core/problems';
import { isWholeNumber, MAX_LINES, QUANTITY_LIMIT } from '../core/quantity';
import { keepIdleCall, type CallRecord } from '../redis/callRecord';
import { postMovement } from '../redis/commands';
import type { WalkedHistory, WalkedItem } from '../redis/history';
import { ledgerEntry } from '../redis/packing';
import { readLevels } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { levelBefore, MAX_STEPS } from './historyWalk';
import { callOf, earlierCall } from './keyedInput';
import { nameLines } from './nameLines';
import { movementById } from './orders';
import { checkReference, type ChangeCause } from './postChange';
import { withSettings } from './settings';
import { checkMoment, placeOf, walkTo, type AskedMoment } from './stockAt';

/** What was counted of an item. */
export interface CountedLine {
  itemId: string;
  /** 0..1,000,000,000. */
  countedQuantity: number;
}

/** A stock take. */
export interface CountStock {
  /** 1..300, each item once. */
  lines: readonly CountedLine[];
  /** The moment the count is of; default now. */
  asOf: AskedMoment;
  cause: Omit<ChangeCause, 'reason'>;
}

/** What a stock take found of an item. */
export interface CountedItem extends CountedLine {
  /** Units on hand as of the count, as the hub knew them. */
  expectedQuantity: number;
  /** Counted less expected: what was added. */
  difference: number;
  /** Units on hand right now, sales since the count taken off; null: the item is gone. */
  presentQuantity: number | null;
}

/** What became of a stock take. */
export interface CountOutcome {
  /** Ledger id of the place it was counted as of. */
  asOf: string;
  /** In the order of the input. */
  items: CountedItem[];
  /** Null: everything was as expected. */
  movement: LedgerEntry | null;
  /** The result was recorded by an earlier call with the same key; nothing changed now. */
  replayed: boolean;
}

/** Items that one walk takes: two take all. */
const ITEMS_PER_WALK = MAX_LINES / 2;
/** Names of the moment in the caller's input. */
const FIELDS = { time: 'input.asOfTime', movementId: 'input.asOfMovementId' };

/**
 * Takes stock: what was counted is compared with what there was at the moment of the count, and the
 * differences are added to what there is now. So movements since the count stay. An item may fall
 * below zero: more was sold since than was counted.
 *
 * @throws InventoryError INVALID_INPUT that tells of every wrong line, also for a moment that has
 *   not come or is before an item's creation, CURSOR_GONE for one that is no longer kept,
 *   UNKNOWN_ITEM, ITEM_NOT_TRACKED, QUANTITY_OUT_OF_RANGE, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function countStock(
  deps: InventoryDeps,
  tenantId: string,
  count: CountStock,
): Promise<CountOutcome> {
  checkLines(count.lines);
  checkReference(count.cause.reference);
  const place = placeOf(count.asOf, FIELDS);
  const { call } = callOf(deps, count.cause, inputOf(count));
  const earlier = await earlierCall(deps, tenantId, call);
  if (earlier) return replay(deps, tenantId, count, earlier);
  const { asOf, expected } = await expectedQuantities(deps, tenantId, count, place);
  const lines = count.lines.map(({ itemId, countedQuantity }, i): MovementLine => {
    const units = countedQuantity - expected[i]!;
    const stockOnly = { absolute: false, compareQuantity: null };
    return { key: keyOfGuid(itemId), units, guard: 'unrestricted', stockOnly };
  });
  if (lines.every(({ units }) => units === 0)) {
    const kept = !call || (await keepIdleCall(deps.redis, tenantId, { ...call, kept: asOf }));
    // Another call with the key was faster.
    if (!kept) return countStock(deps, tenantId, count);
    return outcomeOf(deps, tenantId, count, { asOf, movement: null, replayed: false });
  }
  const cause = causeOf(count, asOf);
  const posted = await withSettings(deps, tenantId, ({ revision }) =>
    postMovement(deps.redis, {
      tenantId,
      lines: lines.filter(({ units }) => units !== 0),
      cause,
      settingsRevision: revision,
      retentionMs: deps.retentionMs,
      ...(call && { call }),
    }),
  ).catch((error: unknown) => {
    throw nameLines(error, lines);
  });
  if (posted.replayed) {
    return replay(deps, tenantId, count, { ledgerId: posted.ledgerId, kept: '' });
  }
  const movement = ledgerEntry(posted.ledgerId, cause, posted.lines());
  return outcomeOf(deps, tenantId, count, { asOf, movement, replayed: false });
}

function checkLines(lines: readonly CountedLine[]): void {
  if (!isWholeNumber(lines.length, 1, MAX_LINES)) {
    throw invalidInput('input.lines', lines.length, `1..${MAX_LINES} entries`);
  }
  const seen = new Set<string>();
  checkEach(lines, ({ itemId, countedQuantity }, i) => {
    const place = `input.lines[${i}]`;
    if (!isGuid(itemId)) throw invalidInput(`${place}.itemId`, itemId, 'a GUID');
    if (!isWholeNumber(countedQuantity, 0, QUANTITY_LIMIT)) {
      throw invalidInput(`${place}.countedQuantity`, countedQuantity, `0..${QUANTITY_LIMIT}`);
    }
    if (seen.has(itemId.toLowerCase())) {
      throw invalidInput(`${place}.itemId`, itemId, 'an item that no other line names');
    }
    seen.add(itemId.toLowerCase());
  });
}

function inputOf({ lines, asOf, cause }: CountStock) {
  const counted = lines.map(({ itemId, countedQuantity }) => {
    return [itemId.toLowerCase(), countedQuantity];
  });
  return ['COUNT', counted, asOf.time?.getTime(), asOf.movementId, cause.reference];
}

function causeOf({ cause }: CountStock, asOf: string): MovementCause {
  const { actor, requestId, reference } = cause;
  const counted = { operation: 'COUNT', reason: 'COUNT', actor, requestId, asOf } as const;
  return { ...counted, ...(reference !== undefined && { reference }) };
}

/** Units on hand at the moment of a count, by place in its lines. */
async function expectedQuantities(
  deps: InventoryDeps,
  tenantId: string,
  { lines, asOf }: CountStock,
  place: LedgerPlace | undefined,
): Promise<{ asOf: string; expected: number[] }> {
  const ids = lines.map(({ itemId }) => itemId.toLowerCase());
  const walked: WalkedHistory = { head: { timeMs: 0, sequence: 0 }, nowMs: 0, items: [] };
  // Without a moment all items must be as of the first walk's.
  for (let at = 0; at < ids.length; at += ITEMS_PER_WALK) {
    const until = place ?? (at === 0 ? undefined : walked.head);
    const some = ids.slice(at, at + ITEMS_PER_WALK);
    const more = await walkTo(deps, tenantId, some, until, MAX_STEPS);
    if (at === 0) Object.assign(walked, { head: more.head, nowMs: more.nowMs });
    walked.items.push(...more.items);
  }
  const moment = place ?? walked.head;
  await checkMoment(deps, tenantId, walked, asOf, moment, FIELDS);
  checkPresent(walked.items);
  const expected = checkEach(walked.items, (item, i) => expectedOf(item, i, asOf));
  return { asOf: idOfPlace(moment), expected };
}

/** @throws InventoryError UNKNOWN_ITEM, ITEM_NOT_TRACKED */
function checkPresent(items: readonly WalkedItem[]): void {
  refuse('UNKNOWN_ITEM', items, ({ level }) => level === null);
  refuse('ITEM_NOT_TRACKED', items, ({ level }) => !level!.tracked);
}

function refuse(
  code: 'UNKNOWN_ITEM' | 'ITEM_NOT_TRACKED',
  items: readonly WalkedItem[],
  test: (item: WalkedItem) => boolean,
): void {
  const lines = items.flatMap((item, i) => (test(item) ? [i] : []));
  if (lines.length === 0) return;
  const itemIds = lines.map((i) => items[i]!.itemId);
  throw new InventoryError(code, undefined, { itemIds, lines });
}

/** @throws InventoryError INVALID_INPUT, ITEM_NOT_TRACKED */
function expectedOf({ itemId, level, ended, steps }: WalkedItem, i: number, asOf: AskedMoment) {
  const field = `input.lines[${i}].itemId`;
  const moment = asOf.time?.toISOString() ?? asOf.movementId;
  if (ended === 'first') {
    throw invalidInput(field, itemId, `an item that was there at ${moment}`);
  }
  if (ended === 'more') {
    const bound = `an item with up to ${MAX_STEPS} movements since ${moment}`;
    throw invalidInput(field, itemId, bound);
  }
  const last = steps.at(-1);
  const then: Level = last ? (ended === 'reached' ? last.line.level! : levelBefore(last)!) : level!;
  if (!then.tracked) {
    throw new InventoryError('ITEM_NOT_TRACKED', undefined, { itemIds: [itemId], lines: [i] });
  }
  return then.quantity;
}

/** The outcome an earlier call with the key has recorded. */
async function replay(
  deps: InventoryDeps,
  tenantId: string,
  count: CountStock,
  { ledgerId, kept }: Pick<CallRecord, 'ledgerId' | 'kept'>,
): Promise<CountOutcome> {
  const movement = await movementById(deps, tenantId, ledgerId);
  if (ledgerId !== '' && !movement) throw new Error(`the ledger does not hold ${ledgerId}`);
  const asOf = movement?.asOf ?? kept;
  return outcomeOf(deps, tenantId, count, { asOf, movement, replayed: true });
}

async function outcomeOf(
  { redis }: InventoryDeps,
  tenantId: string,
  { lines }: CountStock,
  done: Omit<CountOutcome, 'items'>,
): Promise<CountOutcome> {
  const ids = lines.map(({ itemId }) => itemId.toLowerCase());
  const levels = await readLevels(redis, tenantId, ids);
  const differences = new Map(done.movement?.lines.map(({ itemId, delta }) => [itemId, delta]));
  const items = lines.map(({ countedQuantity }, i): CountedItem => {
    const difference = differences.get(ids[i]!) ?? 0;
    return {
      itemId: ids[i]!,
      countedQuantity,
      expectedQuantity: countedQuantity - difference,
      difference,
      presentQuantity: levels[i]?.quantity ?? null,
    };
  });
  return { ...done, items };
}

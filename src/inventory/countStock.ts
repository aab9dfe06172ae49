import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import { idOfPlace } from '../core/ledgerPlace';
import type { LedgerEntry, MovementCause, MovementLine } from '../core/movement';
import { checkEach } from '../core/problems';
import { isWholeNumber, MAX_LINES, QUANTITY_LIMIT } from '../core/quantity';
import { keepIdleCall, type CallRecord } from '../redis/callRecord';
import { postMovement } from '../redis/commands';
import { ledgerEntry } from '../redis/packing';
import { readLevels } from '../redis/reads';
import { MAX_SINCE, walkSince, type ItemSince } from './countWalk';
import type { InventoryDeps } from './deps';
import { callOf, earlierCall } from './keyedInput';
import { readAsOf, type AskedMoment } from './moment';
import { nameLines } from './nameLines';
import { movementById } from './orders';
import { checkReference, type ChangeCause } from './postChange';
import { withSettings } from './settings';

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
  /**
   * Units on hand as of the count, as the hub knew them, with what counts of this moment or earlier
   * ones have corrected since.
   */
  expectedQuantity: number;
  /** Counted less expected: what was added; 0 when superseded. */
  difference: number;
  /** Something newer than the count has stated the quantity: a later count, a set, a save. */
  superseded: boolean;
  /** Units on hand right now, sales since the count taken off; null: the item is gone. */
  presentQuantity: number | null;
}

/** What became of a stock take. */
export interface CountOutcome {
  /** Ledger id of the place it was counted as of. */
  asOf: string;
  /** In the order of the input. */
  items: CountedItem[];
  /** A line per item that is not superseded, also without a difference; null: all are. */
  movement: LedgerEntry | null;
  /** The result was recorded by an earlier call with the same key; nothing changed now. */
  replayed: boolean;
}

/** What was decided, and is kept for repeats. */
interface Decided {
  asOf: string;
  /** Units expected of the superseded items, by item id. */
  superseded: Readonly<Record<string, number>>;
}

/** Names of the moment in the caller's input. */
const FIELDS = { time: 'input.asOfTime', movementId: 'input.asOfMovementId' };
/** So many others may state the same quantities at the same time. */
const MAX_ATTEMPTS = 50;

/**
 * Takes stock: what was counted is compared with what there was at the moment of the count, and the
 * differences are added to what there is now. So movements since the count stay. An item may fall
 * below zero: more was sold since than was counted. What states a quantity as of a later moment
 * stands; counts as of this moment or earlier ones were known to it. A count that finds no
 * difference is recorded too: it is the newest word on the item.
 *
 * @throws InventoryError INVALID_INPUT that tells of every wrong line, also for a moment that has
 *   not come, is before an item's creation or has too many movements after it, CURSOR_GONE for one
 *   that is no longer kept, UNKNOWN_ITEM, ITEM_NOT_TRACKED, QUANTITY_OUT_OF_RANGE,
 *   IDEMPOTENCY_KEY_MISMATCH, ITEM_CHANGED when others keep stating the same quantities,
 *   LEDGER_INCOMPLETE, LEDGER_CONTRADICTS,
 *   REDIS_UNAVAILABLE
 */
export async function countStock(
  deps: InventoryDeps,
  tenantId: string,
  count: CountStock,
): Promise<CountOutcome> {
  checkLines(count.lines);
  checkReference(count.cause.reference);
  const { call } = callOf(deps, count.cause, inputOf(count));
  let { asOf } = count;
  for (let attempt = 1; ; attempt += 1) {
    const earlier = await earlierCall(deps, tenantId, call);
    if (earlier) return replay(deps, tenantId, count, earlier);
    const found = await findDifferences(deps, tenantId, { ...count, asOf });
    // What was now at first stays the moment.
    if (!asOf.time) asOf = { movementId: found.asOf };
    if (found.lines.length === 0) {
      const { asOf, superseded } = found;
      const kept = JSON.stringify({ asOf, superseded } satisfies Decided);
      if (!call || (await keepIdleCall(deps.redis, tenantId, { ...call, kept }))) {
        return outcomeOf(deps, tenantId, count, { ...found, movement: null, replayed: false });
      }
      // Another call with the key was faster.
      continue;
    }
    try {
      return await post(deps, tenantId, count, found, call);
    } catch (error) {
      const changed = error instanceof InventoryError && error.code === 'ITEM_CHANGED';
      if (!changed || attempt === MAX_ATTEMPTS) throw nameLines(error, linesOf(count));
    }
  }
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

/** The caller's lines as refusals are told of them. */
function linesOf({ lines }: CountStock): MovementLine[] {
  return lines.map(({ itemId, countedQuantity: units }) => {
    return { key: keyOfGuid(itemId), units, guard: 'unrestricted' };
  });
}

function inputOf({ lines, asOf, cause }: CountStock) {
  const counted = lines.map(({ itemId, countedQuantity }) => {
    return [itemId.toLowerCase(), countedQuantity];
  });
  return ['COUNT', counted, asOf.time?.getTime(), asOf.movementId, cause.reference];
}

/** What a stock take is to change. */
interface Differences extends Decided {
  /** Of the items that are not superseded, in the order of the input. */
  lines: MovementLine[];
  /** Where the ledger ended when they were found. */
  sequence: number;
}

async function findDifferences(
  deps: InventoryDeps,
  tenantId: string,
  { lines, asOf: asked }: CountStock,
): Promise<Differences> {
  const ids = lines.map(({ itemId }) => itemId.toLowerCase());
  const moment = { asked, fields: FIELDS };
  const { place, read } = await readAsOf(deps, tenantId, moment, (wanted) =>
    walkSince(deps, tenantId, ids, wanted),
  );
  if (!read.items) throw tooMuchSince(asked);
  checkItems(read.items, asked);
  const superseded: Record<string, number> = {};
  const differences: MovementLine[] = [];
  read.items.forEach(({ itemId, then, corrected, superseded: isOld }, i) => {
    const expected = then!.quantity + corrected;
    if (isOld) {
      superseded[itemId] = expected;
      return;
    }
    const units = lines[i]!.countedQuantity - expected;
    const stockOnly = { absolute: false, compareQuantity: null };
    differences.push({ key: keyOfGuid(itemId), units, guard: 'unrestricted', stockOnly });
  });
  const { sequence } = read.head;
  return { asOf: idOfPlace(place), superseded, lines: differences, sequence };
}

function tooMuchSince({ time, movementId }: AskedMoment): InventoryError {
  const bound =
    `a moment since which these items together, or all of the tenant's, have moved up to ` +
    `${MAX_SINCE} times`;
  const field = time ? FIELDS.time : FIELDS.movementId;
  return invalidInput(field, time?.toISOString() ?? movementId, bound);
}

/** @throws InventoryError UNKNOWN_ITEM, ITEM_NOT_TRACKED, INVALID_INPUT */
function checkItems(items: readonly ItemSince[], { time, movementId }: AskedMoment): void {
  refuse('UNKNOWN_ITEM', items, ({ present }) => present === null);
  refuse('ITEM_NOT_TRACKED', items, ({ present }) => !present!.tracked);
  const bound = `an item that was there at ${time?.toISOString() ?? movementId}`;
  checkEach(items, ({ itemId, then }, i) => {
    if (then === null) throw invalidInput(`input.lines[${i}].itemId`, itemId, bound);
  });
  refuse('ITEM_NOT_TRACKED', items, ({ then, superseded }) => !then!.tracked && !superseded);
}

function refuse(
  code: 'UNKNOWN_ITEM' | 'ITEM_NOT_TRACKED',
  items: readonly ItemSince[],
  test: (item: ItemSince) => boolean,
): void {
  const lines = items.flatMap((item, i) => (test(item) ? [i] : []));
  if (lines.length === 0) return;
  const itemIds = lines.map((i) => items[i]!.itemId);
  throw new InventoryError(code, undefined, { itemIds, lines });
}

async function post(
  deps: InventoryDeps,
  tenantId: string,
  count: CountStock,
  { lines, sequence, ...decided }: Differences,
  call: ReturnType<typeof callOf>['call'],
): Promise<CountOutcome> {
  const cause = causeOf(count, decided);
  const posted = await withSettings(deps, tenantId, ({ revision }) =>
    postMovement(deps.redis, {
      tenantId,
      lines,
      cause,
      settingsRevision: revision,
      retentionMs: deps.retentionMs,
      unstatedSince: sequence,
      ...(call && { call }),
    }),
  );
  const { ledgerId } = posted;
  if (posted.replayed) return replay(deps, tenantId, count, { ledgerId, kept: '' });
  const movement = ledgerEntry(ledgerId, cause, posted.lines());
  return outcomeOf(deps, tenantId, count, { ...decided, movement, replayed: false });
}

function causeOf({ cause }: CountStock, { asOf, superseded }: Decided): MovementCause {
  const { actor, requestId, reference } = cause;
  const counted = { operation: 'COUNT', reason: 'COUNT', actor, requestId, asOf } as const;
  return {
    ...counted,
    ...(Object.keys(superseded).length > 0 && { superseded }),
    ...(reference !== undefined && { reference }),
  };
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
  const { asOf = '', superseded = {} } = movement ?? (JSON.parse(kept) as Decided);
  return outcomeOf(deps, tenantId, count, { asOf, superseded, movement, replayed: true });
}

async function outcomeOf(
  { redis }: InventoryDeps,
  tenantId: string,
  { lines }: CountStock,
  { asOf, superseded, movement, replayed }: Decided & Omit<CountOutcome, 'items'>,
): Promise<CountOutcome> {
  const ids = lines.map(({ itemId }) => itemId.toLowerCase());
  const levels = await readLevels(redis, tenantId, ids);
  const differences = new Map(movement?.lines.map(({ itemId, delta }) => [itemId, delta]));
  const items = lines.map(({ countedQuantity }, i): CountedItem => {
    const itemId = ids[i]!;
    const difference = differences.get(itemId) ?? 0;
    return {
      itemId,
      countedQuantity,
      expectedQuantity: superseded[itemId] ?? countedQuantity - difference,
      difference,
      superseded: superseded[itemId] !== undefined,
      presentQuantity: levels[i]?.quantity ?? null,
    };
  });
  return { asOf, items, movement, replayed };
}

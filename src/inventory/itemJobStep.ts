import { setTimeout as pause } from 'node:timers/promises';
import { InventoryError, type ErrorCode } from '../core/errors';
import type { InventoryItem } from '../core/item';
import { conditionTest, type ItemCondition } from '../core/itemQuery';
import type { MovementCause } from '../core/movement';
import { keepIdleCall, type KeyedCall } from '../redis/callRecord';
import { ITEM_JOB_KEPT_MS } from '../redis/itemJobs';
import type { InventoryDeps } from './deps';
import { callOf, earlierCall } from './keyedInput';

/** Why an item was left as it is. */
export interface ItemJobFailure {
  itemId: string;
  code: string;
  message: string;
}

/** What became of the items of a step. */
export interface StepOutcome {
  succeeded: number;
  /** Somebody had changed or deleted them since they were found: they are no longer meant. */
  skipped: number;
  failed: number;
  /** The first 100 of those that failed. */
  failures: ItemJobFailure[];
  /** Places of items that are not counted in it: they are left to somebody else. */
  left?: number[];
}

/** The next few items of a job. `Refusal`: what may refuse an item, beside the hub's errors. */
export interface ItemJobStep<Refusal = never> {
  tenantId: string;
  itemIds: readonly string[];
  /** Items are changed while it holds for them; undefined: whatever they are. */
  where: ItemCondition | undefined;
  cause: MovementCause;
  /** A step that is done again under its key has the outcome it had. */
  key: string;
  /** Words for why an item is left as it is. */
  failureOf: (refusal: Refusal | InventoryError) => Pick<ItemJobFailure, 'code' | 'message'>;
}

/** Items that others keep changing are looked at anew so often. */
const MAX_ATTEMPTS = 20;
/** Longest wait before the second look, ms; it grows with each. */
const JITTER_MS = 5;
/** Failures named in an outcome. */
export const FAILURES_NAMED = 100;

/** Others were faster: look again. */
const RACES: readonly ErrorCode[] = [
  'ITEM_CHANGED',
  'REVISION_CONFLICT',
  'UNKNOWN_ITEM',
  'ITEM_NOT_TRACKED',
  'COMPARE_QUANTITY_STALE',
  'INSUFFICIENT_AVAILABLE',
];

/** Counts what becomes of items. */
export class StepTally<Refusal> {
  readonly outcome: StepOutcome = { succeeded: 0, skipped: 0, failed: 0, failures: [] };

  constructor(
    private readonly failureOf: ItemJobStep<Refusal>['failureOf'],
    before?: StepOutcome,
  ) {
    if (before) addOutcome(this.outcome, before);
  }

  succeed(): void {
    this.outcome.succeeded += 1;
  }

  skip(): void {
    this.outcome.skipped += 1;
  }

  leave(place: number): void {
    (this.outcome.left ??= []).push(place);
  }

  fail(itemId: string, refusal: Refusal | InventoryError): void {
    const { failures } = this.outcome;
    this.outcome.failed += 1;
    if (failures.length < FAILURES_NAMED) failures.push({ itemId, ...this.failureOf(refusal) });
  }
}

/** Adds up what became of items; of the failures the first 100 stay named. */
export function addOutcome(sum: Omit<StepOutcome, 'left'>, outcome: StepOutcome): void {
  sum.succeeded += outcome.succeeded;
  sum.skipped += outcome.skipped;
  sum.failed += outcome.failed;
  sum.failures.push(...outcome.failures.slice(0, FAILURES_NAMED - sum.failures.length));
}

/** Whether a step is about an item as it is now. */
export function stepTest({
  where,
}: Pick<ItemJobStep, 'where'>): (item: InventoryItem | null | undefined) => item is InventoryItem {
  const test = where && conditionTest(where);
  return (item): item is InventoryItem => item != null && (!test || test(item));
}

/** How a step is done. */
interface StepWork<Refusal, Write> {
  /**
   * Looks at the items, counts what becomes of each, and says what to write.
   *
   * @param refused by id as the store names it: what was refused for good
   */
  look: (
    tally: StepTally<Refusal>,
    refused: ReadonlyMap<string, InventoryError>,
  ) => Promise<readonly Write[]>;
  /** Writes in one script call, all or nothing. @returns what was kept by an earlier such call */
  write: (writes: readonly Write[], call: KeyedCall) => Promise<string | undefined>;
  /** Counted already. */
  before?: StepOutcome | undefined;
}

/** What a step's record says; null: it is not done. @throws InventoryError REDIS_UNAVAILABLE */
export async function recordedStep(
  deps: InventoryDeps,
  { tenantId, key }: Pick<ItemJobStep, 'tenantId' | 'key'>,
): Promise<StepOutcome | null> {
  const earlier = await earlierCall(deps, tenantId, stepCall(key));
  return earlier && (JSON.parse(earlier.kept) as StepOutcome);
}

/**
 * Does a step once, whatever crashes: its outcome is recorded in the script call that writes. Items
 * that others changed between look and write are looked at again; after many looks they fail with
 * REVISION_CONFLICT, and the others are written.
 *
 * @throws InventoryError REDIS_UNAVAILABLE: it is to be done again
 */
export async function stepOnce<Refusal, Write>(
  deps: InventoryDeps,
  { tenantId, key, failureOf }: ItemJobStep<Refusal>,
  { look, write, before }: StepWork<Refusal, Write>,
): Promise<StepOutcome> {
  const done = await recordedStep(deps, { tenantId, key });
  if (done) return done;
  const refused = new Map<string, InventoryError>();
  for (let attempt = 1; ; attempt += 1) {
    const tally = new StepTally(failureOf, before);
    const writes = await look(tally, refused);
    const { outcome } = tally;
    const call = stepCall(key, JSON.stringify(outcome));
    if (writes.length === 0) {
      if (await keepIdleCall(deps.redis, tenantId, call)) return outcome;
      return (await recordedStep(deps, { tenantId, key })) ?? outcome;
    }
    try {
      const kept = await write(writes, call);
      return kept === undefined ? outcome : (JSON.parse(kept) as StepOutcome);
    } catch (error) {
      noteRefused(refused, error, attempt);
    }
    await pause(Math.random() * JITTER_MS * attempt);
  }
}

/** The key alone says which step it is: what a step does depends on what it finds. */
function stepCall(key: string, kept = ''): KeyedCall {
  return callOf({ retentionMs: ITEM_JOB_KEPT_MS }, { idempotencyKey: key }, null, kept).call!;
}

/** Each refusal leaves an item out sooner or later, so a step ends. */
function noteRefused(refused: Map<string, InventoryError>, error: unknown, attempt: number): void {
  if (!(error instanceof InventoryError)) throw error;
  const { code, details } = error;
  const itemIds = details.itemIds ?? details.shortages?.map(({ itemId }) => itemId) ?? [];
  if (itemIds.length === 0) throw error;
  if (code === 'QUANTITY_OUT_OF_RANGE') {
    for (const id of itemIds) refused.set(id, error);
    return;
  }
  if (!RACES.includes(code)) throw error;
  if (attempt < MAX_ATTEMPTS) return;
  const conflict = new InventoryError('REVISION_CONFLICT', 'Others kept changing the item.');
  for (const id of itemIds) refused.set(id, conflict);
}

import { InventoryError, invalidInput } from '../core/errors';
import {
  movementReasons,
  type LedgerEntry,
  type MovementCause,
  type Operation,
} from '../core/movement';
import { isReadable } from '../core/text';
import type { KeyedCall } from '../redis/callRecord';
import { postMovement, type PostMovement } from '../redis/commands';
import { ledgerEntry } from '../redis/packing';
import type { InventoryDeps } from './deps';
import { callOf, earlierCall, type KeyedInput } from './keyedInput';
import { nameLines } from './nameLines';
import { movementById } from './orders';
import { recordRefusal } from './recordRefusal';
import { presentSettings, withSettings } from './settings';

/** Why and how a change is made; the same for all of its lines. */
export interface ChangeCause extends KeyedInput {
  /** A word of `movementReasons`, or one of the tenant's own codes. */
  reason: string;
  /** URI of the document behind it, up to 500 characters. */
  reference?: string | undefined;
  actor: string;
  requestId: string;
}

/** What became of a change. */
export interface ChangeOutcome {
  movement: LedgerEntry;
  /** The result was recorded by an earlier call with the same key; nothing changed now. */
  replayed: boolean;
}

/** A change of stock by a merchant's tool. */
export interface Change {
  operation: Extract<Operation, 'ADJUST' | 'SET' | 'MOVE'>;
  cause: ChangeCause;
  /** What a retry must repeat, besides operation, reason and reference. */
  input: unknown;
  /** Says what to post. */
  plan: (cause: MovementCause) => Promise<ChangePlan> | ChangePlan;
}

/** The lines of a change, and the documents of items that it may create. */
export type ChangePlan = Pick<PostMovement, 'lines' | 'documents'>;

const MAX_REFERENCE_LENGTH = 500;

/**
 * Posts a change: all of its lines, or none. A strict change that was refused for want of stock or
 * for an unknown item is kept among the refusals. What would be refused now is replayed when an
 * earlier call with the key did it.
 *
 * @throws InventoryError INVALID_INPUT, UNKNOWN_ITEM, ITEM_NOT_TRACKED, COMPARE_QUANTITY_STALE,
 *   QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE, and
 *   those of the plan
 */
export async function postChange(
  deps: InventoryDeps,
  tenantId: string,
  change: Change,
): Promise<ChangeOutcome> {
  const { operation, cause, input } = change;
  checkReference(cause.reference);
  const { call } = callOf(deps, cause, [operation, input, cause.reason, cause.reference]);
  const head = causeOf(change);
  try {
    const plan = await change.plan(head);
    return await post(deps, tenantId, { cause: head, plan, call });
  } catch (error) {
    if (!(error instanceof InventoryError) || error.kind === 'unavailable') throw error;
    // Codes, items and places may have come and gone since.
    const earlier = await earlierCall(deps, tenantId, call);
    if (!earlier) throw error;
    return replay(deps, tenantId, earlier.ledgerId);
  }
}

interface Posting {
  cause: MovementCause & { reason: string };
  plan: ChangePlan;
  call: KeyedCall | undefined;
}

async function post(
  deps: InventoryDeps,
  tenantId: string,
  { cause, plan, call }: Posting,
): Promise<ChangeOutcome> {
  const { lines } = plan;
  const { reason } = cause;
  const custom = !movementReasons.some((known) => known === reason);
  // The script tells of cached settings that are old, but an unknown code never gets there.
  if (custom) await presentSettings(deps, tenantId);
  const outcome = await withSettings(deps, tenantId, async ({ revision, reasonCodes }) => {
    if (custom && !reasonCodes.includes(reason)) {
      throw invalidInput('input.reasonCode', reason, "one of the tenant's own codes");
    }
    const { retentionMs } = deps;
    const posted = { tenantId, ...plan, cause, settingsRevision: revision, retentionMs };
    return postMovement(deps.redis, { ...posted, ...(call && { call }) });
  }).catch(async (error: unknown) => {
    if (lines.some(({ guard }) => guard === 'strict')) {
      await recordRefusal(deps, tenantId, error, { cause, lines });
    }
    throw nameLines(error, lines);
  });
  if (outcome.replayed) return replay(deps, tenantId, outcome.ledgerId);
  return { movement: ledgerEntry(outcome.ledgerId, cause, outcome.lines()), replayed: false };
}

async function replay(
  deps: InventoryDeps,
  tenantId: string,
  ledgerId: string,
): Promise<ChangeOutcome> {
  const movement = await movementById(deps, tenantId, ledgerId);
  if (!movement) throw new Error(`the ledger does not hold ${ledgerId}`);
  return { movement, replayed: true };
}

/**
 * The document behind a change.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function checkReference(reference: string | undefined): void {
  if (reference !== undefined && !(reference.length <= MAX_REFERENCE_LENGTH && isUri(reference))) {
    const bound = `a URI of up to ${MAX_REFERENCE_LENGTH} characters`;
    throw invalidInput('input.reference', reference, bound);
  }
}

function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text) && isReadable(text);
}

function causeOf({ operation, cause }: Change): Posting['cause'] {
  const { reason, actor, requestId, reference } = cause;
  return { operation, reason, actor, requestId, ...(reference && { reference }) };
}

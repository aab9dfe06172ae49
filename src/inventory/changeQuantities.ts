import { invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import {
  movementReasons,
  type LedgerEntry,
  type MovementCause,
  type MovementLine,
  type Operation,
} from '../core/movement';
import { isWholeNumber, MAX_LINES, QUANTITY_LIMIT } from '../core/quantity';
import { postMovement } from '../redis/commands';
import { readEntries } from '../redis/snapshots';
import type { InventoryDeps } from './deps';
import { callOf } from './keyedInput';
import { nameLines } from './nameLines';
import { withSettings } from './settings';

/** Why and how a change is made; the same for all of its lines. */
export interface ChangeCause {
  /** A word of `movementReasons`, or one of the tenant's own codes. */
  reason: string;
  /** URI of the document behind it, up to 500 characters. */
  reference?: string | undefined;
  actor: string;
  requestId: string;
  /** Makes the call safe to retry, 1..255 characters. */
  idempotencyKey?: string | undefined;
}

/** One line of a change: so many units more (or less), or exactly so many. */
export interface QuantityChange {
  itemId: string;
  /** -1,000,000,000..1,000,000,000. */
  units: number;
  /** The quantity the caller believes there is; null: whatever there is. */
  compareQuantity: number | null;
}

/** A change of stock by a merchant's tool. */
export interface ChangeQuantities {
  operation: Extract<Operation, 'ADJUST' | 'SET' | 'MOVE'>;
  /** 1..300. */
  changes: readonly QuantityChange[];
  /** Whether items may go below zero. SET never asks. */
  allowNegative: boolean;
  cause: ChangeCause;
}

/** What became of a change. */
export interface ChangeOutcome {
  movement: LedgerEntry;
  /** The result was recorded by an earlier call with the same key; nothing changed now. */
  replayed: boolean;
}

const MAX_REFERENCE_LENGTH = 500;

/**
 * Changes quantities of tracked items: all of them, or none.
 *
 * @throws InventoryError INVALID_INPUT, UNKNOWN_ITEM, ITEM_NOT_TRACKED, COMPARE_QUANTITY_STALE,
 *   QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function changeQuantities(
  deps: InventoryDeps,
  tenantId: string,
  change: ChangeQuantities,
): Promise<ChangeOutcome> {
  const lines = toLines(change);
  checkCause(change.cause);
  return withSettings(deps, tenantId, async (settings) => {
    const { reason } = change.cause;
    const known: readonly string[] = [...movementReasons, ...settings.reasonCodes];
    if (!known.includes(reason)) {
      throw invalidInput('input.reasonCode', reason, "one of the tenant's own codes");
    }
    const outcome = await postMovement(deps.redis, {
      tenantId,
      lines,
      cause: causeOf(change),
      settingsRevision: settings.revision,
      retentionMs: deps.retentionMs,
      ...callOf(deps, change.cause, inputOf(change)),
    }).catch((error: unknown) => {
      throw nameLines(error, lines);
    });
    const [movement] = await readEntries(deps.redis, tenantId, [outcome.ledgerId]);
    if (!movement) throw new Error(`the ledger does not hold ${outcome.ledgerId}`);
    return { movement, replayed: outcome.replayed };
  });
}

function toLines({ operation, changes, allowNegative }: ChangeQuantities): MovementLine[] {
  if (!isWholeNumber(changes.length, 1, MAX_LINES)) {
    throw invalidInput('input.changes', changes.length, `1..${MAX_LINES} entries`);
  }
  const absolute = operation === 'SET';
  const lines = changes.map(({ itemId, units, compareQuantity }, i): MovementLine => {
    const at = `input.changes[${i}]`;
    if (!isGuid(itemId)) throw invalidInput(`${at}.itemId`, itemId, 'a GUID');
    if (!isWholeNumber(units, -QUANTITY_LIMIT, QUANTITY_LIMIT)) {
      const name = absolute ? 'quantity' : 'delta';
      throw invalidInput(`${at}.${name}`, units, `${-QUANTITY_LIMIT}..${QUANTITY_LIMIT}`);
    }
    return {
      key: keyOfGuid(itemId),
      units,
      guard: allowNegative || absolute ? 'unrestricted' : 'strict',
      stockOnly: { absolute, compareQuantity },
    };
  });
  checkDistinct(changes, absolute);
  return lines;
}

/** An item may come again only where its lines can be summed. */
function checkDistinct(changes: readonly QuantityChange[], absolute: boolean): void {
  const seen = new Map<string, QuantityChange>();
  changes.forEach((change, i) => {
    const id = change.itemId.toLowerCase();
    const earlier = seen.get(id);
    const compares = [earlier, change].some((one) => one?.compareQuantity != null);
    if (earlier && (absolute || compares)) {
      const bound = 'an item that no other change names, to set or compare its quantity';
      throw invalidInput(`input.changes[${i}].itemId`, change.itemId, bound);
    }
    seen.set(id, change);
  });
}

function checkCause({ reference }: ChangeCause): void {
  if (reference !== undefined && !(reference.length <= MAX_REFERENCE_LENGTH && isUri(reference))) {
    const bound = `a URI of up to ${MAX_REFERENCE_LENGTH} characters`;
    throw invalidInput('input.reference', reference, bound);
  }
}

function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);
}

function causeOf({ operation, cause }: ChangeQuantities): MovementCause {
  const { reason, actor, requestId, reference } = cause;
  return { operation, reason, actor, requestId, ...(reference && { reference }) };
}

/** What a retry must repeat. */
function inputOf({ operation, changes, allowNegative, cause }: ChangeQuantities) {
  return [operation, changes, allowNegative, cause.reason, cause.reference];
}

import { invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { ItemDocument } from '../core/item';
import {
  movementReasons,
  type LedgerEntry,
  type MovementCause,
  type MovementLine,
  type Operation,
} from '../core/movement';
import { isWholeNumber, MAX_LINES, QUANTITY_LIMIT } from '../core/quantity';
import { postMovement } from '../redis/commands';
import { ledgerEntry } from '../redis/packing';
import { readDocuments } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { callOf } from './keyedInput';
import { nameLines } from './nameLines';
import { movementById } from './orders';
import { recordRefusal } from './recordRefusal';
import { presentSettings, withSettings } from './settings';

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

/**
 * One line of a change: so many units more (or less), or exactly so many. A move is two of them:
 * what leaves, then what arrives.
 */
export interface QuantityChange {
  itemId: string;
  /** -1,000,000,000..1,000,000,000. */
  units: number;
  /** The quantity the caller believes there is; null: whatever there is. */
  compareQuantity: number | null;
  /** Where the caller's input names the item, for errors: `input.changes[3].itemId`. */
  field: string;
}

/** A change of stock by a merchant's tool. */
export interface ChangeQuantities {
  operation: Extract<Operation, 'ADJUST' | 'SET' | 'MOVE'>;
  /** 1..300; of a MOVE up to 300 pairs. */
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
 * Changes quantities of tracked items: all of them, or none. A strict change that was refused for
 * want of stock or for an unknown item is kept among the refusals.
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
  checkReference(change.cause.reference);
  if (change.operation === 'MOVE') await checkMoves(deps, tenantId, change.changes);
  const { reason } = change.cause;
  const custom = !movementReasons.some((known) => known === reason);
  // The script tells of cached settings that are old, but an unknown code never gets there.
  if (custom) await presentSettings(deps, tenantId);
  return withSettings(deps, tenantId, async (settings) => {
    if (custom && !settings.reasonCodes.includes(reason)) {
      throw invalidInput('input.reasonCode', reason, "one of the tenant's own codes");
    }
    const cause = causeOf(change);
    const outcome = await postMovement(deps.redis, {
      tenantId,
      lines,
      cause,
      settingsRevision: settings.revision,
      retentionMs: deps.retentionMs,
      ...callOf(deps, change.cause, inputOf(change)),
    }).catch(async (error: unknown) => {
      if (lines.some(({ guard }) => guard === 'strict')) {
        await recordRefusal(deps, tenantId, error, { cause, lines });
      }
      throw nameLines(error, lines);
    });
    if (!outcome.replayed) {
      return { movement: ledgerEntry(outcome.ledgerId, cause, outcome.lines()), replayed: false };
    }
    const movement = await movementById(deps, tenantId, outcome.ledgerId);
    if (!movement) throw new Error(`the ledger does not hold ${outcome.ledgerId}`);
    return { movement, replayed: true };
  });
}

function toLines({ operation, changes, allowNegative }: ChangeQuantities): MovementLine[] {
  const linesPerEntry = operation === 'MOVE' ? 2 : 1;
  if (!isWholeNumber(changes.length, 1, linesPerEntry * MAX_LINES)) {
    throw invalidInput('input.changes', changes.length / linesPerEntry, `1..${MAX_LINES} entries`);
  }
  const absolute = operation === 'SET';
  const lines = changes.map(({ itemId, units, compareQuantity, field }): MovementLine => {
    if (!isGuid(itemId)) throw invalidInput(field, itemId, 'a GUID');
    if (!isWholeNumber(units, -QUANTITY_LIMIT, QUANTITY_LIMIT)) {
      const place = field.replace(/\w+$/, absolute ? 'quantity' : 'delta');
      throw invalidInput(place, units, `${-QUANTITY_LIMIT}..${QUANTITY_LIMIT}`);
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
  for (const change of changes) {
    const id = change.itemId.toLowerCase();
    const earlier = seen.get(id);
    const compares = [earlier, change].some((one) => one?.compareQuantity != null);
    if (earlier && (absolute || compares)) {
      const bound = 'an item that no other change names, to set or compare its quantity';
      throw invalidInput(change.field, change.itemId, bound);
    }
    seen.set(id, change);
  }
}

/** What leaves a location must arrive as the same thing: lines come in pairs, from and to. */
async function checkMoves(
  { redis }: InventoryDeps,
  tenantId: string,
  changes: readonly QuantityChange[],
): Promise<void> {
  const keys = changes.map(({ itemId }) => keyOfGuid(itemId));
  const texts = await readDocuments(redis, tenantId, keys);
  const subjects = texts.map((text) => {
    if (text === '') return undefined;
    const { appId, productId, variantId } = JSON.parse(text) as ItemDocument;
    return JSON.stringify([appId, productId, variantId]);
  });
  for (let to = 1; to < changes.length; to += 2) {
    const [one, other] = [subjects[to - 1], subjects[to]];
    // The script names unknown items, all of them.
    if (one === undefined || other === undefined || one === other) continue;
    const { field, itemId } = changes[to]!;
    throw invalidInput(field, itemId, 'the item of the same variant at another location');
  }
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
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);
}

function causeOf({ operation, cause }: ChangeQuantities): MovementCause {
  const { reason, actor, requestId, reference } = cause;
  return { operation, reason, actor, requestId, ...(reference && { reference }) };
}

/** What a retry must repeat. */
function inputOf({ operation, changes, allowNegative, cause }: ChangeQuantities) {
  const lines = changes.map(({ itemId, units, compareQuantity }) => {
    return [itemId, units, compareQuantity];
  });
  return [operation, lines, allowNegative, cause.reason, cause.reference];
}

import { invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { ItemDocument } from '../core/item';
import type { MovementLine } from '../core/movement';
import { checkEach } from '../core/problems';
import { isWholeNumber, QUANTITY_LIMIT } from '../core/quantity';
import { readDocuments } from '../redis/reads';
import { checkCompared, checkCount, distinctItems } from './changeQuantities';
import type { InventoryDeps } from './deps';
import { postChange, type ChangeCause, type ChangeOutcome, type ChangePlan } from './postChange';

/** Units that go from one location to another. */
export interface StockMove {
  fromItemId: string;
  /** The item of the same variant elsewhere. */
  toItemId: string;
  /** Units, 1..1,000,000,000. */
  quantity: number;
  /** The quantity the caller believes there is to take from; null: whatever. Must be said. */
  compareQuantity?: number | null | undefined;
}

/** Moves between locations. */
export interface MoveQuantities {
  /** 1..300. */
  moves: readonly StockMove[];
  cause: ChangeCause;
}

/**
 * Moves stock of tracked items between locations: all of it, or none, and never more than is
 * available.
 *
 * @throws InventoryError INVALID_INPUT that tells of every wrong move, UNKNOWN_ITEM,
 *   ITEM_NOT_TRACKED, COMPARE_QUANTITY_STALE, QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE,
 *   IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function moveQuantities(
  deps: InventoryDeps,
  tenantId: string,
  { moves, cause }: MoveQuantities,
): Promise<ChangeOutcome> {
  checkCount(moves.length);
  checkEach(moves, checkMove);
  const input = moves.map(({ fromItemId, toItemId, quantity, compareQuantity }) => {
    return [fromItemId.toLowerCase(), toItemId.toLowerCase(), quantity, compareQuantity];
  });
  return postChange(deps, tenantId, {
    operation: 'MOVE',
    cause,
    input,
    plan: () => planMoves(deps, tenantId, moves),
  });
}

/** What a move says by itself. */
function checkMove(move: StockMove, i: number): void {
  const { fromItemId, toItemId, quantity, compareQuantity } = move;
  const at = placeOf(i);
  if (!isGuid(fromItemId)) throw invalidInput(`${at}.fromItemId`, fromItemId, 'a GUID');
  if (!isGuid(toItemId)) throw invalidInput(`${at}.toItemId`, toItemId, 'a GUID');
  if (!isWholeNumber(quantity, 1, QUANTITY_LIMIT)) {
    throw invalidInput(`${at}.quantity`, quantity, `1..${QUANTITY_LIMIT}`);
  }
  if (fromItemId.toLowerCase() === toItemId.toLowerCase()) {
    throw invalidInput(`${at}.toItemId`, toItemId, 'another item than fromItemId');
  }
  checkCompared(compareQuantity, at);
}

/** A move makes two lines: what leaves, then what arrives. */
async function planMoves(
  { redis }: InventoryDeps,
  tenantId: string,
  moves: readonly StockMove[],
): Promise<ChangePlan> {
  const ids = [...new Set(moves.flatMap((move) => [move.fromItemId, move.toItemId]))];
  const texts = await readDocuments(redis, tenantId, ids.map(keyOfGuid));
  const documents = new Map(ids.map((id, i) => [id, texts[i]!]));
  const checkDistinct = distinctItems(false);
  const lines = checkEach(moves, (move, i): MovementLine[] => {
    const { fromItemId, toItemId, compareQuantity = null } = move;
    const [from, to] = [`${placeOf(i)}.fromItemId`, `${placeOf(i)}.toItemId`];
    checkDistinct({ itemId: fromItemId, compares: compareQuantity !== null, field: from });
    checkDistinct({ itemId: toItemId, compares: false, field: to });
    const [own, other] = [documents.get(fromItemId)!, documents.get(toItemId)!];
    // The script names unknown items, all of them.
    if (own !== '' && other !== '' && subjectOf(own) !== subjectOf(other)) {
      throw invalidInput(to, toItemId, 'the item of the same variant at another location');
    }
    return linesOf(move, keyOfGuid(toItemId));
  });
  return { lines: lines.flat() };
}

function linesOf(move: StockMove, toKey: Buffer): MovementLine[] {
  const { fromItemId, quantity, compareQuantity = null } = move;
  const stockOnly = { absolute: false, compareQuantity: null };
  const guard = 'strict';
  return [
    {
      key: keyOfGuid(fromItemId),
      units: -quantity,
      guard,
      stockOnly: { absolute: false, compareQuantity },
    },
    { key: toKey, units: quantity, guard, stockOnly },
  ];
}

/** What leaves a location must arrive as the same thing. */
function subjectOf(document: string): string {
  const { appId, productId, variantId } = JSON.parse(document) as ItemDocument;
  return JSON.stringify([appId, productId, variantId]);
}

function placeOf(i: number): string {
  return `input.changes[${i}]`;
}

import { createHash } from 'node:crypto';
import { InventoryError } from '../core/errors';
import { keyOfGuid } from '../core/identity';
import type { InventoryItem } from '../core/item';
import type { MovementCause, MovementLine } from '../core/movement';
import { postMovement } from '../redis/commands';
import type { InventoryDeps } from './deps';
import { itemsById } from './items';
import { callOf, type KeyedInput } from './keyedInput';
import { recordRefusal } from './recordRefusal';
import { tenantSettings, withSettings } from './settings';

/** One of the moves of a call. */
export interface ItemMove {
  itemId: string;
  /** The product the item must be of; default any. */
  productId?: string | undefined;
  /** Signed units. */
  units: number;
  /** Strict takes what is available at the most. */
  guard: 'strict' | 'unrestricted';
  /** Units to take are preordered, while the item is open for preorder: its stock stays. */
  preorder: boolean;
}

/** Moves that are made one by one. */
export interface MoveItems extends KeyedInput {
  /** 1..300. */
  moves: readonly ItemMove[];
  /**
   * Units: no move may raise a quantity over it, or lower one under minus it. A preorder counter
   * never rises over it.
   */
  bound: number;
  cause: MovementCause;
}

/** What became of a move: the item right after it, or why it was refused. */
export type MoveOutcome = { item: InventoryItem } | { error: InventoryError };

/**
 * Changes quantities of tracked items, each by a movement of its own: a move that is refused leaves
 * the others alone. The moves of one item are made one after another. A strict one that was refused
 * for want of stock is kept among the refusals.
 *
 * Errors of a move: UNKNOWN_ITEM, ITEM_NOT_TRACKED, INSUFFICIENT_AVAILABLE, QUANTITY_OUT_OF_RANGE,
 * IDEMPOTENCY_KEY_MISMATCH, and REDIS_UNAVAILABLE when another one has been made.
 *
 * @returns by place in `moves`
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function moveItems(
  deps: InventoryDeps,
  tenantId: string,
  call: MoveItems,
): Promise<MoveOutcome[]> {
  const keyOf = callKeys(deps, call);
  const places = new Map<string, number[]>();
  call.moves.forEach(({ itemId }, place) => {
    const id = itemId.toLowerCase();
    places.set(id, [...(places.get(id) ?? []), place]);
  });
  const ids = [...places.keys()];
  // The settings too, once: each move would else ask for them when they are not known.
  const [items] = await Promise.all([
    itemsById(deps, tenantId, ids),
    tenantSettings(deps, tenantId),
  ]);
  const outcomes: MoveOutcome[] = [];
  await Promise.all(
    ids.map(async (id, i) => {
      let item = items[i] ?? null;
      for (const place of places.get(id)!) {
        const outcome = await moveItem(deps, tenantId, call, { item, place, key: keyOf(place) });
        outcomes[place] = outcome;
        if ('item' in outcome) ({ item } = outcome);
      }
    }),
  );
  checkOutage(outcomes);
  return outcomes;
}

/** Part of the calls may have been made: only when none was is it safe to make all again. */
function checkOutage(outcomes: readonly MoveOutcome[]): void {
  if (outcomes.some((outcome) => 'item' in outcome)) return;
  for (const outcome of outcomes) {
    if ('error' in outcome && outcome.error.kind === 'unavailable') throw outcome.error;
  }
}

/** Each move is a call of its own, with a key made of the call's. */
function callKeys(
  deps: InventoryDeps,
  { idempotencyKey }: KeyedInput,
): (place: number) => string | undefined {
  if (idempotencyKey === undefined) return () => undefined;
  callOf(deps, { idempotencyKey }, null);
  const digest = createHash('sha256').update(idempotencyKey).digest('base64url');
  return (place) => `${digest}:${place}`;
}

/** A move, its item as it was read, and the key of its call. */
interface Step {
  item: InventoryItem | null;
  place: number;
  key: string | undefined;
}

async function moveItem(
  deps: InventoryDeps,
  tenantId: string,
  { bound, cause, moves }: MoveItems,
  { item, place, key }: Step,
): Promise<MoveOutcome> {
  const move = moves[place]!;
  try {
    return { item: await postMove(deps, tenantId, { bound, cause }, { move, item, key }) };
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    return { error };
  }
}

async function postMove(
  deps: InventoryDeps,
  tenantId: string,
  { bound, cause }: Pick<MoveItems, 'bound' | 'cause'>,
  { move, item, key }: { move: ItemMove; item: InventoryItem | null; key: string | undefined },
): Promise<InventoryItem> {
  const { itemId, productId, units, guard, preorder } = move;
  const other = item && productId !== undefined && productId !== item.productId;
  if (!item || other) {
    throw new InventoryError('UNKNOWN_ITEM', `There is no item ${itemId}.`, { itemIds: [itemId] });
  }
  const input = [itemId.toLowerCase(), units, guard, preorder, cause.reason];
  const keyed = callOf(deps, { idempotencyKey: key }, input);
  const lines = [lineOf(move, item)];
  return withSettings(deps, tenantId, async ({ revision: settingsRevision }) => {
    const { retentionMs } = deps;
    const post = { tenantId, lines, cause, bound, settingsRevision, retentionMs, ...keyed };
    const outcome = await postMovement(deps.redis, post).catch(async (error: unknown) => {
      if (guard === 'strict') await recordRefusal(deps, tenantId, error, post);
      throw error;
    });
    if (outcome.replayed) return item;
    const [moved] = outcome.lines();
    // The script does not tell an untracked item that is preordered from: nothing was moved.
    if (!moved?.level?.tracked) throw new InventoryError('ITEM_NOT_TRACKED');
    return { ...item, ...moved.level };
  });
}

function lineOf({ units, guard, preorder }: ItemMove, item: InventoryItem): MovementLine {
  const key = keyOfGuid(item.id);
  const left = item.preorderEnabled ? item.preorderLimit - item.preorderCounter : 0;
  if (preorder && units < 0 && item.tracked && left > 0) {
    return { key, units, guard, preorderOnly: true };
  }
  return { key, units, guard, stockOnly: { absolute: false, compareQuantity: null } };
}

import { invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import { availableOf, type Level } from '../core/item';
import type { HistoryStep, WalkedItem } from '../redis/history';
import type { InventoryDeps } from './deps';
import { levelBefore, MAX_STEPS, walkItems } from './historyWalk';

/** What an explanation begins with. */
export interface Opening {
  /**
   * CREATED: the item's creation. KEPT: what there was before its oldest movement that the ledger
   * still holds. LIMIT: what there was before the last 20,000 movements.
   */
  kind: 'CREATED' | 'KEPT' | 'LIMIT';
  quantity: number;
  /** Units on preorder. */
  preordered: number;
  /** Of the creation, else of the oldest movement that is summed; null: none is. */
  movementId: string | null;
  timeMs: number | null;
}

/** The movements of an item that have one operation and one reason. */
export interface ExplainedChange {
  operation: string;
  reason: string | null;
  movements: number;
  /** Sum of their changes of the quantity. */
  quantity: number;
  /** Sum of their changes of the preordered units. */
  preordered: number;
  /** Of the newest of them. */
  lastMovementId: string;
  lastTimeMs: number;
}

/**
 * Why an item's quantity and available are what they are: opening and changes add up to the
 * quantity, and to the preordered units; available is the quantity less what is reserved.
 */
export interface StockExplanation {
  itemId: string;
  level: Level;
  available: number;
  opening: Opening;
  /** Largest count of movements first. */
  changes: ExplainedChange[];
  /** How many movements were summed, the creation not counted. */
  movements: number;
}

/**
 * Explains an item's stock from its trail, as of one moment; null: there is no such item.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
 */
export async function explainStock(
  deps: InventoryDeps,
  tenantId: string,
  itemId: string,
): Promise<StockExplanation | null> {
  if (!isGuid(itemId)) throw invalidInput('itemId', itemId, 'a GUID');
  const walk = { itemId: itemId.toLowerCase(), from: null };
  const { items } = await walkItems(deps, tenantId, [walk], { stepsPerItem: MAX_STEPS });
  const { level, steps, ended } = items[0]!;
  if (!level) return null;
  const opening = openingOf(level, steps, ended);
  const summed = opening.kind === 'CREATED' ? steps.slice(0, -1) : steps;
  return {
    itemId: items[0]!.itemId,
    level,
    available: availableOf(level),
    opening,
    changes: sumUp(summed),
    movements: summed.length,
  };
}

function openingOf(
  level: Level,
  steps: readonly HistoryStep[],
  ended: WalkedItem['ended'],
): Opening {
  const oldest = steps.at(-1);
  const at = { movementId: oldest?.id ?? null, timeMs: oldest?.timeMs ?? null };
  // The creation may have taken stock itself: what is after it is what the item began with.
  const created = oldest?.line.created ?? false;
  const before = oldest ? (created ? oldest.line.level! : levelBefore(oldest)!) : level;
  return {
    kind: created ? 'CREATED' : ended === 'more' ? 'LIMIT' : 'KEPT',
    quantity: before.quantity,
    preordered: before.preorderCounter,
    ...at,
  };
}

function sumUp(steps: readonly HistoryStep[]): ExplainedChange[] {
  const groups = new Map<string, ExplainedChange>();
  for (const { operation, reason = null, id, timeMs, line } of steps) {
    const name = JSON.stringify([operation, reason]);
    let group = groups.get(name);
    if (!group) {
      // Newest first: the first of a group is its last.
      const last = { lastMovementId: id, lastTimeMs: timeMs };
      group = { operation, reason, movements: 0, quantity: 0, preordered: 0, ...last };
      groups.set(name, group);
    }
    group.movements += 1;
    group.quantity += line.delta;
    group.preordered += line.preorderDelta;
  }
  return [...groups.values()].sort((one, other) => other.movements - one.movements);
}

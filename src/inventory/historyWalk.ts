import type { Level } from '../core/item';
import { readHistory, type HistoryStep, type Walk } from '../redis/history';
import type { WalkBounds, WalkedHistory, WalkedItem } from '../redis/history';
import type { InventoryDeps } from './deps';

/** Steps back along one item's trail, at the most, and along all trails of a request. */
export const MAX_STEPS = 20_000;
export const MAX_STEPS_TOGETHER = 100_000;

/** How far walks go, and what is kept of them. */
export interface LongWalk extends WalkBounds {
  /** Only the last step of each walk is kept: its end is all that matters. */
  lastOnly?: boolean;
}

/**
 * Walks items' trails as of one moment, in as many script calls as it takes: the ledger only grows
 * at its end, so later calls see the same past. Stops after 100,000 steps of all together.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function walkItems(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  walks: readonly Walk[],
  { lastOnly = false, ...bounds }: LongWalk,
): Promise<WalkedHistory> {
  const read = await readHistory(redis, tenantId, walks, bounds);
  const taken = new Map(read.items.map((item) => [item, item.steps.length]));
  for (let together = 0; ;) {
    if (lastOnly) for (const item of read.items) item.steps = item.steps.slice(-1);
    const left = (item: WalkedItem) => bounds.stepsPerItem - taken.get(item)!;
    const open = read.items.filter((item) => item.ended === 'more' && left(item) > 0);
    if (open.length === 0 || together >= MAX_STEPS_TOGETHER) return read;
    const next = open.map(({ itemId, nextEntryId }) => ({ itemId, from: nextEntryId }));
    const stepsPerItem = Math.max(...open.map(left));
    const more = await readHistory(redis, tenantId, next, { ...bounds, stepsPerItem });
    for (const [i, item] of open.entries()) {
      const before = item.steps.length;
      append(item, more.items[i]!, left(item));
      const steps = item.steps.length - before;
      taken.set(item, taken.get(item)! + steps);
      together += steps;
    }
  }
}

function append(item: WalkedItem, more: WalkedItem, room: number): void {
  const over = more.steps[room];
  for (const step of more.steps.slice(0, room)) item.steps.push(step);
  item.ended = over ? 'more' : more.ended;
  item.nextEntryId = over ? over.id : more.nextEntryId;
}

/**
 * The level right before a step, where the entry before it is no longer kept. Reserved units are
 * those right after: an entry does not say how they changed.
 */
export function levelBefore({ line }: Pick<HistoryStep, 'line'>): Level | null {
  if (line.created || !line.level) return null;
  if (line.levelBefore) return line.levelBefore;
  return {
    ...line.level,
    quantity: line.level.quantity - line.delta,
    preorderCounter: line.level.preorderCounter - line.preorderDelta,
  };
}

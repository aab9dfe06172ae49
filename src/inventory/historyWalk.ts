import type { Level } from '../core/item';
import { readHistory, type HistoryStep, type Walk } from '../redis/history';
import type { WalkBounds, WalkedHistory, WalkedItem } from '../redis/history';
import type { InventoryDeps } from './deps';

/** Steps back along one item's trail, at the most, and along all trails of a request. */
export const MAX_STEPS = 20_000;
export const MAX_STEPS_TOGETHER = 100_000;

/** How far walks go, and who is told how far they have come. */
export interface LongWalk extends WalkBounds {
  /** Told of the steps of each script call; what it throws ends the walks. */
  onSteps?: ((steps: number) => void) | undefined;
}

/**
 * Walks items' trails as of one moment, in as many script calls as it takes: the ledger only grows
 * at its end, so later calls see the same past. Stops after 100,000 steps of all together.
 *
 * @throws InventoryError LEDGER_CONTRADICTS, REDIS_UNAVAILABLE
 */
export async function walkItems(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  walks: readonly Walk[],
  { onSteps = () => undefined, ...bounds }: LongWalk,
): Promise<WalkedHistory> {
  const read = await readHistory(redis, tenantId, walks, bounds);
  const going = read.items.map((item, i) => ({ item, walk: walks[i]! }));
  const left = ({ item, walk }: (typeof going)[number]) =>
    (walk.steps ?? bounds.stepsPerItem) - item.taken;
  let steps = stepsOf(read.items);
  for (let together = steps; ; together += steps) {
    onSteps(steps);
    const open = going.filter((each) => each.item.ended === 'more' && left(each) > 0);
    if (open.length === 0 || together >= MAX_STEPS_TOGETHER) return read;
    const next = open.map((each) => {
      return { ...each.walk, from: each.item.nextEntryId, steps: left(each) };
    });
    const more = await readHistory(redis, tenantId, next, bounds);
    steps = stepsOf(more.items);
    for (const [i, { item }] of open.entries()) append(item, more.items[i]!, bounds.keepLast);
  }
}

function stepsOf(items: readonly WalkedItem[]): number {
  return items.reduce((sum, { taken }) => sum + taken, 0);
}

function append(item: WalkedItem, more: WalkedItem, keepLast = Infinity): void {
  for (const step of more.steps) item.steps.push(step);
  if (item.steps.length > keepLast) item.steps.splice(0, item.steps.length - keepLast);
  item.taken += more.taken;
  item.ended = more.ended;
  item.nextEntryId = more.nextEntryId;
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

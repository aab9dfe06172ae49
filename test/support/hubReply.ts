import { InventoryError } from '../../src/core/errors';
import type { Level } from '../../src/core/item';
import type { PostOutcome } from '../../src/redis/commands';
import type { ModelLevel, ModelOutcome } from './inventoryModel';

/** A reply, of the hub or of the model, in one shape. */
export type Reply = Record<string, unknown> & { word: string };

/** What the hub replied, in the words of the model; `names` of items by their id. */
export async function hubReply(
  post: Promise<PostOutcome>,
  names: ReadonlyMap<string, string>,
): Promise<Reply> {
  try {
    const outcome = await post;
    const { ledgerId } = outcome;
    if (outcome.replayed) return { word: 'REPLAYED', ledgerId };
    const lines = outcome.lines().map((line): ModelOutcome => ({
      item: names.get(line.itemId)!,
      units: line.units,
      delta: line.delta,
      preorderDelta: line.preorderDelta,
      level: line.level && timeless(line.level),
      statusBefore: line.statusBefore,
      ignored: line.ignored,
      created: line.created,
      overReturn: line.overReturn,
      shortfall: line.shortfall,
      fellLow: line.fellLow,
    }));
    return { word: 'OK', ledgerId, lines };
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    const { itemIds, shortages, ledgerId, quantities } = error.details;
    return {
      word: error.code,
      ...(ledgerId && { ledgerId }),
      ...(itemIds && { items: itemIds.map((id) => names.get(id)) }),
      ...(quantities && { quantities }),
      ...(shortages && {
        shortages: shortages.map(({ itemId, requested, available }) => ({
          item: names.get(itemId),
          requested,
          available,
        })),
      }),
    };
  }
}

/** A level without its time. */
export function timeless(level: Level): ModelLevel {
  const copy: Partial<Level> = { ...level };
  delete copy.updatedMs;
  return copy as ModelLevel;
}

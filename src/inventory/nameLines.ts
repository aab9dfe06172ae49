import { InventoryError } from '../core/errors';
import { guidOfKey } from '../core/identity';
import type { MovementLine } from '../core/movement';

/** Adds to a refusal which of the caller's lines it is about; other errors stay as they are. */
export function nameLines(error: unknown, lines: readonly MovementLine[]): unknown {
  if (!(error instanceof InventoryError)) return error;
  const { shortages, itemIds } = error.details;
  if (!shortages && !itemIds) return error;
  const places = new Map<string, number[]>();
  lines.forEach(({ key, guard }, i) => {
    if (guard === 'ignored') return;
    const id = guidOfKey(key);
    places.set(id, [...(places.get(id) ?? []), i]);
  });
  return new InventoryError(error.code, error.message, {
    ...error.details,
    ...(itemIds && { lines: itemIds.flatMap((id) => places.get(id) ?? []) }),
    ...(shortages && {
      shortages: shortages.map((short) => ({ ...short, lines: places.get(short.itemId) ?? [] })),
    }),
  });
}

import { invalidInput } from '../core/errors';
import { isGuid, keyOfGuid } from '../core/identity';
import type { LedgerLine, MovementLine } from '../core/movement';
import { checkEach } from '../core/problems';
import { isWholeNumber, MAX_LINES, QUANTITY_LIMIT } from '../core/quantity';
import { postMovement } from '../redis/commands';
import type { InventoryDeps } from './deps';
import { nameLines } from './nameLines';
import { withSettings } from './settings';

/** What to try: lines as an order's call has them. */
export interface PreviewQuantities {
  /** 1..300; negative units take. */
  lines: readonly { itemId: string; units: number }[];
  guard: 'strict' | 'unrestricted';
}

/**
 * What a movement would do, by the same script, without doing it.
 *
 * @throws InventoryError INVALID_INPUT that tells of every wrong line, UNKNOWN_ITEM,
 *   QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE, REDIS_UNAVAILABLE
 */
export async function previewQuantities(
  deps: InventoryDeps,
  tenantId: string,
  { lines, guard }: PreviewQuantities,
): Promise<LedgerLine[]> {
  if (!isWholeNumber(lines.length, 1, MAX_LINES)) {
    throw invalidInput('lines', lines.length, `1..${MAX_LINES} entries`);
  }
  const toTry = checkEach(lines, ({ itemId, units }, i): MovementLine => {
    if (!isGuid(itemId)) throw invalidInput(`lines[${i}].itemId`, itemId, 'a GUID');
    if (!isWholeNumber(units, -QUANTITY_LIMIT, QUANTITY_LIMIT)) {
      throw invalidInput(`lines[${i}].units`, units, `${-QUANTITY_LIMIT}..${QUANTITY_LIMIT}`);
    }
    return { key: keyOfGuid(itemId), units, guard };
  });
  return withSettings(deps, tenantId, async ({ revision }) => {
    const outcome = await postMovement(deps.redis, {
      tenantId,
      lines: toTry,
      cause: { operation: 'DECREMENT' },
      settingsRevision: revision,
      retentionMs: deps.retentionMs,
      preview: true,
    }).catch((error: unknown) => {
      throw nameLines(error, toTry);
    });
    return outcome.replayed ? [] : outcome.lines();
  });
}

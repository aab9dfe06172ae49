import { createHash } from 'node:crypto';
import { InventoryError } from '../core/errors';
import { guidOfKey, type ItemIdentity } from '../core/identity';
import type { MovementCause, MovementLine } from '../core/movement';
import type { RefusedCall, RefusedLine } from '../core/refusal';
import { keepRefusal } from '../redis/refusals';
import type { InventoryDeps } from './deps';

/** A movement that may have been refused. */
export interface TriedMovement {
  cause: MovementCause;
  lines: readonly MovementLine[];
  /** What the caller named, by place in the lines; absent: item ids. */
  references?: readonly ItemIdentity[];
}

/**
 * Keeps that a movement was refused for want of stock or for an unknown item; other errors leave no
 * trace. Never throws: the caller is told of the refusal, whatever becomes of its record.
 */
export async function recordRefusal(
  { redis, log }: Pick<InventoryDeps, 'redis' | 'log'>,
  tenantId: string,
  error: unknown,
  tried: TriedMovement,
): Promise<void> {
  const call = refusedCall(error, tried);
  if (!call) return;
  try {
    await keepRefusal(redis, tenantId, digestOf(tried), call);
  } catch (failure) {
    log?.warn(`a refusal could not be kept: ${failure instanceof Error ? failure.message : ''}`);
  }
}

function refusedCall(error: unknown, tried: TriedMovement): RefusedCall | undefined {
  if (!(error instanceof InventoryError)) return undefined;
  const { code } = error;
  if (code !== 'INSUFFICIENT_AVAILABLE' && code !== 'UNKNOWN_ITEM') return undefined;
  const { operation, reason, orderId, actor, requestId } = tried.cause;
  return {
    code,
    operation,
    ...(reason !== undefined && { reason }),
    ...(orderId !== undefined && { orderId }),
    ...(actor !== undefined && { actor }),
    ...(requestId !== undefined && { requestId }),
    lines: refusedLines(error, tried),
  };
}

function refusedLines({ details }: InventoryError, tried: TriedMovement): RefusedLine[] {
  const asked = unitsAsked(tried);
  const unknown = (details.itemIds ?? []).map((itemId) => ({
    itemId,
    requested: Math.max(asked.get(itemId)?.units ?? 0, 0),
    available: 0,
  }));
  const short = (details.shortages ?? []).map(({ itemId, requested, available }) => ({
    itemId,
    requested,
    available,
  }));
  return [...unknown, ...short].map((line) => {
    const reference = asked.get(line.itemId)?.reference;
    return reference ? { ...line, reference } : line;
  });
}

/** By item id: units its lines wanted to take, and what named it. */
function unitsAsked({ lines, references }: TriedMovement) {
  const asked = new Map<string, { units: number; reference: ItemIdentity | undefined }>();
  lines.forEach(({ key, units }, i) => {
    const id = guidOfKey(key);
    const earlier = asked.get(id);
    asked.set(id, { units: (earlier?.units ?? 0) - units, reference: references?.[i] });
  });
  return asked;
}

/** Equal for the same order, cause and lines; whose call it was by request id does not matter. */
function digestOf({ cause, lines }: TriedMovement): string {
  const { operation, reason, orderId, actor } = cause;
  const content = lines.map(({ key, units }) => [key.toString('base64'), units]);
  const text = JSON.stringify([operation, reason, orderId, actor, content]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

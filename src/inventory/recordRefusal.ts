import { createHash } from 'node:crypto';
import { InventoryError, type Shortage } from '../core/errors';
import { guidOfKey, type ItemIdentity } from '../core/identity';
import type { MovementCause, MovementLine } from '../core/movement';
import type { RefusalCode, RefusedCall, RefusedLine } from '../core/refusal';
import { postMovement, type PostMovement } from '../redis/commands';
import { readOrder } from '../redis/reads';
import { keepRefusal } from '../redis/refusals';
import type { InventoryDeps } from './deps';

/** A movement that may have been refused. */
export interface TriedMovement {
  cause: MovementCause;
  lines: readonly MovementLine[];
  /** What the caller named, by place in the lines; absent: item ids. */
  references?: readonly ItemIdentity[];
  /** The movement as it was posted: short items are then found beside unknown ones. */
  post?: PostMovement;
}

type Deps = Pick<InventoryDeps, 'redis' | 'log'>;

/**
 * Keeps that a movement was refused for want of stock or for an unknown item; other errors leave no
 * trace. Never throws: the caller is told of the refusal, whatever becomes of its record.
 */
export async function recordRefusal(
  deps: Deps,
  tenantId: string,
  error: unknown,
  tried: TriedMovement,
): Promise<void> {
  if (!isForWant(error)) return;
  try {
    const call = await refusedCall(deps, tenantId, error, tried);
    await keepRefusal(deps.redis, tenantId, digestOf(tried), call);
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : '';
    deps.log?.warn(`a refusal could not be kept: ${why}`);
  }
}

type Refused = InventoryError & { code: RefusalCode };

function isForWant(error: unknown): error is Refused {
  if (!(error instanceof InventoryError)) return false;
  return error.code === 'INSUFFICIENT_AVAILABLE' || error.code === 'UNKNOWN_ITEM';
}

async function refusedCall(
  deps: Deps,
  tenantId: string,
  error: Refused,
  tried: TriedMovement,
): Promise<RefusedCall> {
  const { operation, reason, orderId, actor, requestId } = tried.cause;
  return {
    code: error.code,
    operation,
    ...(reason !== undefined && { reason }),
    ...(orderId !== undefined && { orderId }),
    ...(actor !== undefined && { actor }),
    ...(requestId !== undefined && { requestId }),
    lines: await refusedLines(deps, tenantId, error, tried),
  };
}

async function refusedLines(
  { redis }: Deps,
  tenantId: string,
  { details }: Refused,
  tried: TriedMovement,
): Promise<RefusedLine[]> {
  const { orderId } = tried.cause;
  const itemIds = details.itemIds ?? [];
  const [shortages, order] = await Promise.all([
    details.shortages ?? shortBeside(redis, itemIds, tried),
    orderId === undefined ? null : readOrder(redis, tenantId, orderId),
  ]);
  const asked = unitsAsked(tried);
  const unknown = itemIds.map((itemId): RefusedLine => {
    const { units = 0, reference } = asked.get(itemId) ?? {};
    const line = { itemId, requested: Math.max(units, 0), available: 0 };
    return { ...line, code: 'UNKNOWN_ITEM', ...(reference && { reference }) };
  });
  const short = shortages.map(({ itemId, requested, available }): RefusedLine => {
    return { itemId, code: 'INSUFFICIENT_AVAILABLE', requested, available };
  });
  const taken = new Map(order?.items.map((item) => [item.itemId, item.taken]));
  return [...unknown, ...short].map((line) => {
    const units = taken.get(line.itemId) ?? 0;
    return units > 0 ? { ...line, taken: units } : line;
  });
}

/**
 * The items that a call is short of beside those that are unknown: the script names only these. As
 * of a moment later, which is as good for a record.
 */
async function shortBeside(
  redis: InventoryDeps['redis'],
  unknown: readonly string[],
  { post }: TriedMovement,
): Promise<readonly Shortage[]> {
  const lines = post?.lines.filter(({ key }) => !unknown.includes(guidOfKey(key))) ?? [];
  if (!post || lines.length === 0) return [];
  try {
    await postMovement(redis, { ...post, lines, preview: true });
    return [];
  } catch (error) {
    if (!(error instanceof InventoryError) || error.kind === 'unavailable') throw error;
    return error.details.shortages ?? [];
  }
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

import { InventoryError } from '../core/errors';
import { keyOfGuid } from '../core/identity';
import type { InventoryItem } from '../core/item';
import type { MovementCause } from '../core/movement';
import { postMovement } from '../redis/commands';
import type { InventoryDeps } from './deps';
import { editItems } from './editItems';
import { itemsById } from './items';
import { callByKey, callOf, earlierCall } from './keyedInput';
import { withSettings } from './settings';

/** A change of every item of a list. */
export interface AdjustFound {
  /** Signed units. Taking stops at zero. */
  units: number;
  /** Whether an untracked item becomes a tracked one, with the units as its quantity. */
  track: boolean;
  /** A quantity that moves over it is refused; units. */
  max: number;
  cause: MovementCause;
  /** Each item is adjusted once per key, however often it is asked for. */
  idempotencyKey: string;
}

const MAX_ATTEMPTS = 10;

/**
 * Adjusts items, each by a movement of its own.
 *
 * @returns by place: the error that left an item as it is: UNKNOWN_ITEM, ITEM_NOT_TRACKED,
 *   INSUFFICIENT_AVAILABLE (its quantity is below zero already), QUANTITY_OUT_OF_RANGE,
 *   COMPARE_QUANTITY_STALE and REVISION_CONFLICT (others kept changing it)
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function adjustFound(
  deps: InventoryDeps,
  tenantId: string,
  itemIds: readonly string[],
  adjust: AdjustFound,
): Promise<(InventoryError | undefined)[]> {
  const items = await itemsById(deps, tenantId, itemIds);
  return Promise.all(
    itemIds.map((itemId, i) => adjustItem(deps, tenantId, adjust, itemId, items[i] ?? null)),
  );
}

async function adjustItem(
  deps: InventoryDeps,
  tenantId: string,
  adjust: AdjustFound,
  itemId: string,
  read: InventoryItem | null,
): Promise<InventoryError | undefined> {
  // What it takes may be another number when it is asked for again: the key alone says what it is.
  const key = `${adjust.idempotencyKey}:${itemId}`;
  const { call } = callOf(deps, { idempotencyKey: key }, itemId);
  if (await earlierCall(deps, tenantId, call)) return undefined;
  if (await callByKey(deps, tenantId, trackingKey(adjust, itemId))) return undefined;
  let item = read;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (!item) throw new InventoryError('UNKNOWN_ITEM');
      if (item.tracked) await adjustTracked(deps, tenantId, adjust, item, call);
      else await startTracking(deps, tenantId, adjust, item);
      return undefined;
    } catch (error) {
      if (!(error instanceof InventoryError) || error.kind === 'unavailable') throw error;
      const stale = error.code === 'COMPARE_QUANTITY_STALE' || error.code === 'REVISION_CONFLICT';
      if (!stale || attempt === MAX_ATTEMPTS) return error;
      [item = null] = await itemsById(deps, tenantId, [itemId]);
    }
  }
}

async function adjustTracked(
  deps: InventoryDeps,
  tenantId: string,
  { units, max, cause }: AdjustFound,
  { id, quantity, reserved }: InventoryItem,
  call: ReturnType<typeof callOf>['call'],
): Promise<void> {
  const free = quantity - reserved;
  if (units < 0 && free < 0) throw new InventoryError('INSUFFICIENT_AVAILABLE');
  const moved = units < 0 ? -Math.min(-units, free) : units;
  if (quantity + moved > max) {
    const message = `The quantity would rise over ${max}: it is ${quantity}.`;
    throw new InventoryError('QUANTITY_OUT_OF_RANGE', message);
  }
  if (moved === 0) return;
  const stockOnly = { absolute: false, compareQuantity: quantity };
  const line = { key: keyOfGuid(id), units: moved, guard: 'strict', stockOnly } as const;
  await withSettings(deps, tenantId, ({ revision: settingsRevision }) =>
    postMovement(deps.redis, {
      tenantId,
      lines: [line],
      cause,
      settingsRevision,
      retentionMs: deps.retentionMs,
      ...(call && { call }),
    }),
  );
}

async function startTracking(
  deps: InventoryDeps,
  tenantId: string,
  adjust: AdjustFound,
  { id, revision }: InventoryItem,
): Promise<void> {
  const { units, track, cause } = adjust;
  if (!track) throw new InventoryError('ITEM_NOT_TRACKED');
  const { errors } = await editItems(deps, tenantId, {
    rows: [{ id, revision: String(revision), values: { quantity: Math.max(units, 0) } }],
    errorPolicy: 'REJECT_ALL',
    contract: 'WIX',
    cause: { ...cause, operation: 'UPDATE' },
    idempotencyKey: trackingKey(adjust, id),
  });
  const [error] = errors;
  if (error) throw new InventoryError(error.code, error.message);
}

/** Another key than the movement's: the input of an edit is its own. */
function trackingKey({ idempotencyKey }: AdjustFound, itemId: string): string {
  return `${idempotencyKey}:track:${itemId}`;
}

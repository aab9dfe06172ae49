import { InventoryError, invalidInput } from '../core/errors';
import { guidOfKey, isGuid, itemKey } from '../core/identity';
import type { InventoryItem } from '../core/item';
import type { MovementCause } from '../core/movement';
import { QUANTITY_LIMIT } from '../core/quantity';
import { endOf, keepIdleCall, type KeyedCall } from '../redis/callRecord';
import { readLevels } from '../redis/reads';
import { locationClosed } from './closedLocations';
import type { InventoryDeps } from './deps';
import { callOf, earlierCall, onceByKey, type KeyedInput } from './keyedInput';
import { changeLocation, noSuchLocation, tenantLocations, type LocationOutcome } from './locations';
import { notTracked, stockAt, transferStock } from './transferStock';

/** A location to close. */
export interface DeactivateLocation extends KeyedInput {
  id: string;
  /** The revision the caller knows. */
  revision: number;
  /** Where its stock goes; must be given while there is any. */
  transferToLocationId?: string | undefined;
  cause: Omit<MovementCause, 'operation'>;
}

/** A closed location. */
export interface DeactivatedLocation extends LocationOutcome {
  /** How many items were moved. */
  transferredItems: number;
}

const ITEMS_PER_READ = 1000;

/**
 * Closes a location and moves its stock to another. It is closed first, then its items are moved,
 * up to 150 in a movement; after a crash in between, closing it again moves the rest. So does
 * closing it again when orders go on taking from it or giving back to it. A call with a key that
 * was broken off is finished by its repeat; finished, it moves nothing any more.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_LOCATION, REVISION_CONFLICT, LOCATION_CHANGED,
 *   LOCATION_HAS_STOCK when it has stock and nowhere to put it, LOCATION_CLOSED when that is
 *   closed, ITEM_NOT_TRACKED and QUANTITY_OUT_OF_RANGE when its stock can't be put there,
 *   UNKNOWN_ITEM when others kept creating and deleting its items, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function deactivateLocation(
  deps: InventoryDeps,
  tenantId: string,
  { id, revision, transferToLocationId, cause, ...keyed }: DeactivateLocation,
): Promise<DeactivatedLocation> {
  const locationId = id.toLowerCase();
  const target = transferToLocationId?.toLowerCase();
  const input = ['LOCATION_DEACTIVATE', locationId, revision, target];
  const { call } = callOf(deps, keyed, input);
  const inSteps = target !== undefined;
  const change = { id: locationId, revision, active: false, ...keyed, inSteps };
  const close = () => changeLocation(deps, tenantId, change, input);
  const closed = await onceByKey(deps, tenantId, call, {
    action: async () => {
      await checkSource(deps, tenantId, locationId);
      if (target !== undefined) await checkTarget(deps, tenantId, locationId, target);
      await checkStock(deps, tenantId, await stockAt(deps, tenantId, locationId), target);
      return close();
    },
    replay: close,
  });
  if (target === undefined) return { ...closed, transferredItems: 0 };
  const finished = await finishedTransfer(deps, tenantId, call);
  if (finished !== null) return { ...closed, transferredItems: finished };
  const left = await stockAt(deps, tenantId, locationId);
  if (closed.replayed && left.length > 0) {
    // Much may have changed since the call was broken off.
    await checkTarget(deps, tenantId, locationId, target);
    await checkStock(deps, tenantId, left, target);
  }
  const transferredItems = await transferStock(deps, tenantId, { locationId, target, cause, call });
  return { ...closed, transferredItems: await finish(deps, tenantId, call, transferredItems) };
}

/** How many items a keyed transfer has moved in all; null: it is not finished. */
async function finishedTransfer(
  deps: InventoryDeps,
  tenantId: string,
  call: KeyedCall | undefined,
): Promise<number | null> {
  const end = await earlierCall(deps, tenantId, call && endOf(call));
  return end && Number(end.kept);
}

/** Records that a keyed transfer is finished; what is recorded, by whichever call was first. */
async function finish(
  deps: InventoryDeps,
  tenantId: string,
  call: KeyedCall | undefined,
  transferredItems: number,
): Promise<number> {
  if (!call) return transferredItems;
  const kept = String(transferredItems);
  if (await keepIdleCall(deps.redis, tenantId, { ...endOf(call), kept })) return transferredItems;
  return (await finishedTransfer(deps, tenantId, call)) ?? transferredItems;
}

/** @throws InventoryError NO_SUCH_LOCATION, INVALID_INPUT for the default one */
async function checkSource(
  deps: InventoryDeps,
  tenantId: string,
  locationId: string,
): Promise<void> {
  const { all } = await tenantLocations(deps, tenantId);
  const location = all.find(({ id }) => id === locationId);
  if (!location || location.revision === 0) throw noSuchLocation(locationId, 'input.id');
  if (location.isDefault) {
    throw invalidInput('input.id', locationId, 'another than the default location');
  }
}

/** @throws InventoryError INVALID_INPUT, NO_SUCH_LOCATION, LOCATION_CLOSED */
async function checkTarget(
  deps: InventoryDeps,
  tenantId: string,
  locationId: string,
  target: string,
): Promise<void> {
  const field = 'input.transferToLocationId';
  if (!isGuid(target) || target === locationId) {
    throw invalidInput(field, target, 'the id of another location');
  }
  const { all } = await tenantLocations(deps, tenantId);
  const location = all.find(({ id }) => id === target);
  if (!location) throw noSuchLocation(target, field);
  if (!location.active) throw locationClosed(target, field);
}

/** Makes sure that the target can take the stock, before anything is changed. */
async function checkStock(
  deps: InventoryDeps,
  tenantId: string,
  items: readonly InventoryItem[],
  target: string | undefined,
): Promise<void> {
  if (items.length === 0) return;
  const field = 'input.transferToLocationId';
  if (target === undefined) throw new InventoryError('LOCATION_HAS_STOCK', undefined, { field });
  for (let at = 0; at < items.length; at += ITEMS_PER_READ) {
    const batch = items.slice(at, at + ITEMS_PER_READ);
    const ids = batch.map((item) => guidOfKey(itemKey(tenantId, { ...item, locationId: target })));
    const levels = await readLevels(deps.redis, tenantId, ids);
    levels.forEach((level, i) => {
      if (!level) return;
      if (!level.tracked) throw notTracked(ids[i]!);
      if (Math.abs(level.quantity + batch[i]!.quantity) <= QUANTITY_LIMIT) return;
      const message = `With what comes, item ${ids[i]!} would leave ±${QUANTITY_LIMIT}.`;
      throw new InventoryError('QUANTITY_OUT_OF_RANGE', message, { field });
    });
  }
}

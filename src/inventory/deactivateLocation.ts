import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, itemKey, keyOfGuid } from '../core/identity';
import type { InventoryItem } from '../core/item';
import type { Location } from '../core/location';
import type { MovementCause, MovementLine } from '../core/movement';
import { MAX_LINES } from '../core/quantity';
import { postMovement, saveItems, type SaveItem } from '../redis/commands';
import { readDocuments } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { changeLocation, noSuchLocation, tenantLocations } from './locations';
import { withSettings } from './settings';

/** A location to close. */
export interface DeactivateLocation {
  id: string;
  /** The revision the caller knows. */
  revision: number;
  /** Where its stock goes; must be given while there is any. */
  transferToLocationId?: string | undefined;
  cause: Omit<MovementCause, 'operation'>;
}

/** A closed location. */
export interface DeactivatedLocation {
  location: Location;
  /** How many items were moved. */
  transferredItems: number;
}

/** A move makes two lines. */
const ITEMS_PER_MOVEMENT = MAX_LINES / 2;
/** How often stock that came in meanwhile is moved after the rest. */
const MAX_ROUNDS = 20;

/**
 * Closes a location and moves its stock to another. It is closed first, then its items are moved,
 * up to 150 in a movement; after a crash in between, closing it again moves the rest.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_LOCATION, REVISION_CONFLICT, LOCATION_CHANGED,
 *   LOCATION_HAS_STOCK when it has stock and nowhere to put it, QUANTITY_OUT_OF_RANGE,
 *   REDIS_UNAVAILABLE
 */
export async function deactivateLocation(
  deps: InventoryDeps,
  tenantId: string,
  { id, revision, transferToLocationId, cause }: DeactivateLocation,
): Promise<DeactivatedLocation> {
  const locationId = id.toLowerCase();
  const target = transferToLocationId?.toLowerCase();
  await checkPlaces(deps, tenantId, locationId, target);
  if (target === undefined && (await stockAt(deps, tenantId, locationId)).length > 0) {
    const field = 'input.transferToLocationId';
    throw new InventoryError('LOCATION_HAS_STOCK', undefined, { field });
  }
  const change = { id: locationId, revision, active: false };
  const location = await changeLocation(deps, tenantId, change);
  let transferredItems = 0;
  for (let round = 0; target !== undefined && round < MAX_ROUNDS; round += 1) {
    const items = await stockAt(deps, tenantId, locationId);
    if (items.length === 0) break;
    for (let at = 0; at < items.length; at += ITEMS_PER_MOVEMENT) {
      const batch = items.slice(at, at + ITEMS_PER_MOVEMENT);
      transferredItems += await transfer(deps, tenantId, batch, target, cause);
    }
  }
  return { location, transferredItems };
}

async function checkPlaces(
  deps: InventoryDeps,
  tenantId: string,
  locationId: string,
  target: string | undefined,
): Promise<void> {
  const { all } = await tenantLocations(deps, tenantId);
  const find = (id: string) => all.find((location) => location.id === id);
  const location = find(locationId);
  if (!location || location.revision === 0) throw noSuchLocation(locationId, 'input.id');
  if (location.isDefault) {
    throw invalidInput('input.id', locationId, 'another than the default location');
  }
  if (target === undefined) return;
  const field = 'input.transferToLocationId';
  if (!isGuid(target) || target === locationId) {
    throw invalidInput(field, target, 'the id of another location');
  }
  if (find(target)?.active !== true) throw noSuchLocation(target, field);
}

/** Tracked items at a location that hold (or owe) stock. */
async function stockAt(
  { feeds }: InventoryDeps,
  tenantId: string,
  locationId: string,
): Promise<InventoryItem[]> {
  const index = await feeds.current(tenantId);
  const items = [...index.candidates({ locationIds: [locationId] }).each()];
  return items.filter(({ tracked, quantity }) => tracked && quantity !== 0);
}

/** Moves items in one movement; none when one of them was sold from meanwhile. */
async function transfer(
  deps: InventoryDeps,
  tenantId: string,
  items: readonly InventoryItem[],
  target: string,
  cause: DeactivateLocation['cause'],
): Promise<number> {
  const targets = await ensureTargets(deps, tenantId, items, target, cause);
  const lines = items.flatMap(({ id, quantity }, i): MovementLine[] => {
    const line = { guard: 'unrestricted' as const };
    const compared = { absolute: false, compareQuantity: quantity };
    const any = { absolute: false, compareQuantity: null };
    return [
      { ...line, key: keyOfGuid(id), units: -quantity, stockOnly: compared },
      { ...line, key: targets[i]!, units: quantity, stockOnly: any },
    ];
  });
  try {
    await withSettings(deps, tenantId, ({ revision: settingsRevision }) =>
      postMovement(deps.redis, {
        tenantId,
        lines,
        cause: { ...cause, operation: 'MOVE', reason: 'TRANSFER' },
        settingsRevision,
        retentionMs: deps.retentionMs,
      }),
    );
    return items.length;
  } catch (error) {
    const moved = error instanceof InventoryError && error.code === 'COMPARE_QUANTITY_STALE';
    if (!moved) throw error;
    return 0;
  }
}

/** The items' counterparts at the target; those that are missing are created empty. */
async function ensureTargets(
  deps: InventoryDeps,
  tenantId: string,
  items: readonly InventoryItem[],
  target: string,
  cause: DeactivateLocation['cause'],
): Promise<Buffer[]> {
  const keys = items.map((item) => itemKey(tenantId, { ...item, locationId: target }));
  const present = await readDocuments(deps.redis, tenantId, keys);
  const own = await readDocuments(
    deps.redis,
    tenantId,
    items.map(({ id }) => keyOfGuid(id)),
  );
  const missing = keys.flatMap((key, i): SaveItem[] => {
    if (present[i] !== '' || own[i] === '') return [];
    const document = JSON.parse(own[i]!) as Record<string, unknown>;
    delete document['createdDate'];
    const after = JSON.stringify({ ...document, locationId: target });
    return [{ key, level: { tracked: true, quantity: 0 }, before: '', after }];
  });
  if (missing.length > 0) {
    const creation = { ...cause, operation: 'CREATE' as const, reason: 'TRANSFER' };
    await saveItems(deps.redis, { tenantId, items: missing, cause: creation });
  }
  return keys;
}

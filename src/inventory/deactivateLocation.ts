import { InventoryError, invalidInput } from '../core/errors';
import { guidOfKey, isGuid, itemKey, keyOfGuid } from '../core/identity';
import type { InventoryItem } from '../core/item';
import type { Location } from '../core/location';
import type { MovementCause, MovementLine } from '../core/movement';
import { MAX_LINES, QUANTITY_LIMIT } from '../core/quantity';
import { postMovement, saveItems, type SaveItem } from '../redis/commands';
import { readDocuments, readLevels } from '../redis/reads';
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
/** How often a movement is tried whose items keep being sold. */
const MAX_ATTEMPTS = 100;
const ITEMS_PER_READ = 1000;

/**
 * Closes a location and moves its stock to another. It is closed first, then its items are moved,
 * up to 150 in a movement; after a crash in between, closing it again moves the rest. So does
 * closing it again when orders go on taking from it or giving back to it.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_LOCATION, REVISION_CONFLICT, LOCATION_CHANGED,
 *   LOCATION_HAS_STOCK when it has stock and nowhere to put it, ITEM_NOT_TRACKED and
 *   QUANTITY_OUT_OF_RANGE when its stock can't be put there, COMPARE_QUANTITY_STALE when an item
 *   never stood still, REDIS_UNAVAILABLE
 */
export async function deactivateLocation(
  deps: InventoryDeps,
  tenantId: string,
  { id, revision, transferToLocationId, cause }: DeactivateLocation,
): Promise<DeactivatedLocation> {
  const locationId = id.toLowerCase();
  const target = transferToLocationId?.toLowerCase();
  await checkPlaces(deps, tenantId, locationId, target);
  await checkStock(deps, tenantId, await stockAt(deps, tenantId, locationId), target);
  const change = { id: locationId, revision, active: false };
  const location = await changeLocation(deps, tenantId, change);
  const transferred = new Set<string>();
  for (let round = 0; target !== undefined && round < MAX_ROUNDS; round += 1) {
    const items = await stockAt(deps, tenantId, locationId);
    if (items.length === 0) break;
    for (let at = 0; at < items.length; at += ITEMS_PER_MOVEMENT) {
      const batch = items.slice(at, at + ITEMS_PER_MOVEMENT);
      const moved = await transfer(deps, tenantId, batch, target, cause);
      for (const itemId of moved) transferred.add(itemId);
    }
  }
  return { location, transferredItems: transferred.size };
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

function notTracked(itemId: string): InventoryError {
  const message = `Item ${itemId}, where stock would go, is not tracked.`;
  return new InventoryError('ITEM_NOT_TRACKED', message, { field: 'input.transferToLocationId' });
}

/** Moves items in one movement, as they are when it is made; which ones. */
async function transfer(
  deps: InventoryDeps,
  tenantId: string,
  items: readonly InventoryItem[],
  target: string,
  cause: DeactivateLocation['cause'],
): Promise<string[]> {
  // Copies: the index they come from moves on.
  let moving = items.map((item) => ({ ...item }));
  for (let attempt = 1; moving.length > 0; attempt += 1) {
    try {
      await moveAll(deps, tenantId, moving, target, cause);
      break;
    } catch (error) {
      if (!(error instanceof InventoryError) || attempt === MAX_ATTEMPTS) throw error;
      moving = stillToMove(moving, error);
    }
  }
  return moving.map(({ id }) => id);
}

/**
 * What is left to move, after a movement was refused because items changed meanwhile.
 *
 * @throws InventoryError the refusal, when it has another reason
 */
function stillToMove(moving: readonly InventoryItem[], refusal: InventoryError): InventoryItem[] {
  const { itemIds = [], quantities = [] } = refusal.details;
  const others = moving.filter(({ id }) => !itemIds.includes(id));
  switch (refusal.code) {
    case 'ITEM_CHANGED':
      // Somebody else created a counterpart.
      return [...moving];
    case 'UNKNOWN_ITEM':
      // Deleted here; or there, and created again by the next attempt.
      return others;
    case 'ITEM_NOT_TRACKED':
      if (others.length === moving.length) throw notTracked(itemIds[0]!);
      return others;
    case 'COMPARE_QUANTITY_STALE': {
      const present = new Map(itemIds.map((id, i) => [id, quantities[i]!]));
      return moving
        .map((item) => ({ ...item, quantity: present.get(item.id) ?? item.quantity }))
        .filter(({ quantity }) => quantity !== 0);
    }
    default:
      throw refusal;
  }
}

async function moveAll(
  deps: InventoryDeps,
  tenantId: string,
  items: readonly InventoryItem[],
  target: string,
  cause: DeactivateLocation['cause'],
): Promise<void> {
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
  await withSettings(deps, tenantId, ({ revision: settingsRevision }) =>
    postMovement(deps.redis, {
      tenantId,
      lines,
      cause: { ...cause, operation: 'MOVE', reason: 'TRANSFER' },
      settingsRevision,
      retentionMs: deps.retentionMs,
    }),
  );
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

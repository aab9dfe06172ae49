import { randomUUID } from 'node:crypto';
import { InventoryError, invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import {
  LOCATION_NAME_MAX,
  MAX_LOCATIONS,
  type Location,
  type StoredLocation,
} from '../core/location';
import { saveLocation } from '../redis/commands';
import { readLocations } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { changeSettings, presentSettings } from './settings';

/** A tenant's locations by id, and what a location nobody created looks like. */
export interface Locations {
  /** Created ones and the default one, by name. */
  all: Location[];
  /** Any location; one that nobody created has no name. */
  get(id: string): Location;
}

/** @throws InventoryError REDIS_UNAVAILABLE */
export async function tenantLocations(deps: InventoryDeps, tenantId: string): Promise<Locations> {
  const [{ defaultLocationId }, stored] = await Promise.all([
    presentSettings(deps, tenantId),
    readLocations(deps.redis, tenantId),
  ]);
  const get = (id: string): Location => {
    const text = stored.get(id);
    return toLocation(id, text === undefined ? undefined : parse(text), defaultLocationId);
  };
  const all = [...new Set([...stored.keys(), defaultLocationId])].map(get);
  all.sort((a, b) => (a.name ?? '').localeCompare(b.name ?? '') || (a.id < b.id ? -1 : 1));
  return { all, get };
}

/**
 * Creates a location. `id` is for locations that have one elsewhere, such as in Wix.
 *
 * @throws InventoryError INVALID_INPUT, ALREADY_EXISTS, LIMIT_REACHED, REDIS_UNAVAILABLE
 */
export async function createLocation(
  deps: InventoryDeps,
  tenantId: string,
  { name, id = randomUUID() }: { name: string; id?: string | undefined },
): Promise<Location> {
  checkName(name);
  if (!isGuid(id)) throw invalidInput('id', id, 'a GUID');
  const locationId = id.toLowerCase();
  const stored = await readLocations(deps.redis, tenantId);
  if (stored.has(locationId)) {
    throw new InventoryError('ALREADY_EXISTS', `There is a location with id ${locationId}.`, {
      field: 'id',
    });
  }
  if (stored.size >= MAX_LOCATIONS) {
    throw new InventoryError('LIMIT_REACHED', `A tenant has up to ${MAX_LOCATIONS} locations.`);
  }
  return store(deps, tenantId, locationId, '', { name, active: true, revision: 1 });
}

/** What to change of a location. */
export interface LocationChange {
  id: string;
  /** The revision the caller knows. */
  revision: number;
  name?: string | undefined;
  active?: boolean | undefined;
}

/**
 * Changes a location.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_LOCATION, REVISION_CONFLICT, LOCATION_CHANGED,
 *   REDIS_UNAVAILABLE
 */
export async function changeLocation(
  deps: InventoryDeps,
  tenantId: string,
  { id, revision, name, active }: LocationChange,
): Promise<Location> {
  if (name !== undefined) checkName(name);
  const locationId = id.toLowerCase();
  const text = (await readLocations(deps.redis, tenantId)).get(locationId);
  if (text === undefined) throw noSuchLocation(id);
  const stored = parse(text);
  if (stored.revision !== revision) {
    const message = `revision must be ${stored.revision}, the present one, got ${revision}`;
    throw new InventoryError('REVISION_CONFLICT', message, { field: 'revision' });
  }
  const { createdDate } = stored;
  return store(deps, tenantId, locationId, text, {
    createdDate,
    name: name ?? stored.name,
    active: active ?? stored.active,
    revision: revision + 1,
  });
}

/**
 * Makes a location the default one, whether or not somebody created it.
 *
 * @throws InventoryError INVALID_INPUT when it is closed, REDIS_UNAVAILABLE
 */
export async function setDefaultLocation(
  deps: InventoryDeps,
  tenantId: string,
  locationId: string,
): Promise<Location> {
  try {
    await changeSettings(deps, tenantId, { defaultLocationId: locationId });
  } catch (error) {
    if (!(error instanceof InventoryError) || error.code !== 'INVALID_INPUT') throw error;
    throw new InventoryError('INVALID_INPUT', error.message, { field: 'locationId' });
  }
  const locations = await tenantLocations(deps, tenantId);
  return locations.get(locationId.toLowerCase());
}

/** A NO_SUCH_LOCATION that names the id. */
export function noSuchLocation(id: string, field = 'id'): InventoryError {
  return new InventoryError('NO_SUCH_LOCATION', `There is no location ${id}.`, { field });
}

async function store(
  deps: InventoryDeps,
  tenantId: string,
  id: string,
  before: string,
  location: Partial<StoredLocation>,
): Promise<Location> {
  const { defaultLocationId } = await presentSettings(deps, tenantId);
  const json = JSON.stringify(location);
  const stored = await saveLocation(deps.redis, tenantId, { id, before, after: json });
  return toLocation(id, parse(stored), defaultLocationId);
}

function checkName(name: string): void {
  if (name.trim() === '' || name.length > LOCATION_NAME_MAX) {
    throw invalidInput('name', name, `1..${LOCATION_NAME_MAX} characters`);
  }
}

function parse(text: string): StoredLocation {
  return JSON.parse(text) as StoredLocation;
}

function toLocation(
  id: string,
  stored: StoredLocation | undefined,
  defaultLocationId: string,
): Location {
  const unnamed = { name: null, active: true, revision: 0, createdDate: null, updatedDate: null };
  return { ...(stored ?? unnamed), id, isDefault: id === defaultLocationId };
}

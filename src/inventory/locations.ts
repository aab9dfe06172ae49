import { randomUUID } from 'node:crypto';
import { InventoryError, invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import {
  LOCATION_NAME_MAX,
  MAX_LOCATIONS,
  type Location,
  type StoredLocation,
} from '../core/location';
import { isText } from '../core/text';
import { saveLocation } from '../redis/commands';
import { readLocations } from '../redis/reads';
import { changeSettingsOnce } from './changeSettings';
import type { InventoryDeps } from './deps';
import { callAbout, callOf, keepUnchanged, onceByKey, type KeyedInput } from './keyedInput';
import { presentSettings } from './settings';

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

/** A location to create. */
export interface NewLocation extends KeyedInput {
  name: string;
  /** For locations that have one elsewhere, such as in Wix; default: a new one. */
  id?: string | undefined;
}

/** A location right after a change of it. */
export interface LocationOutcome {
  location: Location;
  /** The result was recorded by an earlier call with the same key; nothing changed now. */
  replayed: boolean;
}

/**
 * Creates a location.
 *
 * @throws InventoryError INVALID_INPUT, ALREADY_EXISTS, LIMIT_REACHED, IDEMPOTENCY_KEY_MISMATCH,
 *   LOCATION_CHANGED, REDIS_UNAVAILABLE
 */
export async function createLocation(
  deps: InventoryDeps,
  tenantId: string,
  { name, id, ...keyed }: NewLocation,
): Promise<LocationOutcome> {
  checkName(name);
  if (id !== undefined && !isGuid(id)) throw invalidInput('id', id, 'a GUID');
  const input = ['LOCATION_CREATE', name, id?.toLowerCase()];
  return storeOnce(deps, tenantId, keyed, input, (stored) => {
    const locationId = (id ?? randomUUID()).toLowerCase();
    if (stored.has(locationId)) {
      const message = `There is a location with id ${locationId}.`;
      throw new InventoryError('ALREADY_EXISTS', message, { field: 'id' });
    }
    if (stored.size >= MAX_LOCATIONS) {
      throw new InventoryError('LIMIT_REACHED', `A tenant has up to ${MAX_LOCATIONS} locations.`);
    }
    return { id: locationId, before: '', after: { name, active: true, revision: 1 } };
  });
}

/** What to change of a location; what is absent stays. */
export interface LocationChange extends KeyedInput {
  id: string;
  /** The revision the caller knows. */
  revision: number;
  name?: string | undefined;
  active?: boolean | undefined;
}

/**
 * Renames a location, or opens a closed one.
 *
 * @throws InventoryError INVALID_INPUT also for `active: false`, and those of `changeLocation`
 */
export async function updateLocation(
  deps: InventoryDeps,
  tenantId: string,
  change: LocationChange,
): Promise<LocationOutcome> {
  if (change.active === false) {
    throw invalidInput('active', false, 'true or absent: locationDeactivate closes a location');
  }
  return changeLocation(deps, tenantId, change);
}

/**
 * Changes a location. A change of nothing leaves its revision as it is.
 *
 * @param input what the key of a keyed call stands for
 * @throws InventoryError INVALID_INPUT, NO_SUCH_LOCATION, REVISION_CONFLICT, LOCATION_CHANGED,
 *   IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function changeLocation(
  deps: InventoryDeps,
  tenantId: string,
  { id, revision, name, active, ...keyed }: LocationChange,
  input: unknown = ['LOCATION_UPDATE', id.toLowerCase(), revision, name, active],
): Promise<LocationOutcome> {
  if (name !== undefined) checkName(name);
  const locationId = id.toLowerCase();
  return storeOnce(deps, tenantId, keyed, input, (locations) => {
    const before = locations.get(locationId);
    if (before === undefined) throw noSuchLocation(id);
    const stored = parse(before);
    if (stored.revision !== revision) {
      const message = `revision must be ${stored.revision}, the present one, got ${revision}`;
      throw new InventoryError('REVISION_CONFLICT', message, { field: 'revision' });
    }
    const said = { name: name ?? stored.name, active: active ?? stored.active };
    if (said.name === stored.name && said.active === stored.active) {
      return { id: locationId, before, after: null };
    }
    const after = { createdDate: stored.createdDate, ...said, revision: revision + 1 };
    return { id: locationId, before, after };
  });
}

/** A location to make the default one. */
export interface NewDefaultLocation extends KeyedInput {
  locationId: string;
}

/**
 * Makes a location the default one, whether or not somebody created it.
 *
 * @throws InventoryError INVALID_INPUT when it is closed, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function setDefaultLocation(
  deps: InventoryDeps,
  tenantId: string,
  { locationId, ...keyed }: NewDefaultLocation,
): Promise<LocationOutcome> {
  const { replayed } = await changeSettingsOnce(deps, tenantId, {
    operation: 'DEFAULT_LOCATION',
    change: { defaultLocationId: locationId },
    ...keyed,
  }).catch((error: unknown) => {
    if (!(error instanceof InventoryError)) throw error;
    if (error.details.field !== 'defaultLocationId') throw error;
    throw new InventoryError('INVALID_INPUT', error.message, { field: 'locationId' });
  });
  const location = (await tenantLocations(deps, tenantId)).get(locationId.toLowerCase());
  return { location: replayed ? { ...location, isDefault: true } : location, replayed };
}

/** A NO_SUCH_LOCATION that names the id. */
export function noSuchLocation(id: string, field = 'id'): InventoryError {
  return new InventoryError('NO_SUCH_LOCATION', `There is no location ${id}.`, { field });
}

/** What to store of a location, and the text it takes the place of. */
interface Plan {
  id: string;
  before: string;
  /** Null: it stays as it is. */
  after: Partial<StoredLocation> | null;
}

/** Stores what is planned for the locations there are, once by key. */
async function storeOnce(
  deps: InventoryDeps,
  tenantId: string,
  keyed: KeyedInput,
  input: unknown,
  plan: (stored: Map<string, string>) => Plan,
): Promise<LocationOutcome> {
  return onceByKey(deps, tenantId, callOf(deps, keyed, input).call, {
    action: async () => {
      const { id, before, after } = plan(await readLocations(deps.redis, tenantId));
      const { defaultLocationId } = await presentSettings(deps, tenantId);
      const which = JSON.stringify({ id, defaultLocationId });
      const call = callAbout(callOf(deps, keyed, input, which).call, { locationId: id });
      if (!after) {
        const recorded = await keepUnchanged(deps, tenantId, call, `${which}\n${before}`);
        if (recorded !== undefined) return replayOf(recorded);
        return { location: toLocation(id, parse(before), defaultLocationId), replayed: false };
      }
      const save = { id, before, after: JSON.stringify(after), ...(call && { call }) };
      const { stored, replayed } = await saveLocation(deps.redis, tenantId, save);
      if (replayed) return replayOf(stored);
      return { location: toLocation(id, parse(stored), defaultLocationId), replayed };
    },
    replay: replayOf,
  });
}

/** @param kept which location it was and which the default one, a line feed, what was stored */
function replayOf(kept: string): LocationOutcome {
  const [which, stored] = kept.split('\n');
  const { id, defaultLocationId } = JSON.parse(which!) as { id: string; defaultLocationId: string };
  return { location: toLocation(id, parse(stored!), defaultLocationId), replayed: true };
}

function checkName(name: string): void {
  if (name.trim() === '' || !isText(name, 1, LOCATION_NAME_MAX)) {
    throw invalidInput(
      'name',
      name,
      `1..${LOCATION_NAME_MAX} characters, none a control character`,
    );
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

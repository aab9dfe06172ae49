import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { InventoryError, invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import { movementReasons, orderReasons, WIX_EVENT_REASON, wixReasons } from '../core/movement';
import { isWholeNumber } from '../core/quantity';
import { isText } from '../core/text';
import type { KeyedCall } from '../redis/callRecord';
import { saveSettings } from '../redis/commands';
import { closedLocations } from './closedLocations';
import type { InventoryDeps } from './deps';
import { callAbout, callOf, keepUnchanged, onceByKey, type KeyedInput } from './keyedInput';
import { finishReindex } from './lowStockReindex';
import {
  incomingQuantityPolicies,
  presentSettings,
  subscriptionItemPolicies,
  unknownItemPolicies,
  type TenantSettings,
} from './settings';

export type SettingsChange = Partial<Omit<TenantSettings, 'revision'>>;

const MAX_ATTEMPTS = 50;
/** Longest pause before the second attempt; that before each further one is as much longer. */
const PAUSE_MS = 4;
const MAX_REASON_CODES = 100;
const MAX_REASON_CODE_LENGTH = 50;
const MAX_THRESHOLD = 10_000_000;

/**
 * Changes a tenant's settings; what is absent stays. With another default low stock threshold the
 * index of items low on stock is in order, too, before this returns.
 *
 * @throws InventoryError INVALID_INPUT, SETTINGS_CHANGED when others kept changing them,
 *   REDIS_UNAVAILABLE
 */
export async function changeSettings(
  deps: InventoryDeps,
  tenantId: string,
  change: SettingsChange,
): Promise<TenantSettings> {
  return (await changeSettingsOnce(deps, tenantId, { change })).settings;
}

/** A change of settings that may carry a key. */
export interface KeyedSettingsChange extends KeyedInput {
  change: SettingsChange;
  /** The revision the caller knows; default: whatever it is. */
  revision?: number | undefined;
  /** A key stands for one of them only. Default: SETTINGS. */
  operation?: 'SETTINGS' | 'DEFAULT_LOCATION';
}

/** Settings right after a change of them, of a replay too. */
export interface SettingsOutcome {
  settings: TenantSettings;
  /** The result was recorded by an earlier call with the same key; nothing changed now. */
  replayed: boolean;
}

/**
 * Changes a tenant's settings as `changeSettings` does, once by key. A change of nothing leaves
 * their revision as it is.
 *
 * @throws InventoryError INVALID_INPUT, REVISION_CONFLICT, SETTINGS_CHANGED when others kept
 *   changing them, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function changeSettingsOnce(
  deps: InventoryDeps,
  tenantId: string,
  { change, revision, operation = 'SETTINGS', ...keyed }: KeyedSettingsChange,
): Promise<SettingsOutcome> {
  const checked = checkSettings(change);
  const locationId = operation === 'DEFAULT_LOCATION' ? checked.defaultLocationId : undefined;
  const about = locationId === undefined ? {} : { locationId };
  const call = callAbout(callOf(deps, keyed, [operation, checked, revision]).call, about);
  const outcome = await onceByKey(deps, tenantId, call, {
    action: async () => {
      await checkOpen(deps, tenantId, checked.defaultLocationId);
      return store(deps, tenantId, { change: checked, revision, call });
    },
    replay: replayOf,
  });
  // Also one that was broken off before.
  await finishReindex(deps, tenantId);
  return outcome;
}

interface Store {
  change: SettingsChange;
  revision: number | undefined;
  call: KeyedCall | undefined;
}

/** Stores a change, again after a pause of its own when somebody else was faster. */
async function store(
  deps: InventoryDeps,
  tenantId: string,
  { change, revision, call }: Store,
): Promise<SettingsOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    const settings = await presentSettings(deps, tenantId);
    checkRevision(settings, revision);
    const next = { ...settings, ...change, revision: settings.revision + 1 };
    if (isDeepStrictEqual({ ...settings, ...change }, settings)) {
      const recorded = await keepUnchanged(deps, tenantId, call, JSON.stringify(settings));
      return recorded === undefined ? { settings, replayed: false } : replayOf(recorded);
    }
    const [json, threshold] = [JSON.stringify(next), next.lowStockThreshold];
    try {
      const saved = await saveSettings(
        deps.redis,
        tenantId,
        settings.revision,
        json,
        threshold,
        call,
      );
      if (saved.replayed) return replayOf(saved.stored);
      deps.settingsCache.set(tenantId, next);
      return { settings: next, replayed: false };
    } catch (error) {
      const changed = error instanceof InventoryError && error.code === 'SETTINGS_CHANGED';
      if (!changed || attempt === MAX_ATTEMPTS) throw error;
      await setTimeout(Math.random() * PAUSE_MS * attempt);
    }
  }
}

function replayOf(json: string): SettingsOutcome {
  return { settings: JSON.parse(json) as TenantSettings, replayed: true };
}

function checkRevision(settings: TenantSettings, revision: number | undefined): void {
  if (revision === undefined || revision === settings.revision) return;
  const message = `revision must be ${settings.revision}, the present one, got ${revision}`;
  throw new InventoryError('REVISION_CONFLICT', message, { field: 'revision' });
}

function checkSettings(change: SettingsChange): SettingsChange {
  const { defaultLocationId, unknownItems, subscriptionItems, reasonCodes } = change;
  const { lowStockThreshold } = change;
  const { incomingQuantities } = change;
  if (defaultLocationId !== undefined && !isGuid(defaultLocationId)) {
    throw invalidInput('defaultLocationId', defaultLocationId, 'a GUID');
  }
  if (unknownItems !== undefined && !unknownItemPolicies.includes(unknownItems)) {
    throw invalidInput('unknownItems', unknownItems, `one of ${unknownItemPolicies.join(', ')}`);
  }
  if (subscriptionItems !== undefined && !subscriptionItemPolicies.includes(subscriptionItems)) {
    const bound = `one of ${subscriptionItemPolicies.join(', ')}`;
    throw invalidInput('subscriptionItems', subscriptionItems, bound);
  }
  if (incomingQuantities !== undefined && !incomingQuantityPolicies.includes(incomingQuantities)) {
    const bound = `one of ${incomingQuantityPolicies.join(', ')}`;
    throw invalidInput('incomingQuantities', incomingQuantities, bound);
  }
  const given = lowStockThreshold !== undefined && lowStockThreshold !== null;
  if (given && !isWholeNumber(lowStockThreshold, 0, MAX_THRESHOLD)) {
    throw invalidInput('lowStockThreshold', lowStockThreshold, `0..${MAX_THRESHOLD} or null`);
  }
  return {
    ...(lowStockThreshold !== undefined && { lowStockThreshold }),
    ...(defaultLocationId && { defaultLocationId: defaultLocationId.toLowerCase() }),
    ...(unknownItems && { unknownItems }),
    ...(subscriptionItems && { subscriptionItems }),
    ...(incomingQuantities && { incomingQuantities }),
    ...(reasonCodes && { reasonCodes: checkReasonCodes(reasonCodes) }),
  };
}

/** A location somebody closed is none that orders are served from. */
async function checkOpen(
  deps: InventoryDeps,
  tenantId: string,
  locationId: string | undefined,
): Promise<void> {
  if (locationId === undefined) return;
  if (!(await closedLocations(deps, tenantId)).has(locationId)) return;
  throw invalidInput('defaultLocationId', locationId, 'a location that is not closed');
}

function checkReasonCodes(codes: readonly string[]): string[] {
  if (codes.length > MAX_REASON_CODES) {
    throw invalidInput('reasonCodes', codes.length, `up to ${MAX_REASON_CODES} codes`);
  }
  const wrong = codes.find(
    (code) => code.trim() === '' || !isText(code, 1, MAX_REASON_CODE_LENGTH),
  );
  if (wrong !== undefined) {
    const bound = `codes of 1..${MAX_REASON_CODE_LENGTH} characters, none a control character`;
    throw invalidInput('reasonCodes', wrong, bound);
  }
  const known: readonly string[] = [
    ...movementReasons,
    ...orderReasons,
    ...wixReasons,
    WIX_EVENT_REASON,
  ];
  const taken = codes.find((code) => known.includes(code));
  if (taken !== undefined) {
    throw invalidInput('reasonCodes', taken, 'other words than those everybody has');
  }
  return [...new Set(codes)];
}

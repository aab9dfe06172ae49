import { InventoryError, invalidInput } from '../core/errors';
import { impliedLocationId, isGuid } from '../core/identity';
import type { StoredLocation } from '../core/location';
import { movementReasons, orderReasons, WIX_EVENT_REASON, wixReasons } from '../core/movement';
import { isWholeNumber } from '../core/quantity';
import { isText } from '../core/text';
import { saveSettings } from '../redis/commands';
import { readLocations, readSettings } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { callAbout, callOf, onceByKey, type KeyedInput } from './keyedInput';
import { finishReindex } from './lowStockReindex';

/** What to do with an item nobody created: refuse the call, or create it below zero. */
export const unknownItemPolicies = ['REJECT', 'RECORD'] as const;
/** Whether a subscription line moves stock, or only leaves a record. */
export const subscriptionItemPolicies = ['TRACK', 'IGNORE'] as const;
/** Whose quantity an item has after an event of Wix: the hub's, or Wix's. */
export const incomingQuantityPolicies = ['HUB_WINS', 'WIX_WINS'] as const;

/** A tenant's settings. */
export interface TenantSettings {
  /** Rises by one per change; 0 while all are defaults. */
  revision: number;
  /** GUID of the location that lines without one mean. */
  defaultLocationId: string;
  /** Default REJECT. RECORD only helps unrestricted calls: a strict call never takes what isn't. */
  unknownItems: (typeof unknownItemPolicies)[number];
  /** Default TRACK. */
  subscriptionItems: (typeof subscriptionItemPolicies)[number];
  /** Default HUB_WINS: only an item the hub does not know takes the quantity of an event. */
  incomingQuantities: (typeof incomingQuantityPolicies)[number];
  /** The tenant's own reasons for changes of stock: up to 100, of 1..50 characters. */
  reasonCodes: readonly string[];
  /**
   * At or below this many available units an item without a threshold of its own is low on stock,
   * 0..10,000,000; null, the default: it never is.
   */
  lowStockThreshold: number | null;
}

export type SettingsChange = Partial<Omit<TenantSettings, 'revision'>>;

const TENANTS_CACHED = 10_000;
const MAX_ATTEMPTS = 10;
const MAX_REASON_CODES = 100;
const MAX_REASON_CODE_LENGTH = 50;
const MAX_THRESHOLD = 10_000_000;

/**
 * A tenant's settings, from this process's cache when it has them.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function tenantSettings(
  { redis, settingsCache }: InventoryDeps,
  tenantId: string,
): Promise<TenantSettings> {
  const cached = settingsCache.get(tenantId);
  if (cached) return cached;
  const stored = await readSettings(redis, tenantId);
  const settings: TenantSettings = {
    revision: 0,
    defaultLocationId: impliedLocationId(tenantId),
    unknownItems: 'REJECT',
    subscriptionItems: 'TRACK',
    incomingQuantities: 'HUB_WINS',
    reasonCodes: [],
    lowStockThreshold: null,
    ...(stored ? (JSON.parse(stored) as Partial<TenantSettings>) : {}),
  };
  if (settingsCache.size >= TENANTS_CACHED) settingsCache.clear();
  settingsCache.set(tenantId, settings);
  return settings;
}

/**
 * A tenant's settings as they are now, whatever another process has made of the cached ones.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function presentSettings(
  deps: InventoryDeps,
  tenantId: string,
): Promise<TenantSettings> {
  deps.settingsCache.delete(tenantId);
  return tenantSettings(deps, tenantId);
}

/**
 * Runs something that depends on settings, again with fresh ones when they were replaced meanwhile.
 */
export async function withSettings<T>(
  deps: InventoryDeps,
  tenantId: string,
  action: (settings: TenantSettings) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action(await tenantSettings(deps, tenantId));
    } catch (error) {
      const changed = error instanceof InventoryError && error.code === 'SETTINGS_CHANGED';
      if (!changed) throw error;
      if (attempt === MAX_ATTEMPTS) {
        // Nobody changes settings that often: better to be asked again than to refuse.
        const message = 'The settings keep changing. Try again.';
        throw new InventoryError('REDIS_UNAVAILABLE', message, undefined, { cause: error });
      }
      deps.settingsCache.delete(tenantId);
    }
  }
}

/**
 * Changes a tenant's settings; what is absent stays. With another default low stock threshold the
 * index of items low on stock is in order, too, before this returns.
 *
 * @throws InventoryError INVALID_INPUT, REDIS_UNAVAILABLE
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
  /** A key stands for one of them only. Default: SETTINGS. */
  operation?: 'SETTINGS' | 'DEFAULT_LOCATION';
}

/**
 * Changes a tenant's settings as `changeSettings` does, once by key.
 *
 * @returns the settings right after the change, of a replay too
 * @throws InventoryError INVALID_INPUT, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function changeSettingsOnce(
  deps: InventoryDeps,
  tenantId: string,
  { change, operation = 'SETTINGS', ...keyed }: KeyedSettingsChange,
): Promise<{ settings: TenantSettings; replayed: boolean }> {
  const checked = checkSettings(change);
  const locationId = operation === 'DEFAULT_LOCATION' ? checked.defaultLocationId : undefined;
  const about = locationId === undefined ? {} : { locationId };
  const call = callAbout(callOf(deps, keyed, [operation, checked]).call, about);
  const outcome = await onceByKey(deps, tenantId, call, {
    action: async () => {
      await checkOpen(deps, tenantId, checked.defaultLocationId);
      return withSettings(deps, tenantId, async (settings) => {
        const next = { ...settings, ...checked, revision: settings.revision + 1 };
        const [json, threshold] = [JSON.stringify(next), next.lowStockThreshold];
        const { revision } = settings;
        const saved = await saveSettings(deps.redis, tenantId, revision, json, threshold, call);
        if (saved.replayed) return replayOf(saved.stored);
        deps.settingsCache.set(tenantId, next);
        return { settings: next, replayed: false };
      });
    },
    replay: replayOf,
  });
  // Also one that was broken off before.
  await finishReindex(deps, tenantId);
  return outcome;
}

function replayOf(json: string): { settings: TenantSettings; replayed: boolean } {
  return { settings: JSON.parse(json) as TenantSettings, replayed: true };
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
  { redis }: InventoryDeps,
  tenantId: string,
  locationId: string | undefined,
): Promise<void> {
  if (locationId === undefined) return;
  const text = (await readLocations(redis, tenantId)).get(locationId);
  if (text === undefined || (JSON.parse(text) as StoredLocation).active) return;
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

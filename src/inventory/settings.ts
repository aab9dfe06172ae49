import { InventoryError } from '../core/errors';
import { impliedLocationId } from '../core/identity';
import { readSettings } from '../redis/reads';
import type { InventoryDeps } from './deps';

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

const TENANTS_CACHED = 10_000;
const MAX_ATTEMPTS = 10;

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
        // Nobody changes settings that often: better to be asked again than to refuse a movement.
        const message = 'The settings keep changing. Try again.';
        throw new InventoryError('REDIS_UNAVAILABLE', message, undefined, { cause: error });
      }
      deps.settingsCache.delete(tenantId);
    }
  }
}

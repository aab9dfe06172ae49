import { readWebhookKey as importKey, type WebhookKey } from '../auth/webhookKey';
import { wixEventTypes, type InventoryEventType } from '../core/inventoryEvent';
import { HUB_TARGET_ID, type StoredSubscription } from '../core/webhook';
import { readWebhookKey, readWebhooks } from '../redis/webhooks';
import type { DeliveryDeps, DrainJob } from './deliveryDeps';

/** Most keys a process remembers. */
const KEYS_REMEMBERED = 1000;

/** Where events go, and what they are signed with. */
export interface Receiver {
  tenantId: string;
  /** Id of the subscription; `hub`: the process-wide target. */
  id: string;
  url: string;
  eventTypes: ReadonlySet<InventoryEventType>;
  key: WebhookKey;
}

const WIX_TYPES: ReadonlySet<InventoryEventType> = new Set(wixEventTypes);

/**
 * A receiver as it is now.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function receiverOf(
  deps: DeliveryDeps,
  { tenantId, id }: DrainJob,
): Promise<Receiver | 'gone' | 'disabled'> {
  if (id === HUB_TARGET_ID) {
    const { target } = deps;
    return target ? { tenantId, id, ...target } : 'disabled';
  }
  const text = (await readWebhooks(deps.redis, tenantId)).get(id);
  if (text === undefined) return 'gone';
  const { url, eventTypes, enabled, publicKeyPem } = JSON.parse(text) as StoredSubscription;
  if (!enabled) return 'disabled';
  const key = await signingKey(deps, { tenantId, id }, publicKeyPem);
  if (!key) return 'gone';
  return { tenantId, id, url, key, eventTypes: eventTypes ? new Set(eventTypes) : WIX_TYPES };
}

async function signingKey(
  { redis, signingKeys }: DeliveryDeps,
  { tenantId, id }: DrainJob,
  publicKeyPem: string,
): Promise<WebhookKey | undefined> {
  const known = signingKeys.get(publicKeyPem);
  if (known) return known;
  const privateKeyPem = await readWebhookKey(redis, tenantId, id);
  if (privateKeyPem === null) return undefined;
  const key = await importKey(privateKeyPem);
  if (signingKeys.size >= KEYS_REMEMBERED) signingKeys.clear();
  signingKeys.set(publicKeyPem, key);
  return key;
}

/** Ids of the receivers that a tenant's events go to now. */
export async function receiverIds(
  { redis, target }: Pick<DeliveryDeps, 'redis' | 'target'>,
  tenantId: string,
): Promise<string[]> {
  const ids = enabledIds(await readWebhooks(redis, tenantId));
  return target ? [HUB_TARGET_ID, ...ids] : ids;
}

/** Ids of those of a tenant's receivers that are enabled. */
export function enabledIds(stored: ReadonlyMap<string, string>): string[] {
  return [...stored].flatMap(([id, text]) =>
    (JSON.parse(text) as StoredSubscription).enabled ? [id] : [],
  );
}

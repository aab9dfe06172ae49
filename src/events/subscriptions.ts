import { randomUUID } from 'node:crypto';
import { makeWebhookKeyPair } from '../auth/webhookKey';
import { InventoryError, invalidInput } from '../core/errors';
import { inventoryEventTypes, type InventoryEventType } from '../core/inventoryEvent';
import {
  HUB_TARGET_ID,
  MAX_SUBSCRIPTIONS,
  tooManySubscriptions,
  type DeliveryHealth,
  type StoredSubscription,
  type WebhookSubscription,
} from '../core/webhook';
import { callAbout, onceByKey } from '../inventory/keyedInput';
import { takeSteps } from '../inventory/keyedSteps';
import type { KeyedCall } from '../redis/callRecord';
import { lastLedgerId } from '../redis/reads';
import { forgetWebhookTenant } from '../redis/tenants';
import {
  deleteWebhook,
  readCursor,
  readHealth,
  readHealths,
  readWebhooks,
  saveWebhook,
  type SaveWebhook,
} from '../redis/webhooks';
import type { DeliveryDeps } from './deliveryDeps';
import { expectEventsKept } from './keptEvents';
import { FEED_START, parseFeedCursor } from './feedCursor';
import { retryNow } from './retryNow';
import { parseTargetUrl } from './targetAddress';
import { addDrain } from './wakeDrain';

/**
 * A tenant's receivers of events, the oldest first.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function listSubscriptions(
  { redis }: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
): Promise<WebhookSubscription[]> {
  const stored = await readWebhooks(redis, tenantId);
  return [...stored]
    .map(([id, text]) => ({ id, ...parse(text) }))
    .sort((a, b) => a.createdDate - b.createdDate || (a.id < b.id ? -1 : 1));
}

/** How delivery to a receiver goes. @throws InventoryError REDIS_UNAVAILABLE */
export async function subscriptionHealth(
  { redis }: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  id: string,
): Promise<DeliveryHealth> {
  return readHealth(redis, tenantId, id);
}

/** How delivery to receivers goes, in their order. @throws InventoryError REDIS_UNAVAILABLE */
export async function subscriptionHealths(
  { redis }: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  ids: readonly string[],
): Promise<DeliveryHealth[]> {
  return readHealths(redis, tenantId, ids);
}

/** A change of a receiver of events that may carry a key. */
interface KeyedChange {
  call?: KeyedCall | undefined;
}

/** A receiver of events right after a change of it. */
export interface SubscriptionOutcome {
  subscription: WebhookSubscription;
  /** The result was recorded by an earlier call with the same key; nothing changed now. */
  replayed: boolean;
}

/** A receiver of events to create. */
export interface NewSubscription extends KeyedChange {
  url: string;
  /** Default: Wix's five. */
  eventTypes?: readonly InventoryEventType[] | undefined;
  /** Default: true. */
  enabled?: boolean | undefined;
  /** Cursor after which its events begin; default: now. */
  from?: string | undefined;
}

/**
 * Creates a receiver of events with a key pair of its own.
 *
 * @throws InventoryError INVALID_INPUT, LIMIT_REACHED, CURSOR_GONE when movements after `from` are
 *   no longer kept, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function createSubscription(
  deps: DeliveryDeps,
  tenantId: string,
  { url, eventTypes, enabled = true, from, call }: NewSubscription,
): Promise<SubscriptionOutcome> {
  const { redis, rules } = deps;
  const address = parseTargetUrl(url, rules);
  if (from !== undefined) parseFeedCursor(from, 'from');
  const types = checkTypes(eventTypes);
  const created = await saveOnce(deps, tenantId, call, async () => {
    const stored = await readWebhooks(redis, tenantId);
    // The store decides; this spares the making of keys, which takes long.
    if (stored.size >= MAX_SUBSCRIPTIONS) throw tooManySubscriptions();
    if (from !== undefined) await expectEventsKept(redis, tenantId, from, 'from');
    const { privateKeyPem, publicKeyPem } = await makeWebhookKeyPair();
    const after = { url: address, eventTypes: types, enabled, revision: 1, publicKeyPem };
    const cursor = from ?? ((await lastLedgerId(redis, tenantId)) || FEED_START);
    return { id: randomUUID(), before: '', after, privateKeyPem, cursor };
  });
  if (from !== undefined) await addDrain(deps, { tenantId, id: created.subscription.id });
  return created;
}

/** What to change of a receiver of events; what is absent stays. */
export interface SubscriptionChange extends KeyedChange {
  id: string;
  /** The revision the caller knows. */
  revision: number;
  url?: string | undefined;
  /** Null: Wix's five. */
  eventTypes?: readonly InventoryEventType[] | null | undefined;
  enabled?: boolean | undefined;
}

/**
 * Changes a receiver of events. A disabled one keeps its place: enabled again, it is sent what it
 * has missed, and what waits for another attempt is tried at once.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_SUBSCRIPTION, REVISION_CONFLICT, WEBHOOK_CHANGED,
 *   IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function changeSubscription(
  deps: DeliveryDeps,
  tenantId: string,
  { id, revision, url, eventTypes, enabled, call }: SubscriptionChange,
): Promise<SubscriptionOutcome> {
  const address = url === undefined ? undefined : parseTargetUrl(url, deps.rules);
  const types = eventTypes === undefined ? undefined : checkTypes(eventTypes ?? undefined);
  const changed = await saveOnce(deps, tenantId, call, async () => {
    const { text, stored } = await find(deps, tenantId, id, revision);
    const after = {
      ...stored,
      url: address ?? stored.url,
      eventTypes: types === undefined ? stored.eventTypes : types,
      enabled: enabled ?? stored.enabled,
      revision: revision + 1,
    };
    return { id, before: text, after };
  });
  if (enabled === true) await retryNow(deps, tenantId, id);
  else if (changed.subscription.enabled) await addDrain(deps, { tenantId, id });
  return changed;
}

/**
 * Gives a receiver a new key pair: from now on every attempt is signed with it.
 *
 * @throws InventoryError NO_SUCH_SUBSCRIPTION, REVISION_CONFLICT, WEBHOOK_CHANGED,
 *   IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function rotateSubscriptionKey(
  deps: DeliveryDeps,
  tenantId: string,
  { id, revision, call }: KeyedChange & { id: string; revision: number },
): Promise<SubscriptionOutcome> {
  return saveOnce(deps, tenantId, call, async () => {
    const { text, stored } = await find(deps, tenantId, id, revision);
    const { privateKeyPem, publicKeyPem } = await makeWebhookKeyPair();
    const after = { ...stored, publicKeyPem, revision: revision + 1 };
    return { id, before: text, after, privateKeyPem };
  });
}

/**
 * Removes a receiver with all that waits for it.
 *
 * @throws InventoryError NO_SUCH_SUBSCRIPTION, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function deleteSubscription(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  id: string,
  call?: KeyedCall,
): Promise<{ replayed: boolean }> {
  const { redis } = deps;
  const about = callAbout(call, { subscriptionId: id });
  const { replayed } = await takeSteps(deps, tenantId, about, {
    decide: () => checkSubscription(deps, tenantId, id).then(() => id),
    act: async () => {
      const deleted = await deleteWebhook(redis, tenantId, id);
      // A keyed one that was broken off may have deleted it.
      if (!deleted && !call) throw noSuchSubscription(id);
      await forgetWebhookTenant(redis, tenantId);
    },
  });
  return { replayed };
}

/**
 * Checks that a tenant has a receiver.
 *
 * @param ask.field what the caller calls the id; default `id`
 * @param ask.operator whether the process-wide target counts too, once it has a place in the
 *   tenant's ledger
 * @throws InventoryError NO_SUCH_SUBSCRIPTION, REDIS_UNAVAILABLE
 */
export async function checkSubscription(
  { redis }: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  id: string,
  { field = 'id', operator = false }: { field?: string; operator?: boolean | undefined } = {},
): Promise<void> {
  const isTarget = operator && id === HUB_TARGET_ID;
  const isThere = isTarget
    ? (await readCursor(redis, tenantId, id)).cursor !== null
    : (await readWebhooks(redis, tenantId)).has(id);
  if (!isThere) throw noSuchSubscription(id, field);
}

type Undated = Omit<StoredSubscription, 'createdDate' | 'updatedDate'>;

async function find(
  { redis }: DeliveryDeps,
  tenantId: string,
  id: string,
  revision: number,
): Promise<{ text: string; stored: StoredSubscription }> {
  const text = (await readWebhooks(redis, tenantId)).get(id);
  if (text === undefined) throw noSuchSubscription(id);
  const stored = parse(text);
  if (stored.revision !== revision) {
    const message = `revision must be ${stored.revision}, the present one, got ${revision}`;
    throw new InventoryError('REVISION_CONFLICT', message, { field: 'revision' });
  }
  return { text, stored };
}

/** Stores what is planned for a receiver, once by key. */
async function saveOnce(
  deps: DeliveryDeps,
  tenantId: string,
  call: KeyedCall | undefined,
  plan: () => Promise<Omit<SaveWebhook, 'after' | 'call'> & { after: Undated }>,
): Promise<SubscriptionOutcome> {
  return onceByKey(deps, tenantId, call, {
    action: async () => {
      const { after, ...save } = await plan();
      // Undefined fields are left out: the store dates it.
      const json = JSON.stringify({ ...after, updatedDate: undefined });
      const { stored, replayed } = await saveWebhook(deps.redis, tenantId, {
        ...save,
        after: json,
        call: callAbout(call, { subscriptionId: save.id }),
      });
      if (replayed) return replayOf(stored);
      return { subscription: { id: save.id, ...parse(stored) }, replayed };
    },
    replay: replayOf,
  });
}

/** @param kept subscription id, a line feed, what was stored */
function replayOf(kept: string): SubscriptionOutcome {
  const [id, stored] = kept.split('\n');
  return { subscription: { id: id!, ...parse(stored!) }, replayed: true };
}

function parse(text: string): StoredSubscription {
  return JSON.parse(text) as StoredSubscription;
}

function checkTypes(types: readonly InventoryEventType[] | undefined): InventoryEventType[] | null {
  if (types === undefined) return null;
  const known = inventoryEventTypes.filter((type) => types.includes(type));
  if (known.length === 0 || types.length > inventoryEventTypes.length) {
    throw invalidInput('eventTypes', types, `1..${inventoryEventTypes.length} event types`);
  }
  return known;
}

function noSuchSubscription(id: string, field = 'id'): InventoryError {
  return new InventoryError('NO_SUCH_SUBSCRIPTION', `There is no subscription ${id}.`, { field });
}

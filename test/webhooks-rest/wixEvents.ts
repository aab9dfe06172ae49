import { randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import { guidOfKey, itemKey } from '../../src/core/identity';
import type { InventoryItem } from '../../src/core/item';
import { changeSettings } from '../../src/inventory/changeSettings';
import type { TenantSettings } from '../../src/inventory/settings';
import { readItems } from '../../src/redis/reads';
import { checkAnswer } from '../support/openapi';
import {
  pluginHub,
  type Answer,
  type PluginHub,
  type PluginHubOptions,
} from '../support/pluginHub';

const FQDN = 'wix.stores.catalog.v3.inventory_item';
const LOCATION = 'd85fbb4d-e415-49b1-98bc-9d22ec338cb1';

/** What a test says of an event; the rest is made up. */
export interface EventOptions {
  id?: string;
  /** Null: the event has none. */
  sequence?: string | null;
  /** Default: the entity's id. */
  wixItemId?: string;
  identity?: unknown;
  tenantId?: string;
  eventType?: string;
}

/** An item of Wix with 7 units, as an event of its creation shows it. */
export function wixEntity(more: object = {}): Record<string, unknown> & { id: string } {
  return {
    id: randomUUID(),
    revision: '1',
    createdDate: '2024-06-26T08:27:58.632Z',
    updatedDate: '2024-06-26T08:27:58.632Z',
    variantId: randomUUID(),
    locationId: LOCATION,
    productId: randomUUID(),
    quantity: 7,
    trackQuantity: true,
    availabilityStatus: 'IN_STOCK',
    preorderInfo: { enabled: false },
    product: { name: 'Shirt', variantName: 'Blue', variantSku: 'S-1', variantVisible: true },
    ...more,
  };
}

/** The part of an event that is of its own kind, as Wix sends it. */
export const bodies = {
  created: (entity: object) => ({ createdEvent: { entity } }),
  updated: (currentEntity: object) => ({ updatedEvent: { currentEntity } }),
  deleted: (deletedEntity?: object) => ({
    deletedEvent: deletedEntity ? { deletedEntity } : {},
  }),
  updated_with_reason: (currentEntity: object, appId: string = WIX_STORES_APP_ID) => ({
    actionEvent: { body: { currentEntity, reason: 'MANUAL', appId } },
  }),
  stock_status_updated: (inStock: boolean) => ({ actionEvent: { body: { inStock } } }),
};

/** `data` of the token: JSON text with the event and who acted as JSON texts in it. */
export function webhookData(tenantId: string, slug: string, body: object, options: EventOptions) {
  const { id = randomUUID(), sequence = '1', wixItemId, identity } = options;
  const event = {
    id,
    entityFqdn: FQDN,
    slug,
    ...(wixItemId !== undefined && { entityId: wixItemId }),
    ...body,
    eventTime: '2024-06-26T08:27:58.726958609Z',
    triggeredByAnonymizeRequest: false,
    originatedFrom: '',
    ...(sequence !== null && { entityEventSequence: sequence }),
  };
  return JSON.stringify({
    data: JSON.stringify(event),
    instanceId: options.tenantId ?? tenantId,
    eventType: options.eventType ?? `${FQDN}_${slug}`,
    identity: JSON.stringify(identity ?? { identityType: 'WIX_USER', wixUserId: 'user-1' }),
    accountInfo: { accountId: randomUUID() },
  });
}

/** A hub that takes Wix's webhooks, and what tests ask of it. */
export function webhookHub(options: PluginHubOptions = {}) {
  const started = pluginHub(options);
  return () => wixSide(started());
}

function wixSide(hub: PluginHub) {
  const { tenantId, inventory, redis } = hub;
  /** Every answer is one that openapi.yaml has. */
  const post = async (data: unknown, claims: object = {}): Promise<Answer> => {
    const answer = await hub.postToken('/webhooks/wix', await hub.sign(data, claims));
    checkAnswer('POST', `${hub.url}/webhooks/wix`, answer);
    return answer;
  };
  const send = (slug: string, body: object, event: EventOptions) =>
    post(webhookData(tenantId, slug, body, event));
  /** An event about an entity that is taken with 200. */
  const tell = async (
    type: 'created' | 'updated' | 'updated_with_reason' | 'deleted',
    entity: Record<string, unknown> & { id: string },
    event: EventOptions = {},
  ): Promise<void> => {
    const { status, text } = await send(type, bodies[type](entity), {
      wixItemId: entity.id,
      ...event,
    });
    expect([status, text]).toEqual([200, '{}']);
  };
  const idOf = (entity: Record<string, unknown>, tenant = tenantId) =>
    guidOfKey(
      itemKey(tenant, {
        appId: WIX_STORES_APP_ID,
        productId: entity['productId'] as string,
        variantId: entity['variantId'] as string,
        locationId: entity['locationId'] as string,
      }),
    );
  const itemOf = async (
    entity: Record<string, unknown>,
    tenant = tenantId,
  ): Promise<InventoryItem | null> =>
    (await readItems(redis, tenant, [idOf(entity, tenant)]))[0] ?? null;
  const set = (change: Partial<TenantSettings>) => changeSettings(inventory, tenantId, change);
  /** How many webhooks ended so, of any type. */
  const counted = async (outcome: string): Promise<number> => {
    const text = await metricsOf(hub);
    const rows = [...text.matchAll(/^hub_wix_events_total\{(.*)\} (\d+)$/gm)];
    const those = rows.filter(([, labels]) => labels!.includes(`outcome="${outcome}"`));
    return those.reduce((sum, [, , count]) => sum + Number(count), 0);
  };
  /** Entries of the ledger about an entity's item. */
  const history = async (entity: Record<string, unknown>) => {
    const id = idOf(entity);
    const entries = await hub.ledger();
    return entries.filter(({ lines }) => lines.some(({ itemId }) => itemId === id));
  };
  return { ...hub, post, send, tell, idOf, itemOf, set, counted, history };
}

async function metricsOf({ url }: PluginHub): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

export type WebhookHub = ReturnType<ReturnType<typeof webhookHub>>;

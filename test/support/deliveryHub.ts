import { randomUUID } from 'node:crypto';
import { openDelivery, type Delivery, type DeliveryOptions } from '../../src/events/delivery';
import { createSubscription } from '../../src/events/subscriptions';
import { guidOfKey, itemKey } from '../../src/core/identity';
import type { ItemDocument } from '../../src/core/item';
import type { MovementCause } from '../../src/core/movement';
import { createLogger } from '../../src/observability/logger';
import { createMetrics } from '../../src/observability/metrics';
import {
  defineScripts,
  deleteItems,
  postMovement,
  saveItems,
  type HubRedis,
} from '../../src/redis/commands';
import type { LevelChange } from '../../src/redis/packing';
import { readDocuments } from '../../src/redis/reads';
import { startBareServer, type BareServer } from './bareServer';
import { WebhookReceiver } from './webhookReceiver';

export const APP_ID = '3f1e4a6c-0000-4000-8000-00000000aaaa';
const LOCATION = '11111111-1111-4111-8111-111111111111';

/** Id of the item of a product. */
export function itemIdOf(tenantId: string, productId: string): string {
  return guidOfKey(keyOf(tenantId, productId));
}

function keyOf(tenantId: string, productId: string): Buffer {
  const item = { appId: APP_ID, productId, variantId: null, locationId: LOCATION };
  return itemKey(tenantId, item);
}

/** Creates or changes the item of a product; absent fields of the document stay. */
export async function saveProduct(
  redis: HubRedis,
  tenantId: string,
  productId: string,
  level: LevelChange,
  document: Partial<ItemDocument> = {},
): Promise<void> {
  const key = keyOf(tenantId, productId);
  const [before] = await readDocuments(redis, tenantId, [key]);
  const present = before ? (JSON.parse(before) as object) : {};
  const identity = { appId: APP_ID, productId, variantId: null, locationId: LOCATION };
  const after = JSON.stringify({ ...present, ...identity, ...document });
  const items = [{ key, level, before: before!, after }];
  await saveItems(redis, { tenantId, items, cause: { operation: before ? 'UPDATE' : 'CREATE' } });
}

/** Moves the stock of products. */
export async function moveProducts(
  redis: HubRedis,
  tenantId: string,
  units: Readonly<Record<string, number>>,
  cause: MovementCause = { operation: 'ADJUST' },
): Promise<void> {
  await postMovement(redis, {
    tenantId,
    lines: Object.entries(units).map(([productId, amount]) => ({
      key: keyOf(tenantId, productId),
      units: amount,
      guard: 'unrestricted' as const,
    })),
    cause,
    settingsRevision: 0,
    retentionMs: 60_000,
  });
}

/** Deletes the item of a product. */
export async function deleteProduct(redis: HubRedis, tenantId: string, productId: string) {
  const items = [{ key: keyOf(tenantId, productId), revision: 0 }];
  await deleteItems(redis, { tenantId, items, cause: { operation: 'DELETE' } });
}

/** Settings of a hub that delivers. */
export type DeliveryHubOptions = Partial<
  Omit<DeliveryOptions, 'redis' | 'store' | 'logger' | 'metrics'>
>;

/** A Redis of its own, hubs that deliver from it, and receivers. */
export async function startDeliveryHub(options: DeliveryHubOptions = {}) {
  const server: BareServer = await startBareServer();
  const hubs: Delivery[] = [];
  const receivers: WebhookReceiver[] = [];
  const logged: string[] = [];
  const metrics = createMetrics();

  /** Another process's worth of delivery. */
  const openHub = async (more: DeliveryHubOptions = {}) => {
    const redis = defineScripts(await server.connect(5000));
    const delivery = await openDelivery({
      redis,
      store: { socketPath: server.socketPath },
      appId: APP_ID,
      timeoutMs: 1250,
      retryScheduleSeconds: [0.05, 0.1, 0.2],
      allowPrivateTargets: true,
      production: false,
      metrics: metrics.webhooks,
      logger: createLogger('debug', { write: (text: string) => void logged.push(text) }),
      ...options,
      ...more,
    });
    hubs.push(delivery);
    return { redis, deps: delivery.deps, close: () => delivery.close() };
  };
  const first = await openHub();

  return {
    ...first,
    openHub,
    /** Ends the first hub's deliveries; its connection stays. */
    stopFirst: () => first.close(),
    socketPath: server.socketPath,
    metrics,
    logged,
    connect: async () => defineScripts(await server.connect(5000)),
    receiver: async () => {
      const receiver = await new WebhookReceiver().start();
      receivers.push(receiver);
      return receiver;
    },
    /** A tenant of its own with a subscription. */
    subscribe: async (receiver: WebhookReceiver, tenantId: string = randomUUID()) => {
      const { url } = receiver;
      const { subscription } = await createSubscription(first.deps, tenantId, { url });
      return { tenantId, subscription };
    },
    stop: async () => {
      await Promise.all(hubs.map((hub) => hub.close()));
      await Promise.all(receivers.map((receiver) => receiver.close()));
      await server.stop();
    },
  };
}

export type DeliveryHub = Awaited<ReturnType<typeof startDeliveryHub>>;

/** A delivery hub for the tests of a file. Use the result inside tests. */
export function deliveryHub(options: DeliveryHubOptions = {}): () => DeliveryHub {
  let hub: DeliveryHub | undefined;
  beforeAll(async () => {
    hub = await startDeliveryHub(options);
  });
  afterAll(() => hub?.stop());
  return () => {
    if (!hub) throw new Error('deliveryHub() starts in beforeAll: call it before any test runs');
    return hub;
  };
}

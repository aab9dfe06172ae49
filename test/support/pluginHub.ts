import type { AddressInfo } from 'node:net';
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { createApp, type AppDeps } from '../../src/app';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import { guidOfKey, itemKey } from '../../src/core/identity';
import type { Level } from '../../src/core/item';
import { createHubServer } from '../../src/hubServer';
import { createInventoryDeps, type InventoryDeps } from '../../src/inventory/deps';
import { tenantSettings } from '../../src/inventory/settings';
import { createLogger } from '../../src/observability/logger';
import { createMetrics } from '../../src/observability/metrics';
import { importWixPublicKeys } from '../../src/auth/wixPublicKeys';
import { defineScripts, saveItems, type HubRedis } from '../../src/redis/commands';
import { connectRedis } from '../../src/redis/connect';
import type { LevelChange } from '../../src/redis/packing';
import { readItems, readLedger } from '../../src/redis/reads';
import { testRedisSocket } from './redis';

const APP_ID = '3f1e4a6c-0000-4000-8000-00000000aaaa';

/** What a plugin answered. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** Settings of a test hub. */
export interface PluginHubOptions {
  /** Default: the private Redis of this Jest run. */
  socketPath?: string;
  commandTimeoutMs?: number;
  retentionMs?: number;
  catalogIdentityOptions?: InventoryDeps['catalogIdentityOptions'];
  /** Default: a new one. */
  tenantId?: string;
  /** How GraphQL lets callers in; default: it is not served. */
  graphql?: (redis: HubRedis) => AppDeps['graphql'];
  /** Bounds of subscriptions that differ from the defaults. */
  subscriptions?: AppDeps['subscriptions'];
}

export function newKeyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey };
}

/** A product line of a call; `product` is its catalog item id. */
export function line(product: string, quantity: number, more: object = {}) {
  const { variantId, options, ...rest } = more as { variantId?: string; options?: object };
  const catalogReference = {
    appId: WIX_STORES_APP_ID,
    catalogItemId: product,
    ...((variantId ?? options) && { options: { ...options, ...(variantId && { variantId }) } }),
  };
  return { catalogReference, quantity, subscriptionItem: false, ...rest };
}

/** A hub with the plugin on a free port, its own keys, and a tenant of its own. */
export async function startPluginHub(options: PluginHubOptions = {}) {
  const { socketPath = testRedisSocket(), commandTimeoutMs = 5000 } = options;
  const redis: HubRedis = defineScripts(await connectRedis({ socketPath }, { commandTimeoutMs }));
  const inventory = createInventoryDeps(redis, {
    retentionMs: options.retentionMs ?? 7 * 24 * 3600 * 1000,
    catalogIdentityOptions: options.catalogIdentityOptions ?? {},
  });
  const [first, second] = [newKeyPair(), newKeyPair()];
  const logged: string[] = [];
  const logger = createLogger('debug', { write: (text: string) => void logged.push(text) });
  const plugin = {
    inventory,
    token: {
      keys: await importWixPublicKeys([first.publicPem, second.publicPem]),
      appId: APP_ID,
      clockSkewSeconds: 60,
    },
    bodyLimitBytes: 256 * 1024,
    metrics: createMetrics(),
    logger,
  };
  const app = await createApp({
    ...plugin,
    graphql: options.graphql?.(redis),
    subscriptions: options.subscriptions,
  });
  const server = createHubServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { tenantId = randomUUID() } = options;

  const sign = (data: unknown, claims: object = {}, key: KeyObject = first.privateKey) => {
    const now = Math.floor(Date.now() / 1000);
    const all = { data, iss: 'wix.com', aud: APP_ID, iat: now, exp: now + 300, ...claims };
    return new SignJWT(JSON.parse(JSON.stringify(all)) as Record<string, unknown>)
      .setProtectedHeader({ alg: 'RS256', kid: 'any' })
      .sign(key);
  };
  const metadata = (more: object = {}) => ({
    appExtensionType: 'ECOM_INVENTORY',
    instanceId: tenantId,
    requestId: randomUUID(),
    currency: 'EUR',
    languages: ['en-US'],
    identity: { identityType: 'MEMBER', memberId: 'm-1' },
    ...more,
  });
  const postToken = async (path: string, body: string, headers: object = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'text/plain', ...headers },
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json');
    const parsed: unknown = json ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, body: parsed };
  };
  const request = (items: unknown, more: object = {}) => ({
    items,
    orderId: randomUUID(),
    reason: 'ORDER_PLACED',
    restrictInventoryValue: true,
    ...more,
  });
  const call = async (method: 'decrement' | 'increment', items: unknown, more: object = {}) => {
    const { metadata: extra = {}, ...fields } = more as { metadata?: object };
    const data = { request: request(items, fields), metadata: metadata(extra) };
    return postToken(`/v1/${method}`, await sign(data));
  };
  const keyOf = async (product: string, variantId: string | null = null, locationId?: string) => {
    const { defaultLocationId } = await tenantSettings(inventory, tenantId);
    return itemKey(tenantId, {
      appId: WIX_STORES_APP_ID,
      productId: product,
      variantId,
      locationId: locationId ?? defaultLocationId,
    });
  };
  const create = async (
    product: string,
    level: number | LevelChange,
    variantId: string | null = null,
    locationId?: string,
  ) => {
    const change = typeof level === 'number' ? { tracked: true, quantity: level } : level;
    const { defaultLocationId } = await tenantSettings(inventory, tenantId);
    const after = JSON.stringify({
      appId: WIX_STORES_APP_ID,
      productId: product,
      variantId,
      locationId: locationId ?? defaultLocationId,
    });
    const key = await keyOf(product, variantId, locationId);
    const item = { key, level: change, before: '', after };
    await saveItems(redis, { tenantId, items: [item], cause: { operation: 'IMPORT' } });
  };
  const level = async (
    product: string,
    variantId: string | null = null,
    locationId?: string,
  ): Promise<Level> => {
    const id = guidOfKey(await keyOf(product, variantId, locationId));
    const [item] = await readItems(redis, tenantId, [id]);
    if (!item) throw new Error(`no item for ${product}`);
    return item;
  };
  const ledger = async () => {
    const entries = [];
    for await (const batch of readLedger(redis, tenantId)) entries.push(...batch);
    return entries;
  };
  const close = async () => {
    app.drain();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    redis.disconnect();
  };
  return {
    url,
    app,
    tenantId,
    inventory,
    redis,
    logged,
    keys: { first: first.privateKey, second: second.privateKey },
    sign,
    metadata,
    request,
    postToken,
    call,
    create,
    level,
    ledger,
    close,
  };
}

export type PluginHub = Awaited<ReturnType<typeof startPluginHub>>;

/** A plugin hub for the tests of a file (or of a `describe` block). Use the result inside tests. */
export function pluginHub(options: PluginHubOptions = {}): () => PluginHub {
  let hub: PluginHub | undefined;
  beforeAll(async () => {
    hub = await startPluginHub(options);
  });
  afterAll(() => hub?.close());
  return () => {
    if (!hub) throw new Error('pluginHub() starts in beforeAll: call it before any test runs');
    return hub;
  };
}

import { randomUUID } from 'node:crypto';
import { createApiTokenVerifier } from '../../src/auth/apiToken';
import type { Scope } from '../../src/auth/principal';
import { signApiToken, type ApiTokenContent } from '../../src/auth/signApiToken';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import { guidOfKey, itemKey } from '../../src/core/identity';
import type { ItemDocument } from '../../src/core/item';
import { tenantSettings } from '../../src/inventory/settings';
import { saveItems } from '../../src/redis/commands';
import type { LevelChange } from '../../src/redis/packing';
import { createRateLimiter } from '../../src/redis/rateLimit';
import { startPluginHub, type PluginHubOptions } from './pluginHub';

/** Any hub of a test takes the tokens of any other: it may stand for another process. */
const SECRET = randomUUID() + randomUUID();
const ISSUER = 'test-issuer';

/** Settings of a test hub with GraphQL. */
export interface GraphqlHubOptions extends Omit<PluginHubOptions, 'graphql'> {
  /** Default: no limit. */
  pointsPerMinute?: number;
  /** Default: true. */
  introspection?: boolean;
  /** Apollo Sandbox; default: no page. */
  sandbox?: { token?: string };
  corsOrigins?: readonly string[];
}

/** What GraphQL answered. */
export interface GraphqlAnswer<T> {
  status: number;
  headers: Headers;
  /** The whole body. */
  text: string;
  data: T | null | undefined;
  errors: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[] | undefined;
}

/** How one operation is sent. */
export interface SendOptions {
  /** Default: one with all scopes for the hub's tenant; null: none. */
  token?: string | null;
  headers?: Record<string, string>;
}

/** An item to create. */
export interface TestItem extends LevelChange, Partial<Omit<ItemDocument, 'createdDate'>> {}

/** A hub with GraphQL and the plugin on a free port, and a tenant of its own. */
export async function startGraphqlHub(options: GraphqlHubOptions = {}) {
  const { introspection = true, sandbox, corsOrigins = [], pointsPerMinute } = options;
  const hub = await startPluginHub({
    ...options,
    graphql: (redis) => ({
      verifyToken: createApiTokenVerifier({
        source: { secret: SECRET },
        issuer: ISSUER,
        audience: ISSUER,
      }),
      consumePoints:
        pointsPerMinute === undefined ? undefined : createRateLimiter(redis, pointsPerMinute),
      introspection,
      sandbox,
      corsOrigins,
    }),
  });
  const { tenantId, inventory, redis } = hub;
  const url = `${hub.url}/graphql`;

  const signToken = (scopes: readonly Scope[], more: Partial<ApiTokenContent> = {}) =>
    signApiToken(SECRET, {
      tenantId,
      subject: 'test',
      scopes,
      issuer: ISSUER,
      audience: ISSUER,
      expiresInSeconds: 300,
      ...more,
    });
  const allScopes = await signToken(['inventory:admin']);

  const query = async <T = Record<string, unknown>>(
    operation: string,
    variables: object = {},
    { token = allScopes, headers = {} }: SendOptions = {},
  ): Promise<GraphqlAnswer<T>> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token !== null && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify({ query: operation, variables }),
    });
    const text = await response.text();
    const json = /^application\/(?:graphql-response\+)?json/;
    const known = json.test(response.headers.get('content-type') ?? '');
    const body = (known ? JSON.parse(text) : {}) as Pick<GraphqlAnswer<T>, 'data' | 'errors'>;
    const { status } = response;
    return { status, headers: response.headers, text, data: body.data, errors: body.errors };
  };

  /** The data of an operation that must succeed. */
  const run = async <T = Record<string, unknown>>(
    operation: string,
    variables: object = {},
    send: SendOptions = {},
  ): Promise<T> => {
    const { data, errors, text } = await query<T>(operation, variables, send);
    if (errors || !data) throw new Error(text);
    return data;
  };

  /** Creates items, at the default location unless they name another; their ids. */
  const addItems = async (items: readonly TestItem[]): Promise<string[]> => {
    const { defaultLocationId } = await tenantSettings(inventory, tenantId);
    const saves = items.map((item) => {
      const { tracked = true, inStock, quantity, preorderEnabled, preorderLimit, ...rest } = item;
      const { lowStockThreshold, ...words } = rest;
      const document = {
        appId: WIX_STORES_APP_ID,
        productId: randomUUID(),
        variantId: null,
        locationId: defaultLocationId,
        ...words,
      };
      const numbers = { inStock, quantity, preorderEnabled, preorderLimit, lowStockThreshold };
      const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
      const level: LevelChange = { tracked, ...Object.fromEntries(given) };
      return {
        key: itemKey(tenantId, document),
        level,
        before: '',
        after: JSON.stringify(document),
      };
    });
    for (let i = 0; i < saves.length; i += 1000) {
      const cause = { operation: 'IMPORT' } as const;
      await saveItems(redis, { tenantId, items: saves.slice(i, i + 1000), cause });
    }
    return saves.map(({ key }) => guidOfKey(key));
  };
  const addItem = async (item: TestItem): Promise<string> => (await addItems([item]))[0]!;

  return { ...hub, hubUrl: hub.url, url, signToken, allScopes, query, run, addItems, addItem };
}

export type GraphqlHub = Awaited<ReturnType<typeof startGraphqlHub>>;

/** Starts hubs that are closed after the tests of the file (or of the `describe` block). */
export function graphqlHubs(): typeof startGraphqlHub {
  const started: GraphqlHub[] = [];
  afterAll(() => Promise.all(started.map((hub) => hub.close())));
  return async (options) => {
    const hub = await startGraphqlHub(options);
    started.push(hub);
    return hub;
  };
}

/** A GraphQL hub for the tests of a file (or of a `describe` block). Use the result in tests. */
export function graphqlHub(options: GraphqlHubOptions = {}): () => GraphqlHub {
  const start = graphqlHubs();
  let hub: GraphqlHub | undefined;
  beforeAll(async () => {
    hub = await start(options);
  });
  return () => {
    if (!hub) throw new Error('graphqlHub() starts in beforeAll: call it before any test runs');
    return hub;
  };
}

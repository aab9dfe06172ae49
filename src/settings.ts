import { normalizeId } from './core/catalog';
import type { CatalogIdentityOptions } from './core/catalog';
import { retentionSettings } from './retentionSettings';
import { choice, integer, parseList, parseWord, type Setting } from './settingRow';
import { subscriptionSettings } from './subscriptionSettings';
import { webhookSettings } from './webhookSettings';

export type { Setting } from './settingRow';

/** Severities a log line can have, least severe first; `silent` turns the log off. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** Kinds of process; `production` refuses to start without the keys of a real Wix app. */
export const nodeEnvironments = ['development', 'production', 'test'] as const;
/** One of {@link nodeEnvironments}. */
export type NodeEnvironment = (typeof nodeEnvironments)[number];

/** App id of development tokens: the default of `WIX_APP_ID` outside production. */
export const developmentAppId = '6d1f3c52-8a0e-4c1b-9b57-0d2e4f7a9c11';

/** Issuer and audience of the hub's own tokens: defaults of `AUTH_ISSUER` and `AUTH_AUDIENCE`. */
export const hubTokenName = 'inventory-hub';

/** When GraphQL describes itself; `auto`: everywhere but in production. */
export const introspectionModes = ['auto', 'on', 'off'] as const;

/** Most bytes a file of public keys may hold. */
export const maximumKeyFileBytes = 65_536;

function parseRedisUrl(text: string): string | undefined {
  // ioredis knows a unix socket by its path alone.
  const target = text.replace(/^unix:\/\/(?=\/)/i, '');
  if (target.startsWith('/') && !target.startsWith('//')) return target;
  const known = /^rediss?:\/\/./i.test(target) && URL.canParse(target);
  return known ? target : undefined;
}

function parseCatalogIdentityOptions(text: string): CatalogIdentityOptions | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const entries = Object.entries(parsed as Record<string, unknown>);
  const isKey = (key: unknown) => typeof key === 'string' && key !== '' && key.length <= 100;
  const right = ([appId, keys]: [string, unknown]) =>
    isKey(appId) && Array.isArray(keys) && keys.length <= 20 && keys.every(isKey);
  if (entries.length > 100 || !entries.every(right)) return undefined;
  // No prototype: an app id is a word from outside and may be "constructor".
  const options = Object.create(null) as Record<string, readonly string[]>;
  for (const [appId, keys] of entries) {
    options[normalizeId(appId)] = Object.freeze(keys as string[]);
  }
  return Object.freeze(options);
}

/** An address whose keys are trusted: no user, no fragment. Config says when http:// may stand. */
function parseKeySetUrl(text: string): string | undefined {
  if (text.length > 2048 || !/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text))
    return undefined;
  const { username, password, hash, href } = new URL(text);
  return username + password + hash === '' ? href : undefined;
}

/** Exactly what a browser sends as `Origin`. */
function parseOrigins(text: string): readonly string[] | undefined {
  const isOrigin = (part: string) =>
    /^https?:[^*]*$/.test(part) && URL.canParse(part) && new URL(part).origin === part;
  const origins = parseList(text);
  return origins?.every(isOrigin) && origins.length <= 100 ? Object.freeze(origins) : undefined;
}

/** Every setting, by the name it is read under. Nothing else of the environment is read. */
export const settingsTable = {
  nodeEnv: choice(
    {
      name: 'NODE_ENV',
      default: 'development',
      description: 'Kind of process; production needs the key of a real Wix app.',
    },
    nodeEnvironments,
  ),
  host: {
    name: 'HOST',
    type: 'text',
    unit: '',
    default: '127.0.0.1',
    bounds: 'a host name or address of 1 to 255 characters',
    description: 'Address to listen on; 0.0.0.0 for every IPv4 interface.',
    parse: (text: string) => parseWord(text, 255),
  },
  port: integer(
    {
      name: 'PORT',
      unit: '',
      default: '4000',
      description: 'TCP port to listen on; 0 for any free port.',
    },
    0,
    65_535,
  ),
  dataDir: {
    name: 'DATA_DIR',
    type: 'path',
    unit: '',
    default: './data',
    bounds: 'a path of 1 to 4096 characters',
    description: 'Folder of the embedded Redis and of the development keys.',
    parse: (text: string) => (text.length <= 4096 ? text : undefined),
  },
  redisUrl: {
    name: 'REDIS_URL',
    type: 'url',
    unit: '',
    default: '',
    bounds: 'a redis:// or rediss:// URL, unix:///path or the absolute path of a unix socket',
    description: 'The Redis to use; unset, the hub runs an embedded one.',
    parse: parseRedisUrl,
  },
  wixAppId: {
    name: 'WIX_APP_ID',
    type: 'text',
    unit: '',
    default: developmentAppId,
    bounds: '1 to 100 characters without white space; set in production or beside a public key',
    description: 'Id of the Wix app: the audience of every token.',
    parse: (text: string) => parseWord(text, 100),
  },
  wixPublicKey: {
    name: 'WIX_PUBLIC_KEY',
    type: 'key',
    unit: '',
    default: '',
    bounds: 'a public key; this or WIX_PUBLIC_KEY_FILE is set in production',
    description: "The Wix app's public key: PEM or base64 of it; several: comma-separated base64.",
    parse: (text: string) => text,
  },
  wixPublicKeyFiles: {
    name: 'WIX_PUBLIC_KEY_FILE',
    type: 'paths',
    unit: '',
    default: '',
    bounds: `comma-separated paths of readable files of 1 to ${maximumKeyFileBytes} bytes`,
    description: 'Files with public keys, used along with WIX_PUBLIC_KEY.',
    parse: parseList,
  },
  logLevel: choice(
    { name: 'LOG_LEVEL', default: 'info', description: 'Least severe line that is logged.' },
    logLevels,
  ),
  wixClockSkewSeconds: integer(
    {
      name: 'WIX_CLOCK_SKEW_SECONDS',
      unit: 'seconds',
      default: '60',
      description: 'How far in the future a token may have been issued.',
    },
    0,
    3600,
  ),
  pluginBodyLimitBytes: integer(
    {
      name: 'PLUGIN_BODY_LIMIT_BYTES',
      unit: 'bytes',
      default: '1048576',
      description: 'Largest body of a call of Wix; 300 lines take about 92,000 bytes.',
    },
    65_536,
    16_777_216,
  ),
  ...retentionSettings,
  redisCommandTimeoutMs: integer(
    {
      name: 'REDIS_COMMAND_TIMEOUT_MS',
      unit: 'milliseconds',
      default: '2000',
      description: 'Longest wait for an answer from Redis.',
    },
    50,
    60_000,
  ),
  drainTimeoutMs: integer(
    {
      name: 'DRAIN_TIMEOUT_MS',
      unit: 'milliseconds',
      default: '10000',
      description:
        'Longest wait for running requests and jobs when the hub stops. Jobs have 2 s at least.',
    },
    0,
    300_000,
  ),
  catalogIdentityOptions: {
    name: 'CATALOG_IDENTITY_OPTIONS',
    type: 'json',
    unit: '',
    default: '{}',
    bounds: 'a JSON object of at most 100 app ids, each with a list of at most 20 option keys',
    description: 'Option keys that belong to the identity of an item, by catalog app id.',
    parse: parseCatalogIdentityOptions,
  },
  authJwksUrl: {
    name: 'AUTH_JWKS_URL',
    type: 'url',
    unit: '',
    default: '',
    bounds:
      'an https:// URL; http:// outside production or to this machine; at most 2048 characters',
    description: 'Key set (JWKS) that API tokens are verified with: RS256, ES256, EdDSA.',
    parse: parseKeySetUrl,
  },
  authPublicKeyFiles: {
    name: 'AUTH_PUBLIC_KEY_FILE',
    type: 'paths',
    unit: '',
    default: '',
    bounds: `comma-separated paths of readable files of 1 to ${maximumKeyFileBytes} bytes`,
    description: 'Files with public keys that API tokens are verified with: RS256, ES256, EdDSA.',
    parse: parseList,
  },
  authSecret: {
    name: 'AUTH_SECRET',
    type: 'key',
    unit: '',
    default: '',
    bounds: 'a secret of 32 to 1024 bytes of UTF-8',
    description: 'Secret that API tokens are signed and verified with: HS256.',
    parse: (text: string) => {
      const bytes = Buffer.byteLength(text);
      return bytes >= 32 && bytes <= 1024 ? text : undefined;
    },
  },
  authIssuer: {
    name: 'AUTH_ISSUER',
    type: 'text',
    unit: '',
    default: hubTokenName,
    bounds: '1 to 255 characters without white space; set in production beside AUTH_JWKS_URL',
    description: 'The issuer (iss) of every API token.',
    parse: (text: string) => parseWord(text, 255),
  },
  authAudience: {
    name: 'AUTH_AUDIENCE',
    type: 'text',
    unit: '',
    default: hubTokenName,
    bounds: '1 to 255 characters without white space; set in production beside AUTH_JWKS_URL',
    description: 'The audience (aud) of every API token.',
    parse: (text: string) => parseWord(text, 255),
  },
  rateLimitPerMinute: integer(
    {
      name: 'RATE_LIMIT_PER_MINUTE',
      unit: 'points',
      default: '6000',
      description: 'What the API calls of one token may cost in a minute; 0 for no limit.',
    },
    0,
    1_000_000_000,
  ),
  ...subscriptionSettings,
  ...webhookSettings,
  corsOrigins: {
    name: 'CORS_ORIGINS',
    type: 'list',
    unit: '',
    default: '',
    bounds:
      'at most 100 comma-separated origins as browsers send them, such as https://shop.example',
    description: 'Web pages that may call the APIs; GraphQL also Apollo Studio.',
    parse: parseOrigins,
  },
  graphqlIntrospection: choice(
    {
      name: 'GRAPHQL_INTROSPECTION',
      default: 'auto',
      description: 'Whether GraphQL describes itself; auto: everywhere but in production.',
    },
    introspectionModes,
  ),
} as const satisfies Record<string, Setting>;

/** Every setting of the hub, in the order in which they are documented. */
export const settings: readonly Setting[] = Object.values(settingsTable);

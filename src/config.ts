import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { CatalogIdentityOptions } from './core/catalog';
import type { InventoryEventType } from './core/inventoryEvent';
import { maximumKeyFileBytes, settingsTable } from './settings';
import type { LogLevel, NodeEnvironment, Setting } from './settings';

export { settings } from './settings';

/** The hub's settings after every check; deeply frozen. */
export interface Config {
  readonly nodeEnv: NodeEnvironment;
  readonly host: string;
  /** 0..65535; 0 = any free port. */
  readonly port: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** `redis://` or `rediss://` URL, or path of a unix socket; undefined = embedded Redis. */
  readonly redisUrl: string | undefined;
  readonly wixAppId: string;
  /** Texts as given: the variable's first, then one per file. Empty = development keys. */
  readonly wixPublicKeys: readonly string[];
  readonly logLevel: LogLevel;
  /** 0..3600 */
  readonly wixClockSkewSeconds: number;
  /** 65536..16777216 */
  readonly pluginBodyLimitBytes: number;
  /** 60..31536000 */
  readonly idempotencyRetentionSeconds: number;
  /** Days, 0..3660; 0 = for ever, or a time not shorter than the idempotency retention. */
  readonly ledgerRetentionDays: number;
  /** As `ledgerRetentionDays`. */
  readonly orderRetentionDays: number;
  /** Days, 0..3660; 0 = until there are too many. */
  readonly refusalRetentionDays: number;
  /** 50..60000 */
  readonly redisCommandTimeoutMs: number;
  /** 0..300000 */
  readonly drainTimeoutMs: number;
  readonly catalogIdentityOptions: CatalogIdentityOptions;
  /** At most one of the next three is set. */
  readonly authJwksUrl: string | undefined;
  /** Texts of the files. */
  readonly authPublicKeys: readonly string[];
  /** 32..1024 bytes of UTF-8. */
  readonly authSecret: string | undefined;
  readonly authIssuer: string;
  readonly authAudience: string;
  /** 0..1000000000 points; 0 = no limit. */
  readonly rateLimitPerMinute: number;
  /** 1..1000000 */
  readonly subscriptionConnections: number;
  /** 1..1000000 */
  readonly subscriptionConnectionsPerTenant: number;
  readonly webhookTargetUrl: string | undefined;
  /** At least one. */
  readonly webhookTargetEventTypes: readonly InventoryEventType[];
  /** Text of the file. */
  readonly webhookSigningKey: string | undefined;
  /** 1..50 numbers, 0..604800. */
  readonly webhookRetryScheduleSeconds: readonly number[];
  /** 50..30000 */
  readonly webhookTimeoutMs: number;
  readonly webhookAllowPrivateTargets: boolean;
  /** Origins as browsers send them; Apollo Studio's is not among them. */
  readonly corsOrigins: readonly string[];
  readonly graphqlIntrospection: boolean;
}

/** One setting that is wrong. `value` is safe to print; undefined when the setting is unset. */
export interface ConfigProblem {
  readonly name: string;
  readonly value: string | undefined;
  readonly bound: string;
}

/** Thrown once for all the wrong settings. Its message holds no key, secret or password. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ name, value, bound }) => {
      const state = value === undefined ? 'is not set' : `is ${value}`;
      return `  ${name} ${state}: must be ${bound}`;
    });
    super(['Wrong settings:', ...lines].join('\n'));
  }
}

type Parsed<Row> = Row extends Setting<infer Value> ? Value : never;
type Unset<Row> = Row extends { readonly default: '' } ? undefined : never;

/** What the table gives when no setting is wrong: only one without a default can be undefined. */
type Values = {
  readonly [Name in keyof typeof settingsTable]:
    Parsed<(typeof settingsTable)[Name]> | Unset<(typeof settingsTable)[Name]>;
};

type Environment = Readonly<Record<string, string | undefined>>;

const hidden = '(not shown)';
const looksLikeKey = /-----BEGIN|LS0tLS1CRUdJTi|MII[A-Za-z0-9+/]{20}/;

function shownValue(setting: Setting, text: string): string {
  if (setting.type === 'key' || looksLikeKey.test(text)) return hidden;
  if (setting.type === 'url') {
    const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text);
    return scheme === null ? hidden : `${scheme[0]}… ${hidden}`;
  }
  const unsigned = text.replace(/:\/\/.*@/g, '://…@');
  return JSON.stringify(unsigned.length > 80 ? `${unsigned.slice(0, 80)}…` : unsigned);
}

function readEnvironmentFile(path: string, problems: ConfigProblem[]): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code !== 'ENOENT') {
      problems.push({ name: '.env', value: code, bound: 'a readable file, or absent' });
    }
    return {};
  }
}

function readKeyFile(
  { name, bounds }: Setting,
  path: string,
  shown: string,
  problems: ConfigProblem[],
): string {
  try {
    const { size } = statSync(path);
    if (size > maximumKeyFileBytes) {
      problems.push({ name, value: `${shown} (${size} bytes)`, bound: bounds });
      return '';
    }
    const text = readFileSync(path, 'utf8').trim();
    if (text === '') problems.push({ name, value: `${shown} (empty)`, bound: bounds });
    return text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    problems.push({ name, value: `${shown} (${code})`, bound: bounds });
    return '';
  }
}

/**
 * Reads every setting from the environment and from the file `.env` in `directory`.
 *
 * A variable of the real environment wins over the same one in `.env`, also when it is empty; an
 * empty or blank value counts as unset. Relative paths are resolved against `directory`. Files of
 * public keys are read here; what is in them is parsed by `auth/publicKeyPem`.
 *
 * @throws ConfigError naming every wrong setting at once
 */
export function loadConfig(
  env: Environment = process.env,
  directory: string = process.cwd(),
): Config {
  const problems: ConfigProblem[] = [];
  const file = readEnvironmentFile(resolve(directory, '.env'), problems);
  const textOf = ({ name }: Setting) => (env[name] ?? file[name] ?? '').trim();
  const isSet = (setting: Setting) => textOf(setting) !== '';

  function read(setting: Setting): unknown {
    const text = textOf(setting) || setting.default;
    if (text === '') return undefined;
    const value = setting.parse(text);
    if (value === undefined) {
      const shown = shownValue(setting, text);
      problems.push({ name: setting.name, value: shown, bound: setting.bounds });
    }
    return value;
  }

  const {
    wixPublicKey: variableKey,
    wixPublicKeyFiles = [],
    authPublicKeyFiles = [],
    webhookSigningKeyFile,
    graphqlIntrospection,
    corsOrigins = [],
    ...values
  } = Object.fromEntries(
    Object.entries(settingsTable).map(([name, setting]) => [name, read(setting)]),
  ) as Values;
  const readKeys = (setting: Setting, paths: readonly string[]) =>
    paths.map((path) =>
      readKeyFile(setting, resolve(directory, path), shownValue(setting, path), problems),
    );
  const fileKeys = readKeys(settingsTable.wixPublicKeyFiles, wixPublicKeyFiles);
  const authPublicKeys = readKeys(settingsTable.authPublicKeyFiles, authPublicKeyFiles);
  const [webhookSigningKey] = readKeys(
    settingsTable.webhookSigningKeyFile,
    webhookSigningKeyFile === undefined ? [] : [webhookSigningKeyFile],
  );

  const production = values.nodeEnv === 'production';
  problems.push(...findMissing(isSet, production), ...findConflicts(isSet));
  problems.push(...findShortRetentions(values));
  if (production && values.authJwksUrl !== undefined && isOpenToChange(values.authJwksUrl)) {
    const { name, bounds } = settingsTable.authJwksUrl;
    problems.push({ name, value: `http://… ${hidden}`, bound: bounds });
  }
  if (production && values.webhookTargetUrl?.startsWith('http:')) {
    const { name, bounds } = settingsTable.webhookTargetUrl;
    problems.push({ name, value: `http://… ${hidden}`, bound: bounds });
  }
  if (problems.length > 0) throw new ConfigError(problems);

  return Object.freeze({
    ...values,
    dataDir: resolve(directory, values.dataDir),
    wixPublicKeys: Object.freeze(variableKey === undefined ? fileKeys : [variableKey, ...fileKeys]),
    authPublicKeys: Object.freeze(authPublicKeys),
    webhookSigningKey,
    corsOrigins: Object.freeze(corsOrigins),
    graphqlIntrospection:
      graphqlIntrospection === 'auto' ? !production : graphqlIntrospection === 'on',
  });
}

/** What other settings make necessary. */
function findMissing(isSet: (setting: Setting) => boolean, production: boolean): ConfigProblem[] {
  const table = settingsTable;
  const keyGiven = isSet(table.wixPublicKey) || isSet(table.wixPublicKeyFiles);
  // A foreign issuer serves others too: whose tokens are meant is then never a default.
  const foreignIssuer = production && isSet(table.authJwksUrl);
  const required = [
    ...(production || keyGiven ? [table.wixAppId] : []),
    ...(production && !keyGiven ? [table.wixPublicKey] : []),
    ...(production && isSet(table.webhookTargetUrl) ? [table.webhookSigningKeyFile] : []),
    ...(foreignIssuer ? [table.authIssuer, table.authAudience] : []),
  ];
  return required
    .filter((setting) => !isSet(setting))
    .map(({ name, bounds }) => ({ name, value: undefined, bound: bounds }));
}

/** Tokens have one source: with two, a key of one could pass for a key of the other. */
function findConflicts(isSet: (setting: Setting) => boolean): ConfigProblem[] {
  const { authJwksUrl, authPublicKeyFiles, authSecret } = settingsTable;
  const [first, ...others] = [authJwksUrl, authPublicKeyFiles, authSecret].filter(isSet);
  return others.map(({ name }) => {
    return { name, value: hidden, bound: `unset beside ${first!.name}` };
  });
}

/**
 * What answers repeats is kept as long as repeats are recognized, and an order as long as its
 * refusals: it says what it took after all.
 */
function findShortRetentions(
  values: Pick<
    Values,
    | 'idempotencyRetentionSeconds'
    | 'ledgerRetentionDays'
    | 'orderRetentionDays'
    | 'refusalRetentionDays'
  >,
): ConfigProblem[] {
  const { idempotencyRetentionSeconds: seconds, refusalRetentionDays } = values;
  const repeats = { days: seconds / 86_400, of: settingsTable.idempotencyRetentionSeconds };
  const refusals = { days: refusalRetentionDays, of: settingsTable.refusalRetentionDays };
  const ofOrders = refusals.days > repeats.days ? refusals : repeats;
  const least = { ledgerRetentionDays: repeats, orderRetentionDays: ofOrders };
  return (['ledgerRetentionDays', 'orderRetentionDays'] as const)
    .filter((name) => values[name] > 0 && values[name] < least[name].days)
    .map((name) => ({
      name: settingsTable[name].name,
      value: JSON.stringify(String(values[name])),
      bound: `0, or at least ${Math.ceil(least[name].days)} beside ${least[name].of.name}`,
    }));
}

/** Who can change what is read over the network can sign tokens. */
function isOpenToChange(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  const local =
    hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return protocol === 'http:' && !local;
}

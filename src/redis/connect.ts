import { isNativeError } from 'node:util/types';
import { Redis, type RedisOptions } from 'ioredis';

export { checkServer, type ServerReport } from './serverCheck';

/** Where a Redis is: an address as in `REDIS_URL`, or the path of a unix socket. */
export type RedisTarget = { url: string } | { socketPath: string };

/** How a connection behaves. */
export interface ConnectOptions {
  /** A command without a reply for this long fails; it may still be applied later. Milliseconds. */
  commandTimeoutMs: number;
  /** Name in CLIENT LIST; default `inventory-hub:<pid>`. No spaces. */
  connectionName?: string;
  /** How long the first connection may take (a server still loading may take longer); 5000 ms. */
  connectTimeoutMs?: number;
}

type Address = Pick<
  RedisOptions,
  'host' | 'port' | 'path' | 'tls' | 'db' | 'username' | 'password'
>;

/** Longest pause between two attempts to connect again, in milliseconds. */
const MAX_RETRY_DELAY_MS = 1000;

const SOCKET_URL = /^(?:unix|redis\+unix):\/\//;

/**
 * Connects and resolves when commands can be sent. Afterwards it reconnects for ever by itself;
 * while Redis is away every command fails at once (see `isOutage`) and none is ever sent twice.
 * Addresses: `redis://`, `rediss://`, `unix:///path`, `redis+unix:///path` (with `?db=`,
 * `?username=`, `?password=`) or a plain absolute path.
 * @throws Error that names the address (without its password) when the server can't be reached.
 */
export async function connectRedis(target: RedisTarget, options: ConnectOptions): Promise<Redis> {
  const where = describeTarget(target);
  const address = parseTarget(target);
  const redis = new Redis({
    ...address,
    lazyConnect: true,
    connectionName: options.connectionName ?? `inventory-hub:${process.pid}`,
    commandTimeout: options.commandTimeoutMs,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    autoResendUnfulfilledCommands: false,
    // With 0 a lost connection fails its unanswered commands at once; with null and no resending
    // they would wait for their timeout.
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: 500,
    // How long a process that is done may wait for the server to close its side.
    disconnectTimeout: 200,
    retryStrategy: retryDelayMs,
    // A link that is cut without a word would else keep failing commands for many minutes. A unix
    // socket can't be cut that way, so it is spared the timer.
    ...(address.path === undefined && { socketTimeout: 2 * options.commandTimeoutMs }),
  });
  try {
    await firstReady(redis, options.connectTimeoutMs ?? 5000);
  } catch (error) {
    redis.disconnect();
    throw new Error(`Cannot use the Redis at ${where}: ${reasonOf(error)}`, { cause: error });
  }
  return redis;
}

/** Longest command of a queue before it counts as an outage, in milliseconds. */
const QUEUE_COMMAND_TIMEOUT_MS = 5000;

/** A connection for adding jobs: fails at once while Redis is away, as the main one does. */
export function queueConnection(target: RedisTarget): RedisOptions {
  return {
    ...parseTarget(target),
    connectionName: `inventory-hub-queue:${process.pid}`,
    commandTimeout: QUEUE_COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: 500,
    disconnectTimeout: 200,
    retryStrategy: retryDelayMs,
  };
}

/** A connection that waits for jobs: its commands last as long as they must. */
export function workerConnection(target: RedisTarget): RedisOptions {
  return {
    ...parseTarget(target),
    connectionName: `inventory-hub-worker:${process.pid}`,
    maxRetriesPerRequest: null,
    maxLoadingRetryTime: 500,
    disconnectTimeout: 200,
    retryStrategy: retryDelayMs,
  };
}

function retryDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), MAX_RETRY_DELAY_MS);
}

/** The address for people and logs: never with a user name, password or query. */
export function describeTarget(target: RedisTarget): string {
  const { host, port, path, tls, db } = parseTarget(target);
  if (path !== undefined) {
    return path;
  }
  const scheme = tls === undefined ? 'redis' : 'rediss';
  const name = host?.includes(':') === true ? `[${host}]` : (host ?? '');
  return `${scheme}://${name}:${port ?? 6379}${db === undefined ? '' : `/${db}`}`;
}

function parseTarget(target: RedisTarget): Address {
  if ('socketPath' in target) {
    return { path: target.socketPath };
  }
  const text = target.url.trim();
  if (text.startsWith('/')) {
    return parseSocketAddress(text);
  }
  if (SOCKET_URL.test(text)) {
    return parseSocketAddress(text.replace(SOCKET_URL, ''));
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw new Error(
      'The Redis address must look like redis://host:6379, rediss://host:6379 or unix:///path',
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...databaseOf(url.pathname.slice(1)),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

function parseSocketAddress(address: string): Address {
  const [path = '', query] = address.split('?', 2);
  if (!path.startsWith('/')) {
    throw new Error('A Redis socket address needs an absolute path, as in unix:///run/redis.sock');
  }
  const parameters = new URLSearchParams(query);
  const username = parameters.get('username');
  const password = parameters.get('password');
  return {
    path: decodeURIComponent(path),
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    ...databaseOf(parameters.get('db') ?? ''),
  };
}

function databaseOf(text: string): { db?: number } {
  if (text === '') {
    return {};
  }
  if (!/^\d{1,5}$/.test(text)) {
    throw new Error('The database in the Redis address must be a whole number, as in /0');
  }
  return { db: Number(text) };
}

function firstReady(redis: Redis, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let lastError: Error | undefined;
    let timer: NodeJS.Timeout | undefined;
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      redis.off('ready', onReady).off('error', onError);
      // ioredis emits 'error' on every failed attempt; without a listener that ends the process.
      redis.on('error', () => undefined);
      if (error === undefined) {
        resolve();
      } else {
        reject(error);
      }
    };
    const onReady = (): void => {
      settle();
    };
    const onError = (error: Error): void => {
      lastError = error;
      // The server spoke and refused us (WRONGPASS, NOAUTH, NOPERM…): trying again won't help.
      if (error.name === 'ReplyError' && !error.message.startsWith('LOADING')) {
        settle(error);
      }
    };
    const onTimeout = async (): Promise<void> => {
      if (await isLoading(redis)) {
        timer = setTimeout(() => void onTimeout(), timeoutMs);
      } else {
        settle(lastError ?? new Error(`no answer in ${timeoutMs} ms`));
      }
    };
    redis.on('ready', onReady).on('error', onError);
    timer = setTimeout(() => void onTimeout(), timeoutMs);
    redis.connect().catch(() => undefined);
  });
}

async function isLoading(redis: Redis): Promise<boolean> {
  const text = await redis.info('persistence').catch(() => '');
  return /^(?:async_)?loading:1/m.test(text);
}

function reasonOf(error: unknown): string {
  if (!isNativeError(error)) {
    return String(error);
  }
  // Node's error for a name with several addresses has a code and an empty message.
  return error.message === ''
    ? ((error as NodeJS.ErrnoException).code ?? error.name)
    : error.message;
}

import type { Redis } from 'ioredis';

/** What `checkServer` found out about a server it accepts. */
export interface ServerReport {
  /** Redis's or Valkey's own version, as in `7.0.15`. */
  version: string;
  /** Which product answers. */
  server: 'redis' | 'valkey';
  /** Sentences for the operator; the first says the most. Empty when all is well. */
  warnings: string[];
}

interface Settings {
  evictionPolicy: string | undefined;
  appendOnly: boolean;
  /** Undefined when the server doesn't tell. */
  appendSync: string | undefined;
  /** Undefined when the server doesn't tell. */
  snapshots: boolean | undefined;
}

/**
 * Checks that a server can keep stock: version 7 or newer and no eviction. Works where CONFIG is
 * forbidden (managed services) from what INFO tells.
 * @throws Error with a sentence for the operator when the server must not be used.
 */
export async function checkServer(redis: Redis): Promise<ServerReport> {
  const server = parseInfo(await redis.info('server'));
  const redisVersion = server.get('redis_version') ?? 'unknown';
  if (!(Number.parseInt(redisVersion, 10) >= 7)) {
    throw new Error(
      `Redis ${redisVersion} is too old: inventory-hub needs Redis 7 or newer, or Valkey`,
    );
  }
  const settings = (await readConfig(redis)) ?? (await readInfo(redis));
  if (settings.evictionPolicy !== 'noeviction') {
    throw new Error(
      `Redis may throw data away when its memory is full: its maxmemory-policy is ` +
        `${settings.evictionPolicy ?? 'not known'}. Set it to noeviction`,
    );
  }
  const valkeyVersion = server.get('valkey_version');
  return {
    version: valkeyVersion ?? redisVersion,
    server: valkeyVersion === undefined ? 'redis' : 'valkey',
    warnings: durabilityWarnings(settings),
  };
}

function durabilityWarnings({ appendOnly, appendSync, snapshots }: Settings): string[] {
  if (!appendOnly && snapshots !== true) {
    const doubt = snapshots === undefined ? ' (it does not tell whether it takes snapshots)' : '';
    return [
      `Redis keeps nothing on disk${doubt}: acknowledged movements are lost if Redis stops. ` +
        'Set appendonly yes and appendfsync always',
    ];
  }
  if (!appendOnly) {
    return [
      'Redis only takes snapshots: movements acknowledged since the last one are lost if Redis ' +
        'stops. Set appendonly yes and appendfsync always',
    ];
  }
  if (appendSync !== 'always') {
    return [
      `Redis syncs its append-only file ${appendSync ?? 'at a rhythm it does not tell'}: ` +
        'the last acknowledged movements may be lost if the machine stops. Set appendfsync always',
    ];
  }
  return [];
}

async function readConfig(redis: Redis): Promise<Settings | undefined> {
  let reply: string[];
  try {
    reply = await redis.config('GET', 'maxmemory-policy', 'appendonly', 'appendfsync', 'save');
  } catch (error) {
    // Forbidden (NOPERM) or renamed away (ERR unknown command) on managed services.
    if (error instanceof Error && error.name === 'ReplyError') {
      return undefined;
    }
    throw error;
  }
  const config = new Map<string, string>();
  for (let index = 0; index + 1 < reply.length; index += 2) {
    config.set(reply[index]!, reply[index + 1]!);
  }
  if (!config.has('maxmemory-policy')) {
    return undefined;
  }
  return {
    evictionPolicy: config.get('maxmemory-policy'),
    appendOnly: config.get('appendonly') === 'yes',
    appendSync: config.get('appendfsync'),
    snapshots: (config.get('save') ?? '') !== '',
  };
}

async function readInfo(redis: Redis): Promise<Settings> {
  const memory = parseInfo(await redis.info('memory'));
  const persistence = parseInfo(await redis.info('persistence'));
  return {
    evictionPolicy: memory.get('maxmemory_policy'),
    appendOnly: persistence.get('aof_enabled') === '1',
    appendSync: undefined,
    snapshots: undefined,
  };
}

function parseInfo(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      fields.set(line.slice(0, colon), line.slice(colon + 1));
    }
  }
  return fields;
}

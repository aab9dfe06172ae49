import { defineScripts, type HubRedis, type ScriptObserver } from './commands';
import { checkServer, connectRedis, describeTarget, type RedisTarget } from './connect';
import { startEmbeddedServer } from './embeddedServer';
import type { ServerLog } from './serverLog';
import { announceTenants } from './tenants';

/** Where the store is and how to use it. */
export interface OpenStoreOptions {
  /** Address of a Redis; undefined: the embedded server of `dataDir`. */
  redisUrl: string | undefined;
  dataDir: string;
  commandTimeoutMs: number;
  log: ServerLog;
  /** Keep the embedded server running, as the hub does. Default false. */
  supervise?: boolean;
  onScriptCall?: ScriptObserver;
}

/** A checked store, ready for use cases. */
export interface Store {
  redis: HubRedis;
  /** Where further connections go. */
  target: RedisTarget;
  /** For people: server, version and where it is, without secrets. */
  description: string;
  /** Ends the connection and leaves the embedded server. */
  close(): Promise<void>;
}

/**
 * Opens the store: starts or adopts the embedded server when no address is given, connects, and
 * checks that the server can keep stock.
 *
 * @throws Error with a sentence for the operator
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { redisUrl, dataDir, log, supervise = false } = options;
  const embedded =
    redisUrl === undefined ? await startEmbeddedServer({ dataDir, log, supervise }) : undefined;
  const target: RedisTarget = embedded
    ? { socketPath: embedded.socketPath }
    : { url: redisUrl ?? '' };
  try {
    const redis = await connectRedis(target, { commandTimeoutMs: options.commandTimeoutMs });
    try {
      const { server, version, warnings } = await checkServer(redis);
      for (const warning of warnings) log.warn(warning);
      const kind = embedded ? `embedded ${server}` : server;
      const hubRedis = defineScripts(redis, options.onScriptCall);
      announceTenants(hubRedis);
      return {
        redis: hubRedis,
        target,
        description: `${kind} ${version} at ${describeTarget(target)}`,
        close: async () => {
          redis.disconnect();
          await embedded?.stop();
        },
      };
    } catch (error) {
      redis.disconnect();
      throw error;
    }
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

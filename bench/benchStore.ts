import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineScripts, type HubRedis } from '../src/redis/commands';
import { checkServer, connectRedis } from '../src/redis/connect';
import { startEmbeddedServer } from '../src/redis/embeddedServer';

/** A Redis of the benchmark's own, as the hub runs it: append-only file, `appendfsync always`. */
export interface BenchStore {
  socketPath: string;
  /** Server and version. */
  description: string;
  /** Opens another connection to one of its databases; closed with the store. */
  connect(database: number): Promise<HubRedis>;
  /** Ends the server and removes all it kept. */
  close(): Promise<void>;
}

const quiet = () => undefined;

export async function openBenchStore(): Promise<BenchStore> {
  const directory = mkdtempSync(join(tmpdir(), 'inventory-hub-bench-'));
  const log = { info: quiet, warn: console.error, error: console.error };
  const server = await startEmbeddedServer({ dataDir: directory, log });
  const { socketPath } = server;
  const connections: HubRedis[] = [];
  const connect = async (database: number) => {
    const url = `unix://${socketPath}?db=${database}`;
    const redis = defineScripts(await connectRedis({ url }, { commandTimeoutMs: 60_000 }));
    connections.push(redis);
    return redis;
  };
  const redis = await connect(0);
  // A rewrite of the file would take one of the cores in the middle of a round.
  await redis.config('SET', 'auto-aof-rewrite-percentage', '0');
  const { server: kind, version } = await checkServer(redis);
  const close = async () => {
    for (const connection of connections) connection.disconnect();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  // The server outlives this process unless it is told to end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(1)));
  }
  return { socketPath, description: `${kind} ${version}`, connect, close };
}

/** Empties the server and starts its append-only file anew. */
export async function emptyStore(redis: HubRedis): Promise<void> {
  await redis.flushall();
  await redis.bgrewriteaof();
  while (/^aof_rewrite_in_progress:1/m.test(await redis.info('persistence'))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Removes what calls left (orders, ledger), so that the same calls can be made again. */
export async function forgetCalls(redis: HubRedis): Promise<void> {
  let cursor = '0';
  do {
    const [next, names] = await redis.scan(cursor, 'COUNT', 5000);
    cursor = next;
    const left = names.filter((name) => /:order:|:ledger$/.test(name));
    if (left.length > 0) await redis.unlink(...left);
  } while (cursor !== '0');
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchStore } from './benchStore';
import { benchAppId, type BenchKeys } from './signedCalls';

/** A server under load, in a process of its own. */
export interface MeasuredServer {
  name: 'hub' | 'floor';
  port: number;
  stop(): Promise<void>;
}

const root = join(__dirname, '..');

/** Each server works on a database of its own of the same Redis, so that both take equal calls. */
export const databases = { hub: 0, floor: 1 } as const;

/**
 * Starts the hub as `npm start` runs it: compiled, from `dist`.
 *
 * @param nodeOptions options of its Node, such as `--cpu-prof`
 */
export function startHub(
  store: BenchStore,
  keys: BenchKeys,
  nodeOptions: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
) {
  return startServer('hub', [...nodeOptions, join(root, 'dist', 'main.js')], {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    REDIS_URL: `unix://${store.socketPath}?db=${databases.hub}`,
    WIX_APP_ID: benchAppId,
    WIX_PUBLIC_KEY: Buffer.from(keys.publicPem).toString('base64'),
    ...settings,
  });
}

/** Starts the floor (see floorServer.ts). */
export function startFloor(store: BenchStore, keys: BenchKeys) {
  return startServer('floor', ['--import', 'tsx', join(__dirname, 'floorServer.ts')], {
    NODE_ENV: 'production',
    REDIS_URL: `unix://${store.socketPath}?db=${databases.floor}`,
    APP_ID: benchAppId,
    PUBLIC_KEY: keys.publicPem,
  });
}

/** Starts a server program that prints its address as `"url":"…"`. */
export async function startServer(
  name: MeasuredServer['name'],
  words: readonly string[],
  settings: Record<string, string>,
): Promise<MeasuredServer> {
  const child = spawn(process.execPath, words, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
  });
  const url = await urlOf(child, name);
  return {
    name,
    port: Number(new URL(url).port),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Servers print JSON lines; the first one with a `url` says where the server listens. */
async function urlOf(child: ChildProcess, name: string): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    const url = /"url":"([^"]+)"/.exec(line)?.[1];
    if (url !== undefined) {
      child.stdout!.resume();
      return url;
    }
  }
  throw new Error(`the ${name} did not start:\n${lines.join('\n')}`);
}

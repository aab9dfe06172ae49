import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/redis/connect';
import { findServerPrograms } from '../../src/redis/serverProgram';

/** A real server of one test, with settings of its own. */
export interface BareServer {
  socketPath: string;
  pid: number;
  /** A connection, closed with the server. */
  connect(commandTimeoutMs?: number): Promise<Redis>;
  stop(): Promise<void>;
}

/** Starts a server with settings, as in `['--maxmemory', '1mb']`, that keeps nothing on disk. */
export async function startBareServer(...settings: string[]): Promise<BareServer> {
  const directory = mkdtempSync(join(tmpdir(), 'inventory-hub-bare-'));
  const socketPath = join(directory, 'redis.sock');
  const [program] = await findServerPrograms();
  const child = spawn(
    program!.command,
    ['--port', '0', '--save', '', '--unixsocket', socketPath, ...settings],
    { cwd: directory, stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  const connections: Redis[] = [];
  return {
    socketPath,
    pid: child.pid!,
    connect: async (commandTimeoutMs = 2000) => {
      const redis = await connectRedis({ socketPath }, { commandTimeoutMs });
      connections.push(redis);
      return redis;
    },
    stop: async () => {
      for (const redis of connections) {
        redis.disconnect();
      }
      child.kill('SIGKILL');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A TCP port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Something that speaks just enough of the protocol to tell `INFO`, for versions not here. */
export async function startInfoServer(info: Record<string, string>): Promise<{
  url: string;
  stop(): void;
}> {
  const text = Object.entries(info)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('');
  const answers: Record<string, string> = {
    HELLO: '-ERR unknown command `HELLO`\r\n',
    INFO: `$${text.length}\r\n${text}\r\n`,
    CONFIG: '-ERR unknown command `CONFIG`\r\n',
  };
  const server = createServer((socket) => {
    socket.on('data', (chunk) => {
      for (const [, name] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        socket.write(answers[name!.toUpperCase()] ?? '+OK\r\n');
      }
    });
    socket.on('error', () => undefined);
  });
  const port = await listen(server);
  return { url: `redis://127.0.0.1:${port}`, stop: () => void server.close() };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

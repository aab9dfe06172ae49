import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedServer } from '../../src/redis/embeddedServer';
import { testServer } from './testServer';

const log = {
  info: (message: string) => process.stderr.write(`${message}\n`),
  warn: (message: string) => process.stderr.write(`${message}\n`),
  error: (message: string) => process.stderr.write(`${message}\n`),
};

/** Starts the private Redis of this Jest run; workers find it by TEST_REDIS_SOCKET. */
export default async function globalSetup(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'inventory-hub-test-'));
  try {
    const server = await startEmbeddedServer({ dataDir: directory, log });
    const record = readFileSync(join(directory, 'redis', 'server.json'), 'utf8');
    const { pid } = JSON.parse(record) as { pid: number };
    testServer.current = { directory, server, watchdog: startWatchdog(pid, directory) };
    process.env['TEST_REDIS_SOCKET'] = server.socketPath;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Cleans up after a Jest that was killed: a shell in its own session that waits for the end of its
 * input. The kernel closes that pipe however Jest ends.
 */
function startWatchdog(pid: number, directory: string): ReturnType<typeof spawn> {
  const script = 'cat > /dev/null; kill "$1"; rm -rf "$2"';
  const watchdog = spawn('sh', ['-c', script, 'sh', String(pid), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  return watchdog;
}

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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
    const watchdog = startWatchdog(directory);
    const server = await startEmbeddedServer({ dataDir: directory, log });
    testServer.current = { directory, server, watchdog };
    process.env['TEST_REDIS_SOCKET'] = server.socketPath;
    process.env['TEST_DIRECTORY'] = directory;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Ends the servers of a run and of its tests, which keep their records side by side. */
const CLEAN_UP = `
cat > /dev/null
for record in "$1/redis/server.json" "$1"/*/redis/server.json; do
  pid=$(sed -n 's/.*"pid":\\([0-9]*\\).*/\\1/p' "$record")
  if [ -n "$pid" ]; then kill "$pid"; fi
done
sleep 1
rm -rf "$1"
`;

/**
 * Cleans up after a Jest that was killed: a shell in its own session that waits for the end of its
 * input. The kernel closes that pipe however Jest ends.
 */
function startWatchdog(directory: string): ReturnType<typeof spawn> {
  const watchdog = spawn('sh', ['-c', CLEAN_UP, 'sh', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  return watchdog;
}

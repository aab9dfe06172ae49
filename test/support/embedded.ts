import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startEmbeddedServer, type EmbeddedServer } from '../../src/redis/embeddedServer';

/** What the embedded server of a test told its log, newest last. */
export const told: string[] = [];

const keep = (message: string): void => {
  told.push(message);
};

/** A log for `startEmbeddedServer` that keeps all in `told`. */
export const toldLog = { info: keep, warn: keep, error: keep };

/** A new data directory, cleaned up with the run's own should Jest be killed. */
export function makeDirectory(): string {
  return mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'data-'));
}

const started: EmbeddedServer[] = [];

/** Starts the server of a directory in this process. */
export async function startIn(dataDir: string, supervise = false): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ dataDir, log: toldLog, supervise });
  started.push(server);
  return server;
}

/** Leaves every server this process still uses. */
export async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map((server) => server.stop()));
}

/** Process id of the server last started for a directory. */
export function serverPid(dataDir: string): number {
  const record = readFileSync(join(dataDir, 'redis', 'server.json'), 'utf8');
  return (JSON.parse(record) as { pid: number }).pid;
}

/** Removes a directory and ends the server that may still run in it. */
export function cleanDirectory(dataDir: string): void {
  try {
    process.kill(serverPid(dataDir), 'SIGKILL');
  } catch {
    // Stopped already.
  }
  rmSync(dataDir, { recursive: true, force: true });
}

/** Another process that uses the server of a directory. */
export interface HubProcess {
  child: ChildProcess;
  socketPath: string;
  messages: string[];
}

/** Starts another process that uses the server of a directory; resolves when the server answers. */
export async function spawnHub(dataDir: string): Promise<HubProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(__dirname, 'hubProcess.ts'), dataDir],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, ...(JSON.parse(line) as Omit<HubProcess, 'child'>) };
}

/** Sends a signal and waits for the end of the process. */
export async function endHub({ child }: HubProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

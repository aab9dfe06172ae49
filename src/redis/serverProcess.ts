import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerHome } from './serverHome';

/** A server process of ours. */
export interface ServerProcess {
  pid: number;
  socketPath: string;
}

const MAX_LOG_BYTES = 5_000_000;

/** Settings of the embedded server: an acknowledged write is on disk, and nothing is evicted. */
const SERVER_SETTINGS = {
  port: '0',
  unixsocketperm: '600',
  daemonize: 'no',
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  // After kill -9 the file may end in half a command: one that nobody got an answer to.
  'aof-load-truncated': 'yes',
  'aof-use-rdb-preamble': 'yes',
  'auto-aof-rewrite-percentage': '100',
  'auto-aof-rewrite-min-size': '64mb',
  'maxmemory-policy': 'noeviction',
  save: '',
  loglevel: 'notice',
  logfile: '',
};

/**
 * Starts a server in its own session, so that neither Ctrl-C nor the death of this process ends
 * it, and records who it is. It may still be loading, or die, after this returns.
 */
export function spawnServer(
  home: ServerHome,
  program: string,
  environment: NodeJS.ProcessEnv | undefined,
): ServerProcess & { hasEnded(): boolean } {
  rotateLog(home.logFile);
  const log = openSync(home.logFile, 'a', 0o600);
  const settings = Object.entries({ ...SERVER_SETTINGS, unixsocket: home.socketPath });
  const child = spawn(
    program,
    settings.flatMap(([name, value]) => [`--${name}`, value]),
    { cwd: home.directory, detached: true, stdio: ['ignore', log, log], env: environment },
  );
  closeSync(log);
  let ended = false;
  const noteEnd = (): void => {
    ended = true;
  };
  child.once('exit', noteEnd).once('error', noteEnd);
  child.unref();
  const server = { pid: child.pid ?? 0, socketPath: home.socketPath };
  writeFileSync(home.recordFile, JSON.stringify(server));
  return { ...server, hasEnded: () => ended };
}

/** The recorded server of a data directory when its process is alive and still that server. */
export function findRecordedServer(home: ServerHome): ServerProcess | undefined {
  let server: ServerProcess;
  try {
    server = JSON.parse(readFileSync(home.recordFile, 'utf8')) as ServerProcess;
  } catch {
    return undefined;
  }
  return isServerOf(server.pid, home) ? server : undefined;
}

/** Forgets the recorded server and its socket. Only for a server that has ended. */
export function forgetServer(home: ServerHome): void {
  rmSync(home.recordFile, { force: true });
  rmSync(home.socketPath, { force: true });
}

/** Whether a process exists and has not ended; a process nobody has waited for yet has ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return true;
  }
}

/** Waits until a process has ended; false when it is still there after the time. */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; isAlive(pid); waitedMs += 20) {
    if (waitedMs >= timeoutMs) {
      return false;
    }
    await sleep(20);
  }
  return true;
}

/** Ends a server that no longer answers: first kindly, then not. */
export async function killServer(pid: number): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGTERM', 5000],
    ['SIGKILL', 30_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await waitForEnd(pid, patienceMs)) {
      return;
    }
  }
  throw new Error(`The embedded Redis (process ${pid}) can't be ended`);
}

/** The last lines a server printed. */
export function lastLogLines(home: ServerHome, count = 12): string {
  try {
    return readFileSync(home.logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

/** A process id may have been given to another program since it was recorded. */
function isServerOf(pid: number, home: ServerHome): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) {
    return false;
  }
  try {
    if (process.platform === 'linux') {
      return readlinkSync(`/proc/${pid}/cwd`) === home.directory;
    }
    const command = execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
    return /(?:redis|valkey)-server/.test(command);
  } catch {
    return false;
  }
}

function rotateLog(logFile: string): void {
  try {
    if (statSync(logFile).size > MAX_LOG_BYTES) {
      renameSync(logFile, `${logFile}.1`);
    }
  } catch {
    // There is no log yet.
  }
}

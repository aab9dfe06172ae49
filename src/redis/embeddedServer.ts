import { setTimeout as sleep } from 'node:timers/promises';
import { contactServer, type ControlLine } from './controlLine';
import { openServerHome, type ServerHome } from './serverHome';
import {
  findRecordedServer,
  forgetServer,
  killServer,
  lastLogLines,
  spawnServer,
  waitForEnd,
} from './serverProcess';
import type { ServerLog } from './serverLog';
import { ensureServerProgram } from './serverProgram';
import { takeStartLock } from './startLock';
import { keepRunning } from './supervision';

/** Settings of an embedded server. */
export interface EmbeddedServerOptions {
  /** The hub's data directory; the server lives in its `redis` directory. Made when missing. */
  dataDir: string;
  log: ServerLog;
  /** Start the server again when it dies or hangs, until `stop`. Default false. */
  supervise?: boolean;
  /** Environment of the programs that are run (PATH); default that of this process. */
  environment?: NodeJS.ProcessEnv;
}

/** A running Redis or Valkey of one data directory, shared by all hub processes that use it. */
export interface EmbeddedServer {
  /** The unix socket it listens on; stays the same when the server is started again. */
  socketPath: string;
  /** Leaves the server. The last hub process to leave shuts it down and waits for its end. */
  stop(): Promise<void>;
}

/** A server that is not heard of for this long after its start has failed. Milliseconds. */
const START_TIMEOUT_MS = 60_000;

/** How long a living server may keep silent before it is ended. Milliseconds. */
const SILENCE_TIMEOUT_MS = 30_000;

/** How long a living server may be without its socket. Milliseconds. */
const SOCKET_TIMEOUT_MS = 2000;

/** How often loading progress is told. Milliseconds. */
const PROGRESS_INTERVAL_MS = 5000;

let lineCount = 0;

/**
 * Makes sure exactly one server runs for a data directory and resolves when it answers: uses the
 * one that runs already (started by another hub process, or left by one that was killed), else
 * starts one. Loading much data takes long; the log tells how far it is.
 * @throws Error with the server's last words when it can't be started.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  let home = openServerHome(options.dataDir);
  const stopping = new AbortController();
  let line = await reachServer(home, options);
  // A server found at a place of an earlier start keeps that place.
  home = { ...home, socketPath: line.socketPath };
  const supervision = options.supervise
    ? keepRunning(line, {
        log: options.log,
        signal: stopping.signal,
        silenceTimeoutMs: SILENCE_TIMEOUT_MS,
        restart: async () => (line = await reachServer(home, options)),
        end: async (lost) => {
          if (findRecordedServer(home)?.pid === lost.pid) {
            await killServer(lost.pid);
          }
        },
      })
    : undefined;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    await supervision;
    await leaveServer(home, line, options.log);
  };
  return { socketPath: home.socketPath, stop: () => (stopped ??= stop()) };
}

async function reachServer(home: ServerHome, options: EmbeddedServerOptions): Promise<ControlLine> {
  const line = await findOrStartServer(home, options);
  await waitUntilReady(line, home, options.log);
  return line;
}

async function findOrStartServer(
  home: ServerHome,
  options: EmbeddedServerOptions,
): Promise<ControlLine> {
  for (;;) {
    const lock = await takeStartLock(home.directory, home.lockDirectory);
    try {
      const running = await findServer(home, options.log);
      if (running !== undefined) {
        options.log.info(`Using the embedded Redis that runs already (process ${running.pid})`);
        return running;
      }
      const program = await ensureServerProgram(options);
      if (await lock.isStillHeld()) {
        return await startServer(home, program.command, options);
      }
    } finally {
      await lock.release();
    }
  }
}

async function findServer(home: ServerHome, log: ServerLog): Promise<ControlLine | undefined> {
  for (let waitedMs = 0; ; waitedMs += 250) {
    const recorded = findRecordedServer(home);
    const contact = await contactServer(home.socketPath, controlName());
    if (contact.state === 'talking') {
      return ownedLine(contact.line, home);
    }
    if (recorded !== undefined && recorded.socketPath !== home.socketPath) {
      const elsewhere = await contactServer(recorded.socketPath, controlName());
      if (elsewhere.state === 'talking') {
        return ownedLine(elsewhere.line, home);
      }
    }
    if (recorded === undefined && contact.state === 'absent') {
      return undefined;
    }
    // A process without a socket has just been started, or its socket was deleted.
    const patienceMs = contact.state === 'silent' ? SILENCE_TIMEOUT_MS : SOCKET_TIMEOUT_MS;
    if (waitedMs >= patienceMs) {
      if (recorded === undefined) {
        throw new Error(`The server at ${home.socketPath} does not answer; end it and try again`);
      }
      log.warn(`Ending the embedded Redis (process ${recorded.pid}): it does not answer`);
      await killServer(recorded.pid);
      forgetServer(home);
      return undefined;
    }
    await sleep(250);
  }
}

/** A copied or moved data directory must not use the server of its original. */
function ownedLine(line: ControlLine, home: ServerHome): ControlLine | undefined {
  if (line.directory === undefined || line.directory === home.directory) {
    return line;
  }
  line.close();
  if (line.socketPath !== home.socketPath) {
    return undefined;
  }
  throw new Error(
    `The Redis at ${line.socketPath} (process ${line.pid}) keeps its data in ${line.directory}, ` +
      `not in ${home.directory}; end it and try again`,
  );
}

async function startServer(
  home: ServerHome,
  program: string,
  options: EmbeddedServerOptions,
): Promise<ControlLine> {
  forgetServer(home);
  const server = spawnServer(home, program, options.environment);
  for (const deadline = performance.now() + START_TIMEOUT_MS; performance.now() < deadline;) {
    const contact = await contactServer(server.socketPath, controlName());
    if (contact.state === 'talking') {
      options.log.info(`Started the embedded Redis (process ${contact.line.pid})`);
      return contact.line;
    }
    if (server.hasEnded()) {
      throw startFailure(home);
    }
    await sleep(10);
  }
  await killServer(server.pid);
  throw startFailure(home);
}

async function waitUntilReady(line: ControlLine, home: ServerHome, log: ServerLog): Promise<void> {
  let tellAt = performance.now() + 1000;
  for (let pauseMs = 5; (await line.health()) !== 'ready'; pauseMs = Math.min(2 * pauseMs, 200)) {
    if (line.isClosed()) {
      throw startFailure(home);
    }
    if (performance.now() >= tellAt) {
      log.info(`The embedded Redis is loading its data: ${await line.loadingProgress()}`);
      tellAt = performance.now() + PROGRESS_INTERVAL_MS;
    }
    await sleep(pauseMs);
  }
}

async function leaveServer(home: ServerHome, held: ControlLine, log: ServerLog): Promise<void> {
  const lock = await takeStartLock(home.directory, home.lockDirectory);
  try {
    held.close();
    // Another hub process may have started the server again since.
    const contact = await contactServer(home.socketPath, controlName());
    if (contact.state !== 'talking') {
      return;
    }
    const { line } = contact;
    try {
      if ((await line.otherConnectionNames()).some(isOtherHub)) {
        log.info('Leaving the embedded Redis to the other hub processes that use it');
        return;
      }
      await line.shutdown();
    } catch (error) {
      log.warn(`The embedded Redis goes on running: ${String(error)}`);
      return;
    } finally {
      line.close();
    }
    if (!(await waitForEnd(line.pid, START_TIMEOUT_MS))) {
      await killServer(line.pid);
    }
    forgetServer(home);
    log.info('Stopped the embedded Redis');
  } finally {
    await lock.release();
  }
}

/** Each use of a server has its own name: one process may use it twice and leave it once. */
function controlName(): string {
  lineCount += 1;
  return `inventory-hub:${process.pid}:control-${lineCount}`;
}

function isOtherHub(name: string): boolean {
  const [product, pid, role] = name.split(':');
  const isOurs = pid === String(process.pid) && role?.startsWith('control-') !== true;
  return product === 'inventory-hub' && !isOurs;
}

function startFailure(home: ServerHome): Error {
  return new Error(`The embedded Redis did not start. It said:\n${lastLogLines(home)}`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlLine } from './controlLine';
import type { ServerLog } from './serverLog';

/** What supervision needs. */
export interface SupervisionOptions {
  log: ServerLog;
  /** Ends the supervision. */
  signal: AbortSignal;
  /** How long a server may keep silent before it is ended. Milliseconds. */
  silenceTimeoutMs: number;
  /** How often the server is asked whether it lives. Milliseconds; default 5000. */
  heartbeatIntervalMs?: number;
  /** Finds the server another process has started again, or starts it. */
  restart(): Promise<ControlLine>;
  /** Ends a server that hangs. */
  end(line: ControlLine): Promise<void>;
}

const HEARTBEAT_INTERVAL_MS = 5000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;

/** A server that lived this long was sound: the next restart needs no back-off. Milliseconds. */
const SOUND_LIFE_MS = 30_000;

/** Starts the server again each time it dies or hangs. Resolves after the signal. */
export async function keepRunning(first: ControlLine, options: SupervisionOptions): Promise<void> {
  const { log, signal } = options;
  let line = first;
  let startedAt = performance.now();
  let delayMs = FIRST_DELAY_MS;
  for (;;) {
    await lossOf(line, options);
    line.close();
    if (signal.aborted) {
      return;
    }
    log.error('The embedded Redis is gone; starting it again');
    if (performance.now() - startedAt > SOUND_LIFE_MS) {
      delayMs = FIRST_DELAY_MS;
    }
    for (;;) {
      await pause(delayMs, signal);
      if (isAborted(signal)) {
        return;
      }
      delayMs = Math.min(2 * delayMs, MAX_DELAY_MS);
      try {
        line = await options.restart();
        break;
      } catch (error) {
        log.error(`${String(error)}\nTrying again in ${delayMs} ms`);
      }
    }
    startedAt = performance.now();
  }
}

/** Resolves when the line has closed, the server has been ended for silence, or on the signal. */
async function lossOf(line: ControlLine, options: SupervisionOptions): Promise<void> {
  const { log, signal, silenceTimeoutMs } = options;
  const waiting = new AbortController();
  const wake = (): void => {
    waiting.abort();
  };
  void line.closed.then(wake);
  signal.addEventListener('abort', wake, { once: true });
  let heardAt = performance.now();
  while (!signal.aborted && !isAborted(waiting.signal)) {
    await pause(options.heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS, waiting.signal);
    if (isAborted(waiting.signal)) {
      break;
    }
    if ((await line.health()) !== undefined) {
      heardAt = performance.now();
    } else if (performance.now() - heardAt > silenceTimeoutMs) {
      log.error('The embedded Redis does not answer; ending it');
      await options.end(line).catch((error: unknown) => {
        log.error(String(error));
      });
      break;
    }
  }
  signal.removeEventListener('abort', wake);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** The compiler takes a property that was false for false ever after; a call is asked anew. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { App } from './app';

/** How often the drain looks for connections that have become idle, ms. */
const IDLE_CHECK_MS = 50;
/** How long what works in the background has to end when requests took all the time, ms. */
const MIN_CLOSE_MS = 2000;

/** Something that ends when it is closed. */
export interface Closable {
  close(): Promise<void>;
}

/**
 * Answers what has been asked, asks nobody to stay, and gives up after the timeout: then it cuts
 * the connections, and waits for none.
 */
export async function drain(server: Server, app: App, timeoutMs: number): Promise<void> {
  app.drain();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, IDLE_CHECK_MS);
  await within(timeoutMs, closed);
  clearInterval(idle);
  // WebSockets are none of the server's any more; they end with the process.
  server.closeAllConnections();
}

/**
 * Closes one after another, for so long as there is time. What works with a Redis that is away may
 * wait for it for ever.
 *
 * @param leftMs time left; at least two seconds are given
 * @returns whether all have ended
 * @throws what one of them throws
 */
export async function closeInTime(all: readonly Closable[], leftMs: number): Promise<boolean> {
  const closeAll = async () => {
    for (const one of all) await one.close();
  };
  return within(Math.max(leftMs, MIN_CLOSE_MS), closeAll());
}

/** Whether something is done before its time is over. */
async function within(timeoutMs: number, done: Promise<void>): Promise<boolean> {
  const stopping = new AbortController();
  const late = pause(timeoutMs, false, { signal: stopping.signal });
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    stopping.abort();
    // Aborted, it rejects with nobody to hear it.
    late.catch(() => undefined);
  }
}

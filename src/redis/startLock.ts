import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';

/** The right to start or stop the server of one data directory. */
export interface StartLock {
  /** Whether the right is still ours; asked right before a server is started. */
  isStillHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** A holder that gave no sign of life for this long has died. Milliseconds. */
const STALE_MS = 5000;

/** How long others may hold the lock (they may be installing Redis). Milliseconds. */
const MAX_WAIT_MS = 10 * 60_000;

/**
 * Waits for the lock of a server's directory and takes it.
 * @throws Error when others held it for ten minutes.
 */
export async function takeStartLock(directory: string, lockDirectory: string): Promise<StartLock> {
  const claimFile = join(directory, 'start.claim');
  const claim = randomUUID();
  let compromised = false;
  const options = {
    lockfilePath: lockDirectory,
    stale: STALE_MS,
    update: 1000,
    onCompromised: () => {
      compromised = true;
    },
  };
  for (let waitedMs = 0; ;) {
    try {
      const unlock = await lock(directory, options);
      writeFileSync(claimFile, claim);
      return {
        isStillHeld: async () => {
          // Two processes that find the lock of a dead one at the same instant may both take it:
          // one removes what the other just made. The later writer of the claim wins.
          await sleep(50);
          return !compromised && readFileSync(claimFile, 'utf8') === claim;
        },
        release: async () => {
          await unlock().catch(() => undefined);
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') {
        throw error;
      }
    }
    if (waitedMs > MAX_WAIT_MS) {
      throw new Error(`Another process is starting Redis and never ends; see ${lockDirectory}`);
    }
    const pauseMs = 20 + Math.random() * 80;
    await sleep(pauseMs);
    waitedMs += pauseMs;
  }
}

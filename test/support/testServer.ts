import type { ChildProcess } from 'node:child_process';
import type { EmbeddedServer } from '../../src/redis/embeddedServer';

/** The private Redis of a Jest run, handed from global setup to global teardown. */
export const testServer: {
  current?: { directory: string; server: EmbeddedServer; watchdog: ChildProcess };
} = {};

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { testServer } from './testServer';

/** Stops the private Redis of this Jest run and removes all it kept. */
export default async function globalTeardown(): Promise<void> {
  if (testServer.current === undefined) {
    return;
  }
  const { directory, server, watchdog } = testServer.current;
  await server.stop();
  // Setup let go of it, so nothing else might keep this process until it has ended.
  watchdog.ref();
  const ended = once(watchdog, 'exit');
  // The whole session: the shell and the cat it waits for.
  process.kill(-watchdog.pid!, 'SIGKILL');
  await ended;
  rmSync(directory, { recursive: true, force: true });
}

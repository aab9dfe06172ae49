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
  const ended = once(watchdog, 'exit');
  // The whole session: the shell and the cat it waits for.
  process.kill(-watchdog.pid!, 'SIGKILL');
  await ended;
  rmSync(directory, { recursive: true, force: true });
}

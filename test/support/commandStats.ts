import type { Redis } from 'ioredis';

/** How often a server was asked each command so far, calls of scripts included. */
async function commandCounts(redis: Redis): Promise<Map<string, number>> {
  const stats = await redis.info('commandstats');
  const rows = [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)];
  return new Map(rows.map(([, name, calls]) => [name!, Number(calls)]));
}

/**
 * How often each command was called while something was done. The server must be the test's own:
 * it counts for all of its clients.
 */
export async function commandsOf(
  redis: Redis,
  action: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const before = await commandCounts(redis);
  await action();
  const after = await commandCounts(redis);
  const more = [...after].map(([name, calls]): [string, number] => [
    name,
    calls - (before.get(name) ?? 0),
  ]);
  return Object.fromEntries(more.filter(([name, calls]) => calls !== 0 && name !== 'info'));
}

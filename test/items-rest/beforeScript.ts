import type { HubRedis } from '../../src/redis/commands';

/**
 * Does something before a script of a hub runs, as somebody faster does it: the first time only,
 * or every time.
 *
 * @returns takes it away
 */
export function beforeScript(
  hub: { redis: HubRedis },
  script: 'postMovement' | 'saveItems' | 'deleteItems',
  action: () => Promise<unknown>,
  { everyTime = false } = {},
): () => void {
  const name = `${script}Buffer` as const;
  const real = hub.redis[name];
  const hooked: typeof real = async (...args) => {
    // What is done here calls scripts, too.
    hub.redis[name] = real;
    await action();
    if (everyTime) hub.redis[name] = hooked;
    return real.apply(hub.redis, args);
  };
  hub.redis[name] = hooked;
  return () => {
    hub.redis[name] = real;
  };
}

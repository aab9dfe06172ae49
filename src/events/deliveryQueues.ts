import type { RedisTarget } from '../redis/connect';
import { createJobQueue } from '../redis/queues';
import type { DeliveryQueues } from './deliveryDeps';

/** Names of the queues of delivery, by lane where there are two. */
export const queueNames = {
  drains: { quick: 'webhook-drain', slow: 'webhook-drain-slow' },
  retries: { quick: 'webhook-retry', slow: 'webhook-retry-slow' },
  replay: 'webhook-replay',
  sweep: 'webhook-sweep',
} as const;

/** Opens the queues of delivery, to add jobs that the hub's processes run. */
export function openDeliveryQueues(
  store: RedisTarget,
  onError: (error: Error) => void,
): DeliveryQueues {
  const open = <Data>(name: string) => createJobQueue<Data>(store, name, onError);
  const { drains, retries, replay, sweep } = queueNames;
  return {
    drains: { quick: open(drains.quick), slow: open(drains.slow) },
    retries: { quick: open(retries.quick), slow: open(retries.slow) },
    replay: open(replay),
    sweep: open(sweep),
  };
}

/** Ends their connections. */
export async function closeDeliveryQueues(queues: DeliveryQueues): Promise<void> {
  const { drains, retries, replay, sweep } = queues;
  const all = [...Object.values(drains), ...Object.values(retries), replay, sweep];
  await Promise.all(all.map((queue) => queue.close()));
}

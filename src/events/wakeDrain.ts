import { readLane } from '../redis/webhooks';
import { receiverName, type DeliveryDeps, type DrainJob } from './deliveryDeps';

type WakeDeps = Pick<DeliveryDeps, 'redis' | 'queues'>;

/**
 * Adds the drain of a receiver; one that waits already is enough.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function addDrain({ redis, queues }: WakeDeps, job: DrainJob): Promise<void> {
  const lane = await readLane(redis, job.tenantId, job.id);
  await queues.drains[lane].add(job, { only: receiverName(job) });
}

/**
 * Has what a receiver is behind with sent now, also when it pauses.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function drainNow(deps: WakeDeps, job: DrainJob): Promise<void> {
  await addDrain(deps, job);
  const { quick, slow } = deps.queues.drains;
  // In the other lane lies at most one that hands over to the receiver's own.
  await Promise.all([quick, slow].map((queue) => queue.promoteOnly(receiverName(job))));
}

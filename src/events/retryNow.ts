import { parkedIds } from '../redis/undelivered';
import { retryJobId } from './attempt';
import type { DeliveryDeps } from './deliveryDeps';
import { drainNow } from './wakeDrain';

/** Jobs that are told to run in one go. */
const PAGE = 500;

/**
 * Has the events of a receiver that wait for another attempt tried now, and what it is behind with
 * sent without waiting out a pause. An attempt that fails is followed by the next wait of the
 * schedule, as if it had come at its time. Of a receiver that is disabled or gone nothing is sent.
 *
 * @returns how many waiting events are tried now, up to `MAX_WAITING_RETRIES`
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function retryNow(
  deps: Pick<DeliveryDeps, 'redis' | 'queues'>,
  tenantId: string,
  id: string,
): Promise<number> {
  const eventIds = await parkedIds(deps.redis, tenantId, id);
  let tried = 0;
  for (let at = 0; at < eventIds.length; at += PAGE) {
    const page = eventIds.slice(at, at + PAGE);
    const jobs = page.map((eventId) => retryJobId({ tenantId, id, eventId }));
    const { quick, slow } = deps.queues.retries;
    const promoted = await Promise.all([quick.promote(jobs), slow.promote(jobs)]);
    tried += promoted[0] + promoted[1];
  }
  await drainNow(deps, { tenantId, id });
  return tried;
}

import { callAbout } from '../inventory/keyedInput';
import { takeSteps } from '../inventory/keyedSteps';
import type { KeyedCall } from '../redis/callRecord';
import { readCursor } from '../redis/webhooks';
import type { DeliveryDeps } from './deliveryDeps';
import { retryNow } from './retryNow';
import { checkSubscription } from './subscriptions';

/**
 * Has the events of a receiver that wait for another attempt tried now, once by key.
 *
 * @param ask.operator an operator asks, who may name the process-wide target too
 * @returns how many waited
 * @throws InventoryError NO_SUCH_SUBSCRIPTION, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function retryWaiting(
  deps: Pick<DeliveryDeps, 'redis' | 'queues'>,
  tenantId: string,
  { id, call, operator }: { id: string; call?: KeyedCall | undefined; operator?: boolean },
): Promise<{ count: number; replayed: boolean }> {
  const about = callAbout(call, { subscriptionId: id });
  const { plan, replayed } = await takeSteps(deps, tenantId, about, {
    decide: async () => {
      await checkSubscription(deps, tenantId, id, { operator });
      return (await readCursor(deps.redis, tenantId, id)).waitingRetries;
    },
    act: async () => {
      await retryNow(deps, tenantId, id);
    },
  });
  return { count: plan, replayed };
}

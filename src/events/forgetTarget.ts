import { HUB_TARGET_ID } from '../core/webhook';
import type { HubRedis } from '../redis/commands';
import { forgetTargetKey, scanTenants } from '../redis/tenants';
import { deleteWebhook } from '../redis/webhooks';

/**
 * Forgets the process-wide target of events: how far each tenant's events were delivered to it, and
 * what waited for it. No ledger is kept for it any more; should it be set up again, its events
 * begin where the ledgers end then. Only for a target that no hub process sends to. May be broken
 * off and run again.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function forgetTarget(redis: HubRedis): Promise<void> {
  for await (const tenants of scanTenants(redis)) {
    for (const { tenantId } of tenants) await deleteWebhook(redis, tenantId, HUB_TARGET_ID);
  }
  // Last: as long as it is there, nothing is trimmed that was not delivered.
  await forgetTargetKey(redis);
}

import type { InventoryEventType } from '../core/inventoryEvent';
import { HUB_TARGET_ID, type DeliveryHealth } from '../core/webhook';
import { scanTenants, scanWebhookTenants, isTargetKnown } from '../redis/tenants';
import type { DeliveryDeps } from './deliveryDeps';
import { listSubscriptions, subscriptionHealth } from './subscriptions';

/** A receiver of a tenant's events, and how delivery to it goes. */
export interface ReceiverReport {
  tenantId: string;
  /** `hub`: the process-wide target. */
  id: string;
  /** Of a subscription; null: of the process-wide target, which settings name. */
  subscription: {
    url: string;
    enabled: boolean;
    /** Null: Wix's five. */
    eventTypes: readonly InventoryEventType[] | null;
  } | null;
  health: DeliveryHealth;
}

/**
 * A tenant's receivers, the oldest first, after the process-wide target if it has a place in the
 * tenant's ledger.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function tenantReceivers(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
): Promise<ReceiverReport[]> {
  const subscriptions = await listSubscriptions(deps, tenantId);
  const own = subscriptions.map(async (subscription) => {
    const { id } = subscription;
    return { tenantId, id, subscription, health: await subscriptionHealth(deps, tenantId, id) };
  });
  return [...(await targetReports(deps, tenantId)), ...(await Promise.all(own))];
}

/**
 * The receivers of all tenants, tenant by tenant, in no order of tenants.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function* allReceivers(
  deps: Pick<DeliveryDeps, 'redis'>,
): AsyncGenerator<ReceiverReport[]> {
  // A scan may give a tenant twice.
  const seen = new Set<string>();
  for await (const tenants of scanWebhookTenants(deps.redis)) {
    for (const tenantId of tenants) {
      if (seen.has(tenantId)) continue;
      seen.add(tenantId);
      yield await tenantReceivers(deps, tenantId);
    }
  }
  if (!(await isTargetKnown(deps.redis))) return;
  for await (const tenants of scanTenants(deps.redis)) {
    for (const { tenantId } of tenants) {
      if (seen.has(tenantId)) continue;
      seen.add(tenantId);
      yield await targetReports(deps, tenantId);
    }
  }
}

async function targetReports(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
): Promise<ReceiverReport[]> {
  const health = await subscriptionHealth(deps, tenantId, HUB_TARGET_ID);
  if (health.cursor === '') return [];
  return [{ tenantId, id: HUB_TARGET_ID, subscription: null, health }];
}

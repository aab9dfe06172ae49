import { hubKeys, keys } from './keys';
import { lastLedgerId } from './reads';
import { whileStoreAnswers, type HubRedis } from './scripts';

/** Most tenants a process remembers to have told of. */
const TENANTS_REMEMBERED = 100_000;

/** Tenants in one batch of a scan. */
const SCAN_BATCH = 500;

/**
 * Has the store know every tenant before the first write to it, so that who serves all tenants
 * finds it whatever happens afterwards.
 */
export function announceTenants(redis: HubRedis): void {
  const known = new Set<string>();
  redis.beforeWrite = (tenantId) => {
    if (known.has(tenantId)) return undefined;
    return whileStoreAnswers(async () => {
      const ledgerId = await lastLedgerId(redis, tenantId);
      await redis.hsetnx(hubKeys.tenants, tenantId, ledgerId);
      if (known.size >= TENANTS_REMEMBERED) known.clear();
      known.add(tenantId);
    });
  };
}

/** A tenant, and the end of its ledger when it became known (empty: there was none). */
export interface KnownTenant {
  tenantId: string;
  knownSince: string;
}

/** The end of a tenant's ledger when it became known; empty: there was none. */
export async function knownSince(redis: HubRedis, tenantId: string): Promise<string> {
  return (await whileStoreAnswers(() => redis.hget(hubKeys.tenants, tenantId))) ?? '';
}

/** All tenants that were ever written to, in batches, in no order; one may come twice. */
export async function* scanTenants(redis: HubRedis): AsyncGenerator<KnownTenant[]> {
  let cursor = '0';
  do {
    const [next, fields] = await whileStoreAnswers(() =>
      redis.hscan(hubKeys.tenants, cursor, 'COUNT', SCAN_BATCH),
    );
    cursor = next;
    const batch: KnownTenant[] = [];
    for (let i = 0; i < fields.length; i += 2) {
      batch.push({ tenantId: fields[i]!, knownSince: fields[i + 1]! });
    }
    if (batch.length > 0) yield batch;
  } while (cursor !== '0');
}

/** Tenants with webhook subscriptions, in batches, in no order; one may come twice. */
export async function* scanWebhookTenants(redis: HubRedis): AsyncGenerator<string[]> {
  let cursor = '0';
  do {
    const [next, tenants] = await whileStoreAnswers(() =>
      redis.sscan(hubKeys.webhookTenants, cursor, 'COUNT', SCAN_BATCH),
    );
    cursor = next;
    if (tenants.length > 0) yield tenants;
  } while (cursor !== '0');
}

/** Has a tenant be known as one with webhook subscriptions. */
export async function rememberWebhookTenant(redis: HubRedis, tenantId: string): Promise<void> {
  await whileStoreAnswers(() => redis.sadd(hubKeys.webhookTenants, tenantId));
}

/** Forgets that a tenant has subscriptions, unless it has one. */
export async function forgetWebhookTenant(redis: HubRedis, tenantId: string): Promise<void> {
  await whileStoreAnswers(async () => {
    const hasOne = async () => (await redis.exists(keys.webhooks(tenantId))) === 1;
    if (await hasOne()) return;
    await redis.srem(hubKeys.webhookTenants, tenantId);
    if (await hasOne()) await redis.sadd(hubKeys.webhookTenants, tenantId);
  });
}

/** Whether a process-wide target of events was set up before. */
export async function isTargetKnown(redis: HubRedis): Promise<boolean> {
  return whileStoreAnswers(async () => (await redis.exists(hubKeys.webhookTarget)) === 1);
}

/** Forgets that a process-wide target of events was ever set up. */
export async function forgetTargetKey(redis: HubRedis): Promise<void> {
  await whileStoreAnswers(() => redis.del(hubKeys.webhookTarget));
}

/** Notes that the process-wide target of events is set up. */
export async function rememberTarget(redis: HubRedis): Promise<void> {
  await whileStoreAnswers(() => redis.set(hubKeys.webhookTarget, '1'));
}

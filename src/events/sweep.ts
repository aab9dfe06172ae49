import { HUB_TARGET_ID } from '../core/webhook';
import { lastLedgerId } from '../redis/reads';
import {
  forgetWebhookTenant,
  isTargetKnown,
  rememberTarget,
  scanTenants,
  scanWebhookTenants,
  type KnownTenant,
} from '../redis/tenants';
import { readPlaces, readWebhooksOf } from '../redis/webhookPlaces';
import { startCursor } from '../redis/webhooks';
import { receiverName, type DeliveryDeps, type DrainJob } from './deliveryDeps';
import { FEED_START } from './feedCursor';
import { enabledIds } from './receivers';

/** A receiver to look at, and where it begins when it has no cursor; absent: nowhere. */
interface Swept extends DrainJob {
  firstCursor?: string;
}

/**
 * Adds the drain of every receiver that is behind the ledger, whatever was lost on the way. Tenants
 * are read in batches, a few round trips each.
 */
export async function sweep(deps: DeliveryDeps): Promise<void> {
  const { redis, target, metrics, queues } = deps;
  const { quick, slow } = queues.retries;
  const waiting = await Promise.all([quick.delayed(), slow.delayed()]);
  metrics.retriesWaiting(waiting[0] + waiting[1]);
  for await (const tenants of scanWebhookTenants(redis)) {
    const stored = await readWebhooksOf(redis, tenants);
    // Who deleted its last one may have died before the tenant was forgotten.
    const empty = tenants.filter((_tenantId, i) => stored[i]!.size === 0);
    await Promise.all(empty.map((tenantId) => forgetWebhookTenant(redis, tenantId)));
    const swept = stored.flatMap((receivers, i) =>
      enabledIds(receivers).map((id) => ({ tenantId: tenants[i]!, id })),
    );
    await addThoseBehind(deps, swept);
  }
  if (!target) return;
  for await (const tenants of scanTenants(redis)) {
    const swept = tenants.map(({ tenantId, knownSince }) => {
      return { tenantId, id: HUB_TARGET_ID, firstCursor: knownSince || FEED_START };
    });
    await addThoseBehind(deps, swept);
  }
}

async function addThoseBehind(deps: DeliveryDeps, swept: readonly Swept[]): Promise<void> {
  const { redis, queues } = deps;
  const places = await readPlaces(redis, swept);
  const behind = swept.flatMap((job, i) => {
    const { cursor, lane, last } = places[i]!;
    return last === '' || cursor === last ? [] : [{ ...job, cursor, lane }];
  });
  await Promise.all(
    behind.map(async ({ tenantId, id, cursor, firstCursor }) => {
      if (cursor !== null || firstCursor === undefined) return;
      await startCursor(redis, tenantId, id, firstCursor);
    }),
  );
  for (const lane of ['quick', 'slow'] as const) {
    const own = behind.filter((job) => job.lane === lane);
    await queues.drains[lane].addAll(
      own.map(({ tenantId, id }) => {
        return { data: { tenantId, id }, options: { only: receiverName({ tenantId, id }) } };
      }),
    );
  }
}

/**
 * Has the process-wide target begin where the tenants' ledgers end now, the first time there is
 * one. Tenants that become known later begin at their start.
 */
export async function beginTarget(deps: DeliveryDeps): Promise<void> {
  const { redis, target } = deps;
  if (!target || (await isTargetKnown(redis))) return;
  for await (const tenants of scanTenants(redis)) {
    for (const { tenantId } of tenants satisfies KnownTenant[]) {
      const end = (await lastLedgerId(redis, tenantId)) || FEED_START;
      await startCursor(redis, tenantId, HUB_TARGET_ID, end);
    }
  }
  await rememberTarget(redis);
}

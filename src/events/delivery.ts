import { readWebhookKey } from '../auth/webhookKey';
import { wixEventTypes, type InventoryEventType } from '../core/inventoryEvent';
import type { Logger } from '../observability/logger';
import type { WebhookAttempts } from '../observability/webhookMetrics';
import type { HubRedis } from '../redis/commands';
import { createJobWorker, type JobEnd, type JobWorker } from '../redis/queues';
import type { RedisTarget } from '../redis/connect';
import type { NameSources } from './nameLookup';
import { parseTargetUrl, type TargetRules } from './targetAddress';
import type { DeliveryDeps, DrainJob, ReplayJob, RetryJob } from './deliveryDeps';
import { drain, replay } from './deliveryJobs';
import { closeDeliveryQueues, openDeliveryQueues, queueNames } from './deliveryQueues';
import { receiverIds } from './receivers';
import { retry } from './retryJob';
import { beginTarget, sweep } from './sweep';
import { addDrain } from './wakeDrain';
import { createWebhookSender } from './webhookSender';

/** How often receivers that are behind are looked for, ms: what covers a lost wake-up. */
const SWEEP_EVERY_MS = 10_000;
/** How long work that an outage ended waits, ms: a job that is lost is a lost event. */
const AGAIN_ON_ERROR_MS = 1000;
/** Entries written within this long wake a tenant's receivers once, ms. */
const WAKE_DELAY_MS = 20;
/** How long a process goes by what receivers a tenant had, ms. */
const RECEIVERS_KEPT_MS = 1000;
/** Jobs of one process at a time; nearly all of their time is waiting for answers. */
const CONCURRENCY = {
  drains: { quick: 256, slow: 64 },
  retries: { quick: 64, slow: 32 },
  replay: 64,
  sweep: 1,
} as const;

/** The process-wide target. */
export interface Target {
  url: string;
  /** Private RSA key, PEM. */
  privateKeyPem: string;
  /** Default: Wix's five. */
  eventTypes?: readonly InventoryEventType[];
}

/** How webhooks are delivered. */
export interface DeliveryOptions extends TargetRules {
  redis: HubRedis;
  /** Where the jobs are kept: the same Redis. */
  store: RedisTarget;
  appId: string;
  timeoutMs: number;
  /** Seconds between a failed attempt and the next, 0 or more; one per further attempt. */
  retryScheduleSeconds: readonly number[];
  /** Where the events of all tenants go besides. */
  target?: Target | undefined;
  /** Default: the system's. */
  names?: NameSources | undefined;
  metrics: WebhookAttempts;
  logger: Logger;
}

/** Webhook delivery that runs until it is closed. */
export interface Delivery {
  deps: DeliveryDeps;
  /** Takes no more jobs, waits for those that run, and closes its connections. */
  close(): Promise<void>;
}

/**
 * Starts delivering webhooks in this process: it is woken by the ledger entries the process writes,
 * and shares all work with other processes.
 *
 * @throws Error when the target's key is none; InventoryError REDIS_UNAVAILABLE
 */
export async function openDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { redis, logger, timeoutMs, target, retryScheduleSeconds } = options;
  if (target) parseTargetUrl(target.url, options, 'WEBHOOK_TARGET_URL');
  const key = target && (await readWebhookKey(target.privateKeyPem, 'WEBHOOK_SIGNING_KEY_FILE'));
  const stopping = new AbortController();
  const onError = (error: Error) => {
    logger.warn({ cause: error.message }, 'webhook delivery is held up');
  };
  const queues = openDeliveryQueues(options.store, onError);
  const deps: DeliveryDeps = {
    redis,
    queues,
    sender: createWebhookSender(options),
    rules: options,
    appId: options.appId,
    timeoutMs,
    retryDelaysMs: retryScheduleSeconds.map((seconds) => 1000 * seconds),
    target:
      target && key
        ? { url: target.url, key, eventTypes: new Set(target.eventTypes ?? wixEventTypes) }
        : undefined,
    signingKeys: new Map(),
    inFlight: new Map(),
    metrics: options.metrics,
    logger,
    stopping: stopping.signal,
  };
  await beginTarget(deps);
  const workers = openWorkers(deps, options.store, onError);
  const waker = createWaker(deps, onError);
  redis.onLedgerEntry = waker.wake;
  await queues.sweep.repeat('sweep', SWEEP_EVERY_MS, {});
  // Once now: what the processes before this one left behind.
  await queues.sweep.add({}, { only: 'sweep' });
  return {
    deps,
    close: async () => {
      stopping.abort();
      delete redis.onLedgerEntry;
      waker.close();
      await Promise.all(workers.map((worker) => worker.close()));
      await closeDeliveryQueues(queues);
      deps.sender.close();
    },
  };
}

function openWorkers(
  deps: DeliveryDeps,
  store: RedisTarget,
  onError: (error: Error) => void,
): JobWorker[] {
  // An attempt that is under way is waited for, or it would be made again.
  const closeTimeoutMs = deps.timeoutMs + 5000;
  const open = <Data>(
    name: string,
    concurrency: number,
    process: (job: Data) => Promise<JobEnd<Data>>,
    againOnErrorMs: number | undefined = AGAIN_ON_ERROR_MS,
  ) => {
    const options = { concurrency, closeTimeoutMs, onError, againOnErrorMs };
    return createJobWorker(store, name, process, options);
  };
  const { drains, retries } = CONCURRENCY;
  return [
    ...(['quick', 'slow'] as const).flatMap((lane) => [
      open<DrainJob>(queueNames.drains[lane], drains[lane], (job) => drain(deps, job, lane)),
      open<RetryJob>(queueNames.retries[lane], retries[lane], (job) => retry(deps, job, lane)),
    ]),
    open<ReplayJob>(queueNames.replay, CONCURRENCY.replay, (job) => replay(deps, job)),
    open(queueNames.sweep, CONCURRENCY.sweep, async () => {
      await sweep(deps);
      return undefined;
    }),
  ];
}

/** Wakes a tenant's receivers soon after entries were written, not once per entry. */
function createWaker(deps: DeliveryDeps, onError: (error: Error) => void) {
  const tenants = new Set<string>();
  const known = new Map<string, { ids: readonly string[]; until: number }>();
  let timer: NodeJS.Timeout | undefined;

  async function wakeTenant(tenantId: string): Promise<void> {
    const kept = known.get(tenantId);
    const now = performance.now();
    const ids = kept && kept.until > now ? kept.ids : await receiverIds(deps, tenantId);
    if (ids !== kept?.ids) {
      if (known.size >= 10_000) known.clear();
      known.set(tenantId, { ids, until: now + RECEIVERS_KEPT_MS });
    }
    await Promise.all(ids.map((id) => addDrain(deps, { tenantId, id })));
  }

  function wakeAll(): void {
    timer = undefined;
    const woken = [...tenants];
    tenants.clear();
    // What is lost here is found by the next sweep.
    for (const tenantId of woken) wakeTenant(tenantId).catch(onError);
  }

  return {
    wake: (tenantId: string): void => {
      tenants.add(tenantId);
      timer ??= setTimeout(wakeAll, WAKE_DELAY_MS);
    },
    close: (): void => {
      clearTimeout(timer);
    },
  };
}

import { InventoryError } from '../core/errors';
import { HUB_TARGET_ID, type UndeliveredEvent } from '../core/webhook';
import type { JobEnd, JobRun } from '../redis/queues';
import { lastLedgerId } from '../redis/reads';
import {
  forgetWebhookTenant,
  isTargetKnown,
  knownSince,
  rememberTarget,
  scanTenants,
  scanWebhookTenants,
  type KnownTenant,
} from '../redis/tenants';
import { buryEvent, parkEvents, readParked, unparkEvents } from '../redis/undelivered';
import { moveCursor, noteAttempt, readCursor, startCursor } from '../redis/webhooks';
import { attemptEvent, ATTEMPTS_AT_ONCE, undeliveredText } from './attempt';
import {
  receiverName,
  type DeliveryDeps,
  type DrainJob,
  type ReplayJob,
  type RetryJob,
} from './deliveryDeps';
import { deliverSlice, type SliceEnd, type SliceProgress } from './deliverySlice';
import { FEED_START } from './feedCursor';
import { receiverIds, receiverOf } from './receivers';

/** How long the retries of a disabled receiver wait, ms. */
const DISABLED_WAIT_MS = 60_000;
/** Longest pause between two tries at a receiver whose every attempt fails, ms. */
const MAX_FAILING_PAUSE_MS = 30_000;
const PAUSE_PER_FAILURE_MS = 125;
/** Pause while too many events wait for another attempt, ms. */
const FULL_PAUSE_MS = 5000;

function pauseAfter(end: SliceEnd, { failures }: SliceProgress): number | undefined {
  switch (end) {
    case 'done':
      return undefined;
    case 'more':
      return 1;
    case 'failing':
      return Math.min(MAX_FAILING_PAUSE_MS, PAUSE_PER_FAILURE_MS * failures);
    case 'full':
      return FULL_PAUSE_MS;
  }
}

/** First attempts at one receiver, for a slice of time. */
export async function drain(deps: DeliveryDeps, job: DrainJob): Promise<JobEnd<DrainJob>> {
  const { redis } = deps;
  const { tenantId, id } = job;
  const receiver = await receiverOf(deps, job);
  if (typeof receiver === 'string') return undefined;
  const { cursor, waitingRetries, consecutiveFailures } = await readCursor(redis, tenantId, id);
  if (cursor === null) {
    if (id !== HUB_TARGET_ID) return undefined;
    // A tenant that became known after the target: its events begin with its first.
    await startCursor(redis, tenantId, id, (await knownSince(redis, tenantId)) || FEED_START);
    return { againInMs: 1 };
  }
  const progress: SliceProgress = {
    cursor,
    waitingRetries,
    failures: consecutiveFailures,
    save: (move) => moveCursor(redis, tenantId, id, move),
  };
  try {
    const end = await deliverSlice(deps, receiver, progress);
    const againInMs = pauseAfter(end, progress);
    return againInMs === undefined ? undefined : { againInMs };
  } catch (error) {
    // Somebody else went on from there, or the receiver is gone.
    if (error instanceof InventoryError && error.code === 'CURSOR_MOVED') return undefined;
    throw error;
  }
}

/** Sends events of the past once more, for a slice of time. */
export async function replay(deps: DeliveryDeps, job: ReplayJob): Promise<JobEnd<ReplayJob>> {
  const receiver = await receiverOf(deps, job);
  if (receiver === 'gone') return undefined;
  if (receiver === 'disabled') return { againInMs: DISABLED_WAIT_MS };
  const { tenantId, id, to } = job;
  const { waitingRetries } = await readCursor(deps.redis, tenantId, id);
  const progress: SliceProgress = {
    cursor: job.cursor,
    to,
    waitingRetries,
    failures: 0,
    save: () => Promise.resolve(),
  };
  const end = await deliverSlice(deps, receiver, progress);
  const againInMs = pauseAfter(end, progress);
  if (againInMs === undefined) return undefined;
  return { againInMs, data: { ...job, cursor: progress.cursor } };
}

/**
 * Another attempt of one event. After the last one the event becomes a dead letter.
 *
 * @throws Error when the attempt failed and another follows
 */
export async function retry(
  deps: DeliveryDeps,
  job: RetryJob,
  run: JobRun,
): Promise<JobEnd<RetryJob>> {
  const { tenantId, id, eventId } = job;
  const receiver = await receiverOf(deps, job);
  if (receiver === 'gone') {
    await unparkEvents(deps.redis, tenantId, id, [eventId]);
    return undefined;
  }
  if (receiver === 'disabled') return { againInMs: DISABLED_WAIT_MS };
  const name = receiverName(job);
  const running = deps.inFlight.get(name) ?? 0;
  if (running >= ATTEMPTS_AT_ONCE) return { againInMs: await queueingTime(deps, job) };
  deps.inFlight.set(name, running + 1);
  try {
    const text = await readParked(deps.redis, tenantId, id, eventId);
    if (text === null) return undefined;
    const event = JSON.parse(text) as UndeliveredEvent;
    const outcome = await attemptEvent(deps, receiver, event);
    if (outcome.delivered) {
      await unparkEvents(deps.redis, tenantId, id, [eventId]);
      await noteAttempt(deps.redis, tenantId, id, { lastSuccessMs: Date.now() });
      return undefined;
    }
    await keepFailed(deps, job, run, event, outcome.failure);
  } finally {
    const left = deps.inFlight.get(name)! - 1;
    if (left === 0) deps.inFlight.delete(name);
    else deps.inFlight.set(name, left);
  }
  return undefined;
}

/** How long until a receiver's other retries may be through, ms: a slow one holds no slot. */
async function queueingTime({ redis, timeoutMs }: DeliveryDeps, job: RetryJob): Promise<number> {
  const { waitingRetries } = await readCursor(redis, job.tenantId, job.id);
  const turns = Math.max(1, waitingRetries / ATTEMPTS_AT_ONCE);
  return Math.min(DISABLED_WAIT_MS, Math.max(50, timeoutMs * turns * Math.random()));
}

async function keepFailed(
  { redis, metrics }: DeliveryDeps,
  { tenantId, id, eventId }: RetryJob,
  { attempt, attempts }: JobRun,
  event: UndeliveredEvent,
  failure: string,
): Promise<void> {
  const failedMs = Date.now();
  const text = undeliveredText(event, event.attempts + 1, failure, failedMs);
  await noteAttempt(redis, tenantId, id, { lastFailureMs: failedMs, lastFailure: failure });
  if (attempt >= attempts) {
    await buryEvent(redis, tenantId, id, { id: eventId, text, failedMs });
    metrics.givenUp();
    return;
  }
  await parkEvents(redis, tenantId, id, [{ id: eventId, text }]);
  throw new Error('The event was not delivered');
}

/** Adds the drain of a receiver; one that waits already is enough. */
export async function addDrain({ queues }: Pick<DeliveryDeps, 'queues'>, job: DrainJob) {
  await queues.drain.add(job, { only: receiverName(job) });
}

/** Adds the drain of every receiver that is behind the ledger, whatever was lost on the way. */
export async function sweep(deps: DeliveryDeps): Promise<void> {
  const { redis, target, metrics, queues } = deps;
  metrics.retriesWaiting(await queues.retry.delayed());
  for await (const tenants of scanWebhookTenants(redis)) {
    for (const tenantId of tenants) {
      const ids = await receiverIds({ redis, target: undefined }, tenantId);
      for (const id of ids) await addWhenBehind(deps, { tenantId, id }, undefined);
      // Who deleted its last one may have died before the tenant was forgotten.
      if (ids.length === 0) await forgetWebhookTenant(redis, tenantId);
    }
  }
  if (!target) return;
  for await (const tenants of scanTenants(redis)) {
    for (const tenant of tenants) {
      const job = { tenantId: tenant.tenantId, id: HUB_TARGET_ID };
      await addWhenBehind(deps, job, tenant.knownSince || FEED_START);
    }
  }
}

async function addWhenBehind(
  deps: DeliveryDeps,
  job: DrainJob,
  firstCursor: string | undefined,
): Promise<void> {
  const { redis } = deps;
  const { tenantId, id } = job;
  const [{ cursor }, last] = await Promise.all([
    readCursor(redis, tenantId, id),
    lastLedgerId(redis, tenantId),
  ]);
  if (last === '' || cursor === last) return;
  if (cursor === null && firstCursor !== undefined) {
    await startCursor(redis, tenantId, id, firstCursor);
  }
  await addDrain(deps, job);
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

import type { UndeliveredEvent } from '../core/webhook';
import type { JobEnd } from '../redis/queues';
import { buryEvent, parkEvents, readParked, unparkEvents } from '../redis/undelivered';
import { noteAttempt, readCursor, type Lane, type ReceiverState } from '../redis/webhooks';
import { attemptEvent, ATTEMPTS_AT_ONCE, retryJobId, undeliveredText } from './attempt';
import { receiverName, type DeliveryDeps, type RetryJob } from './deliveryDeps';
import { receiverOf, type Receiver } from './receivers';
import { drainNow } from './wakeDrain';
import { whileFew } from './whileFew';

/** How long the retries of a disabled receiver wait, ms. */
export const DISABLED_WAIT_MS = 60_000;

/** A retry takes this long at least, all that belongs to it included, ms. */
const MIN_TURN_MS = 10;
/** Shortest wait of a retry for others of its receiver, ms. */
const MIN_QUEUEING_MS = 50;

/**
 * Another attempt of one event. A failed one waits for the next; after the last one the event
 * becomes a dead letter. Receivers that take long or fail have a lane of their own.
 */
export async function retry(
  deps: DeliveryDeps,
  job: RetryJob,
  lane: Lane,
): Promise<JobEnd<RetryJob>> {
  const { tenantId, id, eventId } = job;
  const receiver = await receiverOf(deps, job);
  if (receiver === 'gone') {
    await unparkEvents(deps.redis, tenantId, id, [eventId]);
    return undefined;
  }
  if (receiver === 'disabled') return { againInMs: DISABLED_WAIT_MS };
  const state = await readCursor(deps.redis, tenantId, id);
  const own = laneFor(deps, state.lane, state.lastRetryTookMs);
  if (own !== lane) return inLane(deps, job, lane, own, 0);
  const turn = deps.stopping.aborted
    ? undefined
    : await whileFew(deps.inFlight, { [receiverName(job)]: ATTEMPTS_AT_ONCE }, () =>
        retryOnce(deps, receiver, state, job, lane),
      );
  return turn ? turn.result : { againInMs: queueingTime(deps.timeoutMs, state) };
}

function laneFor({ timeoutMs }: DeliveryDeps, lane: Lane, tookMs: number | null): Lane {
  return lane === 'slow' || (tookMs !== null && tookMs > timeoutMs / 2) ? 'slow' : 'quick';
}

/** Has a job run later, in its lane or in the other one. */
async function inLane(
  { queues }: DeliveryDeps,
  job: RetryJob,
  lane: Lane,
  next: Lane,
  delayMs: number,
): Promise<JobEnd<RetryJob>> {
  if (next === lane) return { againInMs: delayMs, data: job };
  await queues.retries[next].add(job, { id: retryJobId(job), delayMs });
  return undefined;
}

/**
 * How long until a receiver's other retries may be through, ms: they hold no slot meanwhile. At
 * random, so that they come one after another.
 */
export function queueingTime(
  timeoutMs: number,
  { waitingRetries, lastRetryTookMs }: Pick<ReceiverState, 'waitingRetries' | 'lastRetryTookMs'>,
): number {
  const turns = Math.max(1, waitingRetries / ATTEMPTS_AT_ONCE);
  const turnMs = Math.max(MIN_TURN_MS, lastRetryTookMs ?? timeoutMs);
  return Math.min(DISABLED_WAIT_MS, Math.max(MIN_QUEUEING_MS, turnMs * turns * Math.random()));
}

async function retryOnce(
  deps: DeliveryDeps,
  receiver: Receiver,
  state: ReceiverState,
  job: RetryJob,
  lane: Lane,
): Promise<JobEnd<RetryJob>> {
  const { redis } = deps;
  const { tenantId, id, eventId } = job;
  const text = await readParked(redis, tenantId, id, eventId);
  if (text === null) return undefined;
  const event = JSON.parse(text) as UndeliveredEvent;
  const started = performance.now();
  const outcome = await attemptEvent(deps, receiver, event);
  const lastRetryTookMs = Math.round(performance.now() - started);
  if (outcome.delivered) {
    await unparkEvents(redis, tenantId, id, [eventId]);
    const lastSuccessMs = Date.now();
    const notes = { lastSuccessMs, consecutiveFailures: 0, lastRetryTookMs } as const;
    await noteAttempt(redis, tenantId, id, notes);
    // It is back: what pauses for it needs not.
    if (state.consecutiveFailures > 0) await drainNow(deps, job);
    return undefined;
  }
  const notes = { lastFailureMs: Date.now(), lastFailure: outcome.failure, lastRetryTookMs };
  await noteAttempt(redis, tenantId, id, notes);
  const next = laneFor(deps, state.lane, lastRetryTookMs);
  const waitMs = await keepFailed(deps, job, event, outcome.failure);
  const later = { ...job, nextWait: job.nextWait + 1 };
  return waitMs === undefined ? undefined : inLane(deps, later, lane, next, waitMs);
}

/** Keeps an event for its next attempt; ms until then, undefined: it was given up. */
async function keepFailed(
  { redis, metrics, retryDelaysMs }: DeliveryDeps,
  { tenantId, id, eventId, nextWait }: RetryJob,
  event: UndeliveredEvent,
  failure: string,
): Promise<number | undefined> {
  const failedMs = Date.now();
  const text = undeliveredText(event, event.attempts + 1, failure, failedMs);
  const waitMs = retryDelaysMs[nextWait];
  if (waitMs === undefined) {
    await buryEvent(redis, tenantId, id, { id: eventId, text, failedMs });
    metrics.givenUp();
  } else {
    await parkEvents(redis, tenantId, id, [{ id: eventId, text }]);
  }
  return waitMs;
}

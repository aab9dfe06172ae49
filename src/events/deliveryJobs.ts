import { InventoryError } from '../core/errors';
import { HUB_TARGET_ID } from '../core/webhook';
import type { JobEnd } from '../redis/queues';
import { knownSince } from '../redis/tenants';
import { moveCursor, readCursor, startCursor, type Lane } from '../redis/webhooks';
import { ATTEMPTS_AT_ONCE } from './attempt';
import { receiverName, type DeliveryDeps, type DrainJob, type ReplayJob } from './deliveryDeps';
import { deliverSlice, type SliceEnd, type SliceProgress } from './deliverySlice';
import { FEED_START } from './feedCursor';
import { receiverOf, type Receiver } from './receivers';
import { DISABLED_WAIT_MS } from './retryJob';
import { whileFew } from './whileFew';

/** Longest pause between two tries at a receiver whose every attempt fails, ms. */
const MAX_FAILING_PAUSE_MS = 30_000;
const PAUSE_PER_FAILURE_MS = 125;
/** Each further failure of a receiver that failed a few times makes its pause longer by this. */
const PAUSE_GROWTH = 1.2;
/** Pause while too many events wait for another attempt, ms. */
const FULL_PAUSE_MS = 5000;

/** Replays for receivers that take long or fail, of one process: the other slots are for others. */
const SLOW_REPLAYS_AT_ONCE = 16;
/** Pause of a replay that had no slot, ms. */
const REPLAY_WAIT_MS = 1000;

/** How long until a receiver's next slice, ms; undefined: nothing is left to do. */
export function pauseAfter(end: SliceEnd, failures: number): number | undefined {
  switch (end) {
    case 'done':
      return undefined;
    case 'more':
      return 1;
    case 'failing': {
      const growth = PAUSE_GROWTH ** Math.max(0, failures - ATTEMPTS_AT_ONCE);
      return Math.min(MAX_FAILING_PAUSE_MS, PAUSE_PER_FAILURE_MS * failures * growth);
    }
    case 'full':
      return FULL_PAUSE_MS;
  }
}

/**
 * First attempts at one receiver, for a slice of time. Receivers that take long or fail have a lane
 * of their own. Only the slice that runs in a receiver's lane attempts anything or moves it to the
 * other, when none of its attempts is under way: so no two of them send at a time.
 */
export async function drain(
  deps: DeliveryDeps,
  job: DrainJob,
  lane: Lane,
): Promise<JobEnd<DrainJob>> {
  const { redis } = deps;
  const { tenantId, id } = job;
  const receiver = await receiverOf(deps, job);
  if (typeof receiver === 'string') return undefined;
  const state = await readCursor(redis, tenantId, id);
  if (state.cursor === null) {
    if (id !== HUB_TARGET_ID) return undefined;
    // A tenant that became known after the target: its events begin with its first.
    await startCursor(redis, tenantId, id, (await knownSince(redis, tenantId)) || FEED_START);
    return { againInMs: 1 };
  }
  if (state.lane !== lane) {
    await deps.queues.drains[state.lane].add(job, { only: receiverName(job) });
    return undefined;
  }
  const progress: SliceProgress = {
    cursor: state.cursor,
    ahead: state.ahead,
    waitingRetries: state.waitingRetries,
    failures: state.consecutiveFailures,
    missed: state.missed,
    lane,
    save: (move) => moveCursor(redis, tenantId, id, move),
    renew: () => renewed(deps, job, lane),
  };
  try {
    return await drainSlice(deps, job, receiver, progress, lane);
  } catch (error) {
    // Somebody else went on from there, or the receiver is gone.
    if (error instanceof InventoryError && error.code === 'CURSOR_MOVED') return undefined;
    throw error;
  }
}

async function drainSlice(
  deps: DeliveryDeps,
  job: DrainJob,
  receiver: Receiver,
  progress: SliceProgress,
  lane: Lane,
): Promise<JobEnd<DrainJob>> {
  const { end, isSlow } = await deliverSlice(deps, receiver, progress);
  const againInMs = pauseAfter(end, progress.failures);
  const next = isSlow === undefined ? lane : isSlow ? 'slow' : 'quick';
  if (next !== lane) {
    const { cursor } = progress;
    const nothing = { delivered: 0, failures: 0, succeeded: false };
    const move = { from: cursor, to: cursor, ...nothing, lane: next };
    await moveCursor(deps.redis, job.tenantId, job.id, move);
    if (againInMs === undefined) return undefined;
    const options = { only: receiverName(job), delayMs: againInMs };
    await deps.queues.drains[next].add(job, options);
    return undefined;
  }
  return againInMs === undefined ? undefined : { againInMs };
}

/** The receiver as it is now, when none waits for its turn. */
async function renewed(
  { queues, ...deps }: DeliveryDeps,
  job: DrainJob,
  lane: Lane,
): Promise<Receiver | undefined> {
  if ((await queues.drains[lane].waiting()) > 0) return undefined;
  const receiver = await receiverOf({ queues, ...deps }, job);
  return typeof receiver === 'string' ? undefined : receiver;
}

/** Sends events of the past once more, for a slice of time. */
export async function replay(deps: DeliveryDeps, job: ReplayJob): Promise<JobEnd<ReplayJob>> {
  const receiver = await receiverOf(deps, job);
  if (receiver === 'gone') return undefined;
  if (receiver === 'disabled') return { againInMs: DISABLED_WAIT_MS };
  const { tenantId, id, to } = job;
  const { waitingRetries, lane } = await readCursor(deps.redis, tenantId, id);
  const progress: SliceProgress = {
    cursor: job.cursor,
    ahead: job.ahead ?? [],
    to,
    waitingRetries,
    failures: 0,
    missed: { missedMovements: 0, missedSinceMs: null },
    save: () => Promise.resolve(0),
    renew: () => Promise.resolve(undefined),
  };
  const limits: Record<string, number> = lane === 'slow' ? { replays: SLOW_REPLAYS_AT_ONCE } : {};
  const turn = await whileFew(deps.inFlight, limits, () => deliverSlice(deps, receiver, progress));
  if (!turn) return { againInMs: REPLAY_WAIT_MS };
  const againInMs = pauseAfter(turn.result.end, progress.failures);
  if (againInMs === undefined) return undefined;
  const { cursor, ahead } = progress;
  return { againInMs, data: { ...job, cursor, ahead } };
}

import { randomUUID } from 'node:crypto';
import { InventoryError, invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import type { ItemCondition } from '../core/itemQuery';
import type { MovementCause } from '../core/movement';
import {
  addItemJob,
  keepItemJob,
  keepJobItems,
  readItemJob,
  readJobItems,
} from '../redis/itemJobs';
import type { InventoryDeps } from './deps';
import { addOutcome, type ItemJobFailure, type StepOutcome } from './itemJobStep';
import { scanItems } from './itemScan';
import { callOf, type KeyedInput } from './keyedInput';
import { takeSteps } from './keyedSteps';

/** What is to be done with all items that a condition holds for. */
export interface ItemJobOrder {
  /** Name of one of the kinds the worker knows. */
  kind: string;
  /** Undefined: all items. */
  where?: ItemCondition | undefined;
  /** What the kind needs to know; JSON. */
  input: unknown;
  cause: MovementCause;
}

/** A job and how far it has come. */
export interface ItemJob extends ItemJobOrder {
  id: string;
  /** FAILED: it came to something nobody foresaw, and went no further. */
  status: 'RUNNING' | 'DONE' | 'FAILED';
  /** Items found when the job began; null: it has not begun. */
  total: number | null;
  succeeded: number;
  /** Those that somebody changed or deleted before their turn came, so that they are not meant. */
  skipped: number;
  failed: number;
  /** The first 100 of them. */
  failures: ItemJobFailure[];
}

/**
 * Does what a kind of job is for with the next items, those that are still meant. A step that is
 * done again under its key must have the outcome it had.
 */
export type ItemJobKind = (
  deps: InventoryDeps,
  tenantId: string,
  job: ItemJobOrder,
  step: { itemIds: readonly string[]; key: string },
) => Promise<StepOutcome>;

/** What a queue carries of a job. */
export interface ItemJobTicket {
  tenantId: string;
  jobId: string;
}

/** How a job is run. */
export interface ItemJobRun {
  /** Told of what nobody foresaw. */
  log: { error(fields: object, message: string): void };
  /** Ends the turn before the next step. */
  stopping?: AbortSignal;
}

/** Items between two moments at which progress is stored. */
const ITEMS_PER_STEP = 300;
/** How long a job runs before others get their turn, ms. */
const TURN_MS = 5000;

/**
 * Starts a job, once by key. It goes on in any of the hub's processes, whatever becomes of this
 * one.
 *
 * @param enqueue hands the ticket to the queue; may be called again for the same job
 * @returns its id
 * @throws InventoryError INVALID_INPUT (the key), IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function startItemJob(
  deps: InventoryDeps,
  tenantId: string,
  { idempotencyKey, ...order }: ItemJobOrder & KeyedInput,
  enqueue: (ticket: ItemJobTicket) => Promise<void>,
): Promise<string> {
  const { kind, where, input, cause } = order;
  const { operation, reason } = cause;
  const { call } = callOf(deps, { idempotencyKey }, ['JOB', kind, where, input, operation, reason]);
  const { plan } = await takeSteps(deps, tenantId, call, {
    decide: () => Promise.resolve({ jobId: randomUUID() }),
    act: async ({ jobId }) => {
      const start = {
        status: 'RUNNING',
        total: null,
        succeeded: 0,
        skipped: 0,
        failed: 0,
      } as const;
      const job: ItemJob = { ...order, id: jobId, ...start, failures: [] };
      await addItemJob(deps.redis, tenantId, jobId, JSON.stringify(job));
      await enqueue({ tenantId, jobId });
    },
  });
  return plan.jobId;
}

/**
 * A job of a tenant.
 *
 * @throws InventoryError INVALID_INPUT, NOT_FOUND (30 days after its end, too), REDIS_UNAVAILABLE
 */
export async function itemJob(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  jobId: string,
): Promise<ItemJob> {
  if (!isGuid(jobId)) throw invalidInput('jobId', jobId, 'a GUID');
  const text = await readItemJob(redis, tenantId, jobId.toLowerCase());
  if (text === null) throw new InventoryError('NOT_FOUND', `There is no job ${jobId}.`);
  return JSON.parse(text) as ItemJob;
}

/**
 * Goes on with a job from where it was left. Its items are those the condition held for when it
 * began; each is looked at once more when its turn comes. Progress is stored after each step, as
 * the step's record has it.
 *
 * @returns whether the job is done; false: others get their turn first
 * @throws InventoryError REDIS_UNAVAILABLE, or any conflict: it is to be run again
 */
export async function runItemJob(
  deps: InventoryDeps,
  kinds: Readonly<Record<string, ItemJobKind>>,
  { tenantId, jobId }: ItemJobTicket,
  { log, stopping }: ItemJobRun,
): Promise<boolean> {
  const text = await readItemJob(deps.redis, tenantId, jobId);
  // Nobody waits for a job that is past its time.
  if (text === null) return true;
  const job = JSON.parse(text) as ItemJob;
  const work = kinds[job.kind];
  if (job.status !== 'RUNNING' || !work) return true;
  const keep = () => keepItemJob(deps.redis, tenantId, jobId, JSON.stringify(job));
  const turnEnds = performance.now() + TURN_MS;
  try {
    if (job.total === null) {
      job.total = await findItems(deps, tenantId, job);
      await keep();
    }
    for (let place = placeOf(job); place < job.total; place = placeOf(job)) {
      if (performance.now() > turnEnds || stopping?.aborted) return false;
      const itemIds = await readJobItems(deps.redis, tenantId, jobId, place, ITEMS_PER_STEP);
      const key = `job:${jobId}:${place / ITEMS_PER_STEP}`;
      const outcome = await work(deps, tenantId, job, { itemIds, key });
      addOutcome(job, outcome);
      if (placeOf(job) !== place + itemIds.length || itemIds.length === 0) {
        throw new Error(`a step of job ${jobId} does not add up`);
      }
      await keep();
    }
    job.status = 'DONE';
  } catch (error) {
    const again = error instanceof InventoryError && AGAIN.includes(error.kind);
    if (again) throw error;
    log.error({ jobId, cause: error instanceof Error ? error.stack : undefined }, 'job failed');
    job.status = 'FAILED';
  }
  await keep();
  return true;
}

/** Kinds of errors that pass by themselves. */
const AGAIN: readonly string[] = ['unavailable', 'conflict'];

/** The place a job has come to: all items before it are counted. */
function placeOf({ succeeded, skipped, failed }: ItemJob): number {
  return succeeded + skipped + failed;
}

/** Finds the items a job is about and keeps which they are; how many. */
async function findItems(
  { feeds, redis }: InventoryDeps,
  tenantId: string,
  { id: jobId, where }: ItemJob,
): Promise<number> {
  const index = await feeds.current(tenantId);
  // An item that is deleted and created again meanwhile may be met twice.
  const ids = new Set<string>();
  await scanItems(index, where, {
    take: ({ id }) => void ids.add(id),
    beforeTurnEnds: () => undefined,
  });
  return keepJobItems(redis, tenantId, jobId, [...ids].sort());
}

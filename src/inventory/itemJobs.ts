import { randomUUID } from 'node:crypto';
import { InventoryError, invalidInput } from '../core/errors';
import type { ItemCondition } from '../core/itemQuery';
import type { MovementCause } from '../core/movement';
import { keepItemJob, readItemJob } from '../redis/itemJobs';
import type { InventoryDeps } from './deps';
import { scanItems } from './itemScan';

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

/** Why an item was left as it is. */
export interface ItemJobFailure {
  itemId: string;
  code: string;
  message: string;
}

/** A job and how far it has come. */
export interface ItemJob extends ItemJobOrder {
  id: string;
  /** FAILED: it came to something nobody foresaw, and went no further. */
  status: 'RUNNING' | 'DONE' | 'FAILED';
  /** Items found when the job began; null: it has not begun. */
  total: number | null;
  succeeded: number;
  failed: number;
  /** The first 100 of them. */
  failures: ItemJobFailure[];
  /** All items up to this id, in order of id, are done. */
  afterId: string;
  /** Those that are being done: after a crash they are done again, found or not. */
  step: readonly string[];
}

/** Does what a kind of job is for with some items; by place, why one was left as it is. */
export type ItemJobKind = (
  deps: InventoryDeps,
  tenantId: string,
  job: ItemJob,
  itemIds: readonly string[],
) => Promise<(Omit<ItemJobFailure, 'itemId'> | undefined)[]>;

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
const FAILURES_NAMED = 100;
/** How long a job runs before others get their turn, ms. */
const TURN_MS = 5000;
const JOB_ID = /^[0-9a-f-]{36}$/;

/**
 * Starts a job. It goes on in any of the hub's processes, whatever becomes of this one.
 *
 * @param enqueue hands the ticket to the queue
 * @returns its id
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function startItemJob(
  { redis }: InventoryDeps,
  tenantId: string,
  order: ItemJobOrder,
  enqueue: (ticket: ItemJobTicket) => Promise<void>,
): Promise<string> {
  const id = randomUUID();
  const start = { status: 'RUNNING', total: null, succeeded: 0, failed: 0 } as const;
  const job: ItemJob = { ...order, id, ...start, failures: [], afterId: '', step: [] };
  await keepItemJob(redis, tenantId, id, JSON.stringify(job));
  await enqueue({ tenantId, jobId: id });
  return id;
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
  if (!JOB_ID.test(jobId)) throw invalidInput('jobId', jobId, 'a GUID');
  const text = await readItemJob(redis, tenantId, jobId);
  if (text === null) throw new InventoryError('NOT_FOUND', `There is no job ${jobId}.`);
  return JSON.parse(text) as ItemJob;
}

/**
 * Goes on with a job from where it was left. The items are those the condition holds for now, in
 * order of id; each is looked at once more by the kind. A step that was broken off is done again as
 * it was begun, because what is done may no longer fit the condition: a kind must do it once only.
 *
 * @returns whether the job is done; false: others get their turn first
 * @throws InventoryError REDIS_UNAVAILABLE: it is to be run again
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
    if (job.step.length > 0) note(job, await work(deps, tenantId, job, job.step));
    const ids = await idsAfter(deps, tenantId, job);
    job.total ??= ids.length;
    for (let at = 0; at < ids.length; at += ITEMS_PER_STEP) {
      job.step = ids.slice(at, at + ITEMS_PER_STEP);
      await keep();
      if (performance.now() > turnEnds || stopping?.aborted) return false;
      note(job, await work(deps, tenantId, job, job.step));
    }
    job.status = 'DONE';
  } catch (error) {
    if (error instanceof InventoryError && error.kind === 'unavailable') throw error;
    log.error({ jobId, cause: error instanceof Error ? error.stack : undefined }, 'job failed');
    job.status = 'FAILED';
  }
  await keep();
  return true;
}

async function idsAfter(
  { feeds }: InventoryDeps,
  tenantId: string,
  { where, afterId }: ItemJob,
): Promise<string[]> {
  const index = await feeds.current(tenantId);
  const ids: string[] = [];
  await scanItems(index, where, {
    take: ({ id }) => {
      if (id > afterId) ids.push(id);
    },
    beforeTurnEnds: () => undefined,
  });
  return ids.sort();
}

/** Notes that the job's step is done. */
function note(
  job: ItemJob,
  outcomes: readonly (Omit<ItemJobFailure, 'itemId'> | undefined)[],
): void {
  const { step } = job;
  step.forEach((itemId, i) => {
    const failure = outcomes[i];
    if (!failure) {
      job.succeeded += 1;
      return;
    }
    job.failed += 1;
    if (job.failures.length < FAILURES_NAMED) job.failures.push({ itemId, ...failure });
  });
  job.afterId = step.at(-1) ?? job.afterId;
  job.step = [];
}

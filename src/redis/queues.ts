import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, Job, Queue, Worker, type ConnectionOptions, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { workerConnection, queueConnection, type RedisTarget } from './connect';
import { HUB_TAG } from './keys';
import { whileStoreAnswers } from './scripts';

/*
 * Jobs that wait, repeat and are shared by all processes: BullMQ on connections of its own. Nothing
 * of a job is kept once it has ended.
 */

/** A worker that dies is known by its lock after this long, ms. */
const LOCK_MS = 6000;

/** How long closing waits at least, ms. */
const CLOSE_TIMEOUT_MS = 5000;

/** How a job is added. */
export interface JobOptions {
  /** A job with the id of one that waits or runs is not added. No colons. */
  id?: string;
  /** How long its id is remembered after it is done, ms; default: not at all. */
  rememberedMs?: number;
  /**
   * At most one such job waits, and one more while one runs: so a job that is added always runs
   * once more from its beginning.
   */
  only?: string;
  /** Nothing is added while a job added with the same word waits or runs. Not beside the others. */
  single?: string;
  /** Milliseconds until it may run. */
  delayMs?: number;
  /** How often it may fail, and again; default 1. */
  attempts?: number;
}

/** Where jobs of one kind wait. */
export interface JobQueue<Data> {
  /** False: one added as `single` stands in its way. @throws InventoryError REDIS_UNAVAILABLE */
  add(data: Data, options?: JobOptions): Promise<boolean>;
  /** Adds several in one round trip. @throws InventoryError REDIS_UNAVAILABLE */
  addAll(jobs: readonly { data: Data; options: JobOptions }[]): Promise<void>;
  /**
   * Has jobs that wait for their time run now; ids of others are left out.
   *
   * @returns how many wait no more
   * @throws InventoryError REDIS_UNAVAILABLE
   */
  promote(ids: readonly string[]): Promise<number>;
  /** The same for the job added as the only one of its kind: whether it waited for its time. */
  promoteOnly(only: string): Promise<boolean>;
  /** Has a job run every so often, in one process at a time. */
  repeat(id: string, everyMs: number, data: Data): Promise<void>;
  /** Jobs that wait for their time. @throws InventoryError REDIS_UNAVAILABLE */
  delayed(): Promise<number>;
  /** Jobs that wait for a worker. @throws InventoryError REDIS_UNAVAILABLE */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

/** What a worker is told of a job besides its data. */
export interface JobRun {
  /** From 1. */
  attempt: number;
  attempts: number;
}

/** How a run of a job ends: it is done, or is run again later, without having failed. */
export type JobEnd<Data> = { againInMs: number; data?: Data } | undefined;

/** Runs jobs until closed. */
export interface JobWorker {
  /** Takes no more jobs and waits for those that run. */
  close(): Promise<void>;
}

/** How a worker runs jobs. */
export interface WorkerOptions {
  /** Jobs at a time. */
  concurrency: number;
  /** Delay before each attempt after the first; the last one stands for all after it. */
  retryDelaysMs?: readonly number[];
  /**
   * A job that throws is run again after so long, however often, ms: an outage loses no job.
   * Absent: it has failed.
   */
  againOnErrorMs?: number | undefined;
  /** How long closing waits for jobs that run, ms; default 5 s. */
  closeTimeoutMs?: number | undefined;
  /** Told when a run fails, and when the store is away. */
  onError: (error: Error) => void;
}

/** Opens a queue. Adding fails at once while Redis is away. */
export function createJobQueue<Data>(
  target: RedisTarget,
  name: string,
  onError: (error: Error) => void,
): JobQueue<Data> {
  const queue = new Queue<Data>(name, {
    connection: queueConnection(target) as ConnectionOptions,
    prefix: HUB_TAG,
    streams: { events: { maxLen: 100 } },
  });
  queue.on('error', onError);
  const promote = async (ids: readonly string[]): Promise<number> => {
    const promoted = await Promise.all(ids.map((id) => promoteJob(queue, id)));
    return promoted.filter(Boolean).length;
  };
  return {
    promote,
    promoteOnly: async (only) => {
      const id = await whileStoreAnswers(() => queue.getDeduplicationJobId(only));
      return id !== null && (await promote([id])) === 1;
    },
    add: async (data, options = {}) => {
      const opts = jobOptions(options);
      const job = await whileStoreAnswers(() => queue.add(name as never, data as never, opts));
      return options.single === undefined || job.id === opts.jobId;
    },
    addAll: async (jobs) => {
      if (jobs.length === 0) return;
      const bulk = jobs.map(({ data, options }) => {
        return { name, data, opts: jobOptions(options) };
      });
      await whileStoreAnswers(() => queue.addBulk(bulk as never));
    },
    repeat: async (id, everyMs, data) => {
      const { removeOnComplete, removeOnFail } = jobOptions({});
      const template = { name, data, opts: { removeOnComplete, removeOnFail } };
      await whileStoreAnswers(() =>
        queue.upsertJobScheduler(id as never, { every: everyMs }, template as never),
      );
    },
    delayed: () => whileStoreAnswers(() => queue.getDelayedCount()),
    waiting: () => whileStoreAnswers(() => queue.getWaitingCount()),
    close: () => closing(queue.close(), () => queue.disconnect()),
  };
}

/** How BullMQ says that a job does not wait for its time. */
const NOT_DELAYED = -3;

/** Has a job run now; false: it does not wait for its time. */
async function promoteJob(queue: Queue, id: string): Promise<boolean> {
  return whileStoreAnswers(async () => {
    try {
      // What the job is for needs not be read.
      await new Job(queue, queue.name, undefined, undefined, id).promote();
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === NOT_DELAYED) return false;
      throw error;
    }
  });
}

function jobOptions(options: JobOptions): JobsOptions {
  const { id, rememberedMs, only, single, delayMs, attempts = 1 } = options;
  return {
    removeOnComplete: rememberedMs === undefined ? true : { age: Math.ceil(rememberedMs / 1000) },
    removeOnFail: true,
    stackTraceLimit: 0,
    attempts,
    ...(attempts > 1 && { backoff: { type: 'custom' } }),
    ...(id !== undefined && { jobId: id }),
    ...(only !== undefined && { deduplication: { id: only, keepLastIfActive: true } }),
    // Whose id comes back tells whether it was added.
    ...(single !== undefined && { jobId: randomUUID(), deduplication: { id: single } }),
    ...(delayMs !== undefined && { delay: Math.max(0, Math.round(delayMs)) }),
  };
}

/**
 * Runs the jobs of a queue. A job that throws is run again, or has failed: then it is tried again
 * while it has attempts left. A job whose process dies is run again, by any process, however often
 * that happens.
 */
export function createJobWorker<Data>(
  target: RedisTarget,
  name: string,
  process: (data: Data, run: JobRun) => Promise<JobEnd<Data>>,
  options: WorkerOptions,
): JobWorker {
  const { concurrency, retryDelaysMs = [], againOnErrorMs } = options;
  const { closeTimeoutMs = CLOSE_TIMEOUT_MS, onError } = options;
  const runOnce: typeof process = async (data, run) => {
    try {
      return await process(data, run);
    } catch (error) {
      if (againOnErrorMs === undefined) throw error;
      onError(error as Error);
      return { againInMs: againOnErrorMs };
    }
  };
  const worker = new Worker<Data, void>(
    name,
    async (job, token): Promise<void> => {
      const attempts = job.opts.attempts ?? 1;
      const end = await runOnce(job.data, { attempt: job.attemptsMade + 1, attempts });
      if (!end) return;
      if (end.data !== undefined) await job.updateData(end.data);
      const at = (await storeTimeMs(worker.backend)) + Math.max(1, Math.round(end.againInMs));
      await job.moveToDelayed(at, token);
      throw new DelayedError();
    },
    {
      connection: workerConnection(target) as ConnectionOptions,
      prefix: HUB_TAG,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS / 2,
      // With the default of one, a job that two crashes met would be lost.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: 1000,
      settings: {
        backoffStrategy: (attemptsMade) =>
          retryDelaysMs[Math.min(attemptsMade, retryDelaysMs.length) - 1] ?? 0,
      },
    },
  );
  worker.on('error', onError);
  // What may fail and be tried again tells of it itself.
  worker.on('failed', (job, error) => {
    if ((job?.opts.attempts ?? 1) === 1) onError(error);
  });
  return { close: () => closing(worker.close(), () => worker.close(true), closeTimeoutMs) };
}

/** Redis time, ms since 1970. */
async function storeTimeMs(backend: { client: Promise<unknown> }): Promise<number> {
  // What BullMQ hands out stands for the ioredis client it wraps.
  const client = (await backend.client) as Redis;
  const [seconds, micros] = await client.time();
  return Math.floor(1000 * Number(seconds) + Number(micros) / 1000);
}

/** Waits for a clean end, but not for a Redis that is away. */
async function closing(
  closed: Promise<unknown>,
  force: () => Promise<unknown>,
  timeoutMs = CLOSE_TIMEOUT_MS,
): Promise<void> {
  const late = sleep(timeoutMs, 'late', { ref: false });
  const end = await Promise.race([closed.catch(() => 'late'), late]);
  if (end === 'late') await Promise.race([force().catch(() => undefined), sleep(200)]);
}

import type { RedisTarget } from '../redis/connect';
import { createJobQueue, createJobWorker } from '../redis/queues';
import type { InventoryDeps } from './deps';
import { runItemJob } from './itemJobs';
import type { ItemJobKind, ItemJobRun, ItemJobTicket } from './itemJobs';

const QUEUE = 'item-jobs';
/** Jobs of one process at a time. */
const JOBS_AT_ONCE = 2;
/** A job fails only while the store is away: it waits longer and longer, for weeks if need be. */
const RETRY_DELAYS_MS = [1000, 5000, 30_000];
const ATTEMPTS = 100_000;

/**
 * Has this process take jobs over many items (`deps.itemJobs`) and run them, also those that other
 * processes took.
 *
 * @param kinds what can be done with items
 * @returns closes them: a job that runs ends its step and goes on elsewhere
 */
export function openItemJobs(
  deps: InventoryDeps,
  target: RedisTarget,
  kinds: Readonly<Record<string, ItemJobKind>>,
  log: ItemJobRun['log'],
): { close(): Promise<void> } {
  const onError = (error: Error) => {
    log.error({ cause: error.message }, 'jobs over items wait');
  };
  const queue = createJobQueue<ItemJobTicket>(target, QUEUE, onError);
  const stopping = new AbortController();
  const worker = createJobWorker<ItemJobTicket>(
    target,
    QUEUE,
    async (ticket) => {
      const run = { log, stopping: stopping.signal };
      const done = await runItemJob(deps, kinds, ticket, run);
      return done ? undefined : { againInMs: 1 };
    },
    { concurrency: JOBS_AT_ONCE, retryDelaysMs: RETRY_DELAYS_MS, onError },
  );
  deps.itemJobs = {
    add: async (ticket) => {
      await queue.add(ticket, { id: ticket.jobId, attempts: ATTEMPTS });
    },
  };
  return {
    close: async () => {
      stopping.abort();
      await worker.close();
      await queue.close();
    },
  };
}

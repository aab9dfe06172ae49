import { createJobQueue, createJobWorker } from '../redis/queues';
import type { RedisTarget } from '../redis/connect';
import { trimRefusals } from '../redis/refusalRetention';
import { readTime } from '../redis/snapshots';
import { scanTenants } from '../redis/tenants';
import type { InventoryDeps } from './deps';
import { finishReindex } from './lowStockReindex';
import { trimTenant, type TrimReport } from './trim';
import type { TrimLimit } from './trimLimit';

const HOUR_MS = 3_600_000;
const QUEUE = 'retention';

/** What retention needs besides the use cases. */
export interface RetentionOptions {
  deps: InventoryDeps;
  /** The same Redis. */
  store: RedisTarget;
  /** Who still needs ledger entries. */
  limits: readonly TrimLimit[];
  /** Told of every tenant whose ledger was trimmed. */
  onTrimmed: (report: TrimReport) => void;
  /** Told of what failed, and for which tenant if for one; it is tried again the next hour. */
  onError: (error: Error, tenantId?: string) => void;
}

/** Retention that runs until it is closed. */
export interface Retention {
  close(): Promise<void>;
}

/**
 * Has old ledger entries and refusals of all tenants go, every hour and in one process at a time;
 * order records expire by themselves.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function openRetention(options: RetentionOptions): Promise<Retention> {
  const { store, onError } = options;
  const stopping = new AbortController();
  const queue = createJobQueue<object>(store, QUEUE, onError);
  const worker = createJobWorker<object>(
    store,
    QUEUE,
    async () => {
      await keepRetention(options, stopping.signal);
      return undefined;
    },
    { concurrency: 1, onError },
  );
  await queue.repeat(QUEUE, HOUR_MS, {});
  return {
    close: async () => {
      stopping.abort();
      await worker.close();
      await queue.close();
    },
  };
}

/**
 * Goes over all tenants once: ledger, refusals, and an index that was left behind.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function keepRetention(
  { deps, limits, onTrimmed, onError }: Omit<RetentionOptions, 'store'>,
  signal?: AbortSignal,
): Promise<void> {
  for await (const tenants of scanTenants(deps.redis)) {
    for (const { tenantId } of tenants) {
      for (const job of jobsOf(deps, tenantId, limits, onTrimmed, signal)) {
        if (signal?.aborted) return;
        try {
          await job();
        } catch (error) {
          // A broken ledger keeps nothing else from going, of this tenant or of others.
          onError(error instanceof Error ? error : new Error(String(error)), tenantId);
        }
      }
    }
  }
}

function jobsOf(
  deps: InventoryDeps,
  tenantId: string,
  limits: readonly TrimLimit[],
  onTrimmed: RetentionOptions['onTrimmed'],
  signal: AbortSignal | undefined,
): (() => Promise<unknown>)[] {
  const { redis, refusalRetentionMs } = deps;
  return [
    async () => {
      const report = await trimTenant(deps, tenantId, { limits, ...(signal && { signal }) });
      if (report.entries > 0) onTrimmed(report);
    },
    async () => {
      if (refusalRetentionMs === 0) return;
      await trimRefusals(redis, tenantId, (await readTime(redis)) - refusalRetentionMs);
    },
    () => finishReindex(deps, tenantId),
  ];
}

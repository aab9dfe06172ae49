import type { CatalogIdentityOptions } from '../core/catalog';
import type { ConsumePoints } from '../core/rateLimit';
import { createRateLimiter } from '../redis/rateLimit';
import type { RedisTarget } from '../redis/connect';
import type { ServerLog } from '../redis/serverLog';
import { openStore, type OpenStoreOptions } from '../redis/openStore';
import { createInventoryDeps, type InventoryDeps } from './deps';

const DAY_MS = 86_400_000;

/** Which store the use cases work on, and how; `Config` has all of it. */
export interface InventoryOptions {
  /** Address of a Redis; undefined: the embedded server of `dataDir`. */
  redisUrl: string | undefined;
  dataDir: string;
  redisCommandTimeoutMs: number;
  idempotencyRetentionSeconds: number;
  /** Default of each: 0, for ever. */
  ledgerRetentionDays?: number;
  orderRetentionDays?: number;
  refusalRetentionDays?: number;
  catalogIdentityOptions: CatalogIdentityOptions;
  /** Points of a token; 0: no limit. */
  rateLimitPerMinute: number;
}

/** Use cases ready to run, until closed. */
export interface OpenInventory {
  deps: InventoryDeps;
  /** Uses up a caller's points; undefined without a rate limit. */
  consumePoints: ConsumePoints | undefined;
  /** Where the store is, for connections of its own. */
  target: RedisTarget;
  /** For people: which Redis it is and where, without secrets. */
  description: string;
  /** Ends the connection; an embedded server nobody else uses is stopped. */
  close(): Promise<void>;
}

/**
 * Opens the store for a process that uses it: an embedded server that runs is adopted, else
 * started.
 *
 * @throws Error with a sentence for the operator
 */
export async function openInventory(
  options: InventoryOptions,
  log: ServerLog,
  hub: Pick<OpenStoreOptions, 'supervise' | 'onScriptCall'> = {},
): Promise<OpenInventory> {
  const store = await openStore({
    redisUrl: options.redisUrl,
    dataDir: options.dataDir,
    commandTimeoutMs: options.redisCommandTimeoutMs,
    log,
    ...hub,
  });
  const deps = createInventoryDeps(store.redis, {
    log,
    retentionMs: options.idempotencyRetentionSeconds * 1000,
    ledgerRetentionMs: (options.ledgerRetentionDays ?? 0) * DAY_MS,
    orderRetentionMs: (options.orderRetentionDays ?? 0) * DAY_MS,
    refusalRetentionMs: (options.refusalRetentionDays ?? 0) * DAY_MS,
    catalogIdentityOptions: options.catalogIdentityOptions,
  });
  const { rateLimitPerMinute: points } = options;
  return {
    deps,
    consumePoints: points > 0 ? createRateLimiter(store.redis, points) : undefined,
    target: store.target,
    description: store.description,
    close: () => store.close(),
  };
}

import type { CatalogIdentityOptions } from '../core/catalog';
import type { DeliveryDeps } from '../events/deliveryDeps';
import type { HubRedis } from '../redis/commands';
import type { ServerLog } from '../redis/serverLog';
import { ItemFeeds } from './itemFeed';
import type { ItemJobTicket } from './itemJobs';
import type { TenantSettings } from './settings';

/** What every use case works with; passed first. */
export interface InventoryDeps {
  redis: HubRedis;
  /** How long a repeated call is recognized, ms. */
  retentionMs: number;
  /** How long ledger entries are kept at least, ms; 0: for ever. */
  ledgerRetentionMs: number;
  /** How long an order's record is kept after its last movement, ms; 0: for ever. */
  orderRetentionMs: number;
  /** How long refused calls are kept, ms; 0: until there are too many. */
  refusalRetentionMs: number;
  catalogIdentityOptions: CatalogIdentityOptions;
  /** Settings read so far. Never stale: the posting script checks their revision. */
  settingsCache: Map<string, TenantSettings>;
  /** The items of tenants, by all they are listed by. */
  feeds: ItemFeeds;
  /** Told of what fails beside a call's own outcome. */
  log?: Pick<ServerLog, 'warn'> | undefined;
  /** Takes jobs over many items; absent: this process has no queue. */
  itemJobs?: { add(ticket: ItemJobTicket): Promise<void> };
  /** Delivers webhooks; absent: this process does not. */
  webhooks?: DeliveryDeps;
  /** Keys that sign cursors, by tenant. */
  cursorKeys: Map<string, Buffer>;
}

/** Puts together what the use cases of one process work with. */
export function createInventoryDeps(
  redis: HubRedis,
  options: Pick<InventoryDeps, 'retentionMs' | 'catalogIdentityOptions'> &
    Partial<
      Pick<InventoryDeps, 'ledgerRetentionMs' | 'orderRetentionMs' | 'refusalRetentionMs' | 'log'>
    >,
): InventoryDeps {
  return {
    redis,
    ledgerRetentionMs: 0,
    orderRetentionMs: 0,
    refusalRetentionMs: 0,
    ...options,
    settingsCache: new Map(),
    feeds: new ItemFeeds(redis),
    cursorKeys: new Map(),
  };
}

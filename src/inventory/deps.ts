import type { CatalogIdentityOptions } from '../core/catalog';
import type { HubRedis } from '../redis/commands';
import { ItemFeeds } from './itemFeed';
import type { TenantSettings } from './settings';

/** What every use case works with; passed first. */
export interface InventoryDeps {
  redis: HubRedis;
  /** How long a repeated call is recognized, ms. */
  retentionMs: number;
  catalogIdentityOptions: CatalogIdentityOptions;
  /** Settings read so far. Never stale: the posting script checks their revision. */
  settingsCache: Map<string, TenantSettings>;
  /** The items of tenants, by all they are listed by. */
  feeds: ItemFeeds;
  /** Keys that sign cursors, by tenant. */
  cursorKeys: Map<string, Buffer>;
}

/** Puts together what the use cases of one process work with. */
export function createInventoryDeps(
  redis: HubRedis,
  options: Pick<InventoryDeps, 'retentionMs' | 'catalogIdentityOptions'>,
): InventoryDeps {
  return {
    redis,
    ...options,
    settingsCache: new Map(),
    feeds: new ItemFeeds(redis),
    cursorKeys: new Map(),
  };
}

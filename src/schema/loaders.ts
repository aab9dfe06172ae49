import DataLoader from 'dataloader';
import type { InventoryItem } from '../core/item';
import type { Principal } from '../auth/principal';
import type { InventoryDeps } from '../inventory/deps';
import { itemHistories, type HistoryRequest, type ItemHistory } from '../inventory/history';
import { itemsById } from '../inventory/items';
import { tenantLocations, type Locations } from '../inventory/locations';
import { presentSettings, type TenantSettings } from '../inventory/settings';

/** Reads of one request: what is asked for together is read together, and once. */
export interface Loaders {
  items: DataLoader<string, InventoryItem | null>;
  /** Pages of items' histories. */
  histories: DataLoader<HistoryRequest, ItemHistory, string>;
  locations(): Promise<Locations>;
  settings(): Promise<TenantSettings>;
  /** Forgets what was read: something is about to change. */
  clear(): void;
}

/** Loaders for one request of a caller. Nothing is made before it is asked for. */
export function createLoaders(inventory: InventoryDeps, { tenantId }: Principal): Loaders {
  let items: Loaders['items'] | undefined;
  let histories: Loaders['histories'] | undefined;
  let locations: Promise<Locations> | undefined;
  let settings: Promise<TenantSettings> | undefined;
  return {
    get items() {
      return (items ??= new DataLoader((ids) => itemsById(inventory, tenantId, ids)));
    },
    get histories() {
      return (histories ??= new DataLoader(
        (requests) => itemHistories(inventory, tenantId, requests),
        { cacheKeyFn: (request) => JSON.stringify(request) },
      ));
    },
    locations: () => (locations ??= tenantLocations(inventory, tenantId)),
    settings: () => (settings ??= presentSettings(inventory, tenantId)),
    clear: () => {
      items = undefined;
      histories = undefined;
      locations = undefined;
      settings = undefined;
    },
  };
}

import DataLoader from 'dataloader';
import type { InventoryItem } from '../core/item';
import type { DeliveryHealth } from '../core/webhook';
import { subscriptionHealths } from '../events/subscriptions';
import type { Principal } from '../auth/principal';
import type { InventoryDeps } from '../inventory/deps';
import { itemHistories } from '../inventory/history';
import type { HistoryRequest, ItemHistory, OnLooked } from '../inventory/historyPage';
import { itemsById } from '../inventory/items';
import { tenantLocations, type Locations } from '../inventory/locations';
import { presentSettings, type TenantSettings } from '../inventory/settings';

/** A page of an item's history to load. */
export interface HistoryLoad {
  request: HistoryRequest;
  /** Told of what all pages that are read together look at; of the operation, so any of them. */
  onLooked: OnLooked;
}

/** Reads of one request: what is asked for together is read together, and once. */
export interface Loaders {
  items: DataLoader<string, InventoryItem | null>;
  /** Pages of items' histories. */
  histories: DataLoader<HistoryLoad, ItemHistory, string>;
  /** How delivery goes, by webhook subscription. */
  webhookHealths: DataLoader<string, DeliveryHealth>;
  locations(): Promise<Locations>;
  settings(): Promise<TenantSettings>;
  /** Forgets what was read: something is about to change. */
  clear(): void;
}

/** Loaders for one request of a caller. Nothing is made before it is asked for. */
export function createLoaders(inventory: InventoryDeps, { tenantId }: Principal): Loaders {
  let items: Loaders['items'] | undefined;
  let histories: Loaders['histories'] | undefined;
  let webhookHealths: Loaders['webhookHealths'] | undefined;
  let locations: Promise<Locations> | undefined;
  let settings: Promise<TenantSettings> | undefined;
  return {
    get items() {
      return (items ??= new DataLoader((ids) => itemsById(inventory, tenantId, ids)));
    },
    get histories() {
      return (histories ??= new DataLoader(
        (loads) => {
          const requests = loads.map(({ request }) => request);
          return itemHistories(inventory, tenantId, requests, loads[0]!.onLooked);
        },
        { cacheKeyFn: ({ request }) => JSON.stringify(request) },
      ));
    },
    get webhookHealths() {
      return (webhookHealths ??= new DataLoader((ids) =>
        subscriptionHealths(inventory, tenantId, ids),
      ));
    },
    locations: () => (locations ??= tenantLocations(inventory, tenantId)),
    settings: () => (settings ??= presentSettings(inventory, tenantId)),
    clear: () => {
      items = undefined;
      histories = undefined;
      webhookHealths = undefined;
      locations = undefined;
      settings = undefined;
    },
  };
}

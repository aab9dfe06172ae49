import DataLoader from 'dataloader';
import type { InventoryItem } from '../core/item';
import type { Principal } from '../auth/principal';
import type { InventoryDeps } from '../inventory/deps';
import { itemsById } from '../inventory/items';
import { tenantLocations, type Locations } from '../inventory/locations';
import { presentSettings, type TenantSettings } from '../inventory/settings';

/** Reads of one request: what is asked for together is read together, and once. */
export interface Loaders {
  items: DataLoader<string, InventoryItem | null>;
  locations(): Promise<Locations>;
  settings(): Promise<TenantSettings>;
  /** Forgets what was read: something is about to change. */
  clear(): void;
}

/** Loaders for one request of a caller. */
export function createLoaders(inventory: InventoryDeps, { tenantId }: Principal): Loaders {
  const items = new DataLoader((ids: readonly string[]) => itemsById(inventory, tenantId, ids));
  let locations: Promise<Locations> | undefined;
  let settings: Promise<TenantSettings> | undefined;
  return {
    items,
    locations: () => (locations ??= tenantLocations(inventory, tenantId)),
    settings: () => (settings ??= presentSettings(inventory, tenantId)),
    clear: () => {
      items.clearAll();
      locations = undefined;
      settings = undefined;
    },
  };
}

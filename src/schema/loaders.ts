import DataLoader from 'dataloader';
import type { InventoryItem } from '../core/item';
import type { Principal } from '../auth/principal';
import type { InventoryDeps } from '../inventory/deps';
import { itemsById } from '../inventory/items';
import { tenantLocations, type Locations } from '../inventory/locations';

/** Reads of one request: what is asked for together is read together, and once. */
export interface Loaders {
  items: DataLoader<string, InventoryItem | null>;
  locations(): Promise<Locations>;
}

/** Loaders for one request of a caller. */
export function createLoaders(inventory: InventoryDeps, { tenantId }: Principal): Loaders {
  let locations: Promise<Locations> | undefined;
  return {
    items: new DataLoader((ids: readonly string[]) => itemsById(inventory, tenantId, ids)),
    locations: () => (locations ??= tenantLocations(inventory, tenantId)),
  };
}

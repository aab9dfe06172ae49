import { AppStrategy, createClient } from '@wix/sdk';
import { inventoryItemsV3 } from '@wix/stores';
import { APP_ID } from './deliveryHub';

/** What a handler of the SDK was given. */
export interface Handled {
  handler: string;
  entity?: inventoryItemsV3.InventoryItem;
  data?: { inStock?: boolean; reason?: string; currentEntity?: object };
  modifiedFields?: Record<string, unknown>;
  metadata: {
    _id?: string | null;
    entityId?: string | null;
    instanceId?: string | null;
    entityEventSequence?: string | null;
  };
}

/** Wix's SDK as an app has it, with a handler for each type of Wix that notes what it is given. */
export function sdkReceiver(publicKey: string) {
  const handled: Handled[] = [];
  const client = createClient({
    auth: AppStrategy({ appId: APP_ID, publicKey }),
    modules: { inventoryItemsV3 },
  });
  const keep = (handler: string) => (event: object) => {
    handled.push({ handler, ...event } as Handled);
  };
  const { inventoryItemsV3: items } = client;
  items.onInventoryItemCreated(keep('created'));
  items.onInventoryItemUpdated(keep('updated'));
  items.onInventoryItemDeleted(keep('deleted'));
  items.onInventoryItemStockStatusUpdated(keep('stock_status_updated'));
  items.onInventoryItemUpdatedWithReason(keep('updated_with_reason'));
  return { handled, process: (token: string) => client.webhooks.process(token) };
}

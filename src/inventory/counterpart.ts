import { guidOfKey, itemKey } from '../core/identity';
import type { ItemDocument } from '../core/item';

/** The item of the same variant at another location, whether or not it is there. */
export interface Counterpart {
  itemId: string;
  key: Buffer;
  /** The document it begins with, without a created date: what the other says of itself. */
  json: string;
}

/** The counterpart of an item with this document. */
export function counterpartOf(
  tenantId: string,
  document: ItemDocument,
  locationId: string,
): Counterpart {
  const key = itemKey(tenantId, { ...document, locationId });
  const json = JSON.stringify({ ...document, createdDate: undefined, locationId });
  return { itemId: guidOfKey(key), key, json };
}

import type { InventoryItem } from '../core/item';
import type { ItemRow } from '../inventory/itemColumns';
import { bulkAnswer } from './bulkAnswer';
import { BULK_ENTRIES, write, type BulkWrite } from './bulkEdits';
import { causeOf } from './causeOf';
import { readFieldMask } from './fieldMask';
import type { FieldReader } from './fieldReader';
import { invalidField, InvalidFields, violation } from './fieldViolation';
import { beyondWire, readItemChange, rowOfChange, type ItemChange } from './itemChange';
import { newRow } from './newItem';
import { readRequest } from './request';
import type { RestCall } from './route';
import { storesItems, type StoresItem } from './storesItem';
import { readProduct } from './writtenItem';
import { WixRefusal } from './wixRefusal';

/** An entry as the call writes it. */
interface Entry {
  change: ItemChange;
  /** For an item that is new. */
  product: ItemRow;
}

/** `POST /bulk/inventory-items/upsert`: product, variant and location say which item. */
export async function bulkUpsert(call: RestCall) {
  const { entries, returnEntity } = readRequest(call, (request) => ({
    entries: request.objects('inventoryItems', BULK_ENTRIES).map(readEntry),
    returnEntity: request.flag('returnEntity') ?? false,
  }));
  const itemOf = await storesItems(call);
  const items = entries.map(({ change }) => itemOf(change.written));
  checkDistinct(entries, items);
  const writes = entries.map((entry, i) => toWrite(entry, items[i]!));
  const cause = causeOf(call, 'UPDATE');
  const repeated = new WixRefusal('ITEM_ALREADY_EXISTS');
  return bulkAnswer(await write(call, writes, cause, repeated), returnEntity);
}

function readEntry(entry: FieldReader): Entry {
  const fields = entry.required('inventoryItem');
  if (fields.raw('productId') == null) fields.miss('productId', '1..36 characters');
  if (fields.raw('variantId') == null) fields.miss('variantId', 'a GUID');
  const change = readItemChange(fields, readFieldMask(entry), { mayCreate: true });
  return { change, product: readProduct(fields) };
}

function checkDistinct(entries: readonly Entry[], items: readonly StoresItem[]): void {
  const seen = new Set<string>();
  const problems = items.flatMap(({ id }, i) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    const { path, variantId } = entries[i]!.change.written;
    const rule = { violatedRule: 'CUSTOM', ruleName: 'DUPLICATE_BULK_UPSERT_KEY' } as const;
    const bound = 'of an item that no other entry names';
    return [violation(`${path}.variantId`, variantId, bound, rule)];
  });
  if (problems.length > 0) throw new InvalidFields(problems);
}

function toWrite({ change, product }: Entry, { id, locationId }: StoresItem): BulkWrite {
  const { path, revision } = change.written;
  return {
    id,
    revision,
    path,
    byId: false,
    rowOf: (present) => {
      const row = present
        ? rowOfChange(change, present, 'INVALID_TARGET_QUANTITY')
        : rowOfNew(change, product, locationId);
      return row instanceof Error ? { refusal: row } : { row };
    },
  };
}

/** A mask says what to change: of a new item everything given is taken. */
function rowOfNew(
  { written }: ItemChange,
  product: ItemRow,
  locationId: NonNullable<InventoryItem['locationId']>,
): ItemRow | WixRefusal | InvalidFields {
  const { quantity, inStock, preorder, path } = written;
  const beyond = beyondWire({ quantity: quantity ?? undefined, written });
  if (beyond) return beyond;
  if (quantity == null && inStock == null) {
    const bound = 'given, or inStock: the item is new';
    return invalidField(`${path}.quantity`, quantity, bound, { violatedRule: 'REQUIRED_FIELD' });
  }
  if (quantity != null && quantity < 0) {
    return new WixRefusal('INVALID_TARGET_QUANTITY', undefined, { quantity, presentQuantity: 0 });
  }
  if (quantity == null && preorder.limit != null) {
    const message = 'A preorder limit needs an item that is tracked.';
    return new WixRefusal('PRE_ORDER_VALIDATION', message, { limit: preorder.limit });
  }
  return { ...newRow(written, product), locationId };
}

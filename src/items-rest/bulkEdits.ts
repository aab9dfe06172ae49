import type { MovementCause } from '../core/movement';
import { InventoryError } from '../core/errors';
import { MAX_ITEM_ROWS } from '../inventory/refusedRows';
import { removePresentItems } from '../inventory/removePresentItems';
import { writeItems, type ItemWrite } from '../inventory/writeItems';
import { bulkAnswer, type BulkOutcome } from './bulkAnswer';
import { causeOf } from './causeOf';
import { errorAt } from './errorAt';
import { readFieldMask } from './fieldMask';
import type { FieldReader } from './fieldReader';
import type { InvalidFields } from './fieldViolation';
import { readItemChange, rowOfChange } from './itemChange';
import { readNewItem } from './newItem';
import { readRequest } from './request';
import type { RestCall } from './route';
import { storesItems } from './storesItem';
import { WixRefusal } from './wixRefusal';

/** Entries of a bulk call that writes whole items. */
export const BULK_ENTRIES = { min: 1, max: MAX_ITEM_ROWS } as const;

/** One entry of a bulk call. */
export interface BulkWrite extends ItemWrite<WixRefusal | InvalidFields> {
  /** Where the item is in the request. */
  path: string;
  /** The caller names the item by its id: a refusal names it, too, whether or not it is there. */
  byId: boolean;
}

/** `POST /bulk/inventory-items/create` */
export async function bulkCreate(call: RestCall) {
  const { rows, returnEntity } = readRequest(call, (request) => ({
    rows: request.objects('inventoryItems', BULK_ENTRIES).map(readNewItem),
    returnEntity: request.flag('returnEntity') ?? false,
  }));
  const itemOf = await storesItems(call);
  const exists = new WixRefusal('ITEM_ALREADY_EXISTS');
  const writes = rows.map((row, i): BulkWrite => {
    const { id, locationId } = itemOf(row);
    const path = `inventoryItems[${i}]`;
    const values = { ...row, locationId };
    const rowOf: BulkWrite['rowOf'] = (present) =>
      present ? { refusal: exists } : { row: values };
    return { id, path, byId: false, rowOf };
  });
  return bulkAnswer(await write(call, writes, causeOf(call, 'CREATE'), exists), returnEntity);
}

/** `POST /bulk/inventory-items/update` */
export async function bulkUpdate(call: RestCall) {
  const { writes, returnEntity, cause } = readRequest(call, (request) => ({
    writes: request.objects('inventoryItems', BULK_ENTRIES).map(readUpdate),
    returnEntity: request.flag('returnEntity') ?? false,
    cause: causeOf(call, 'UPDATE', request),
  }));
  const message = 'An entry before this one changes the same item.';
  const repeated = new InventoryError('REVISION_CONFLICT', message);
  return bulkAnswer(await write(call, writes, cause, repeated), returnEntity);
}

function readUpdate(entry: FieldReader): BulkWrite {
  const fields = entry.required('inventoryItem');
  const change = readItemChange(fields, readFieldMask(entry));
  const { id, revision } = change.written;
  if (fields.raw('id') == null) fields.miss('id', 'a GUID');
  if (fields.raw('revision') == null) fields.miss('revision', 'the present one, as text');
  return {
    id: id ?? '',
    revision,
    path: fields.path,
    byId: true,
    rowOf: (present) => {
      if (!present) return { refusal: new WixRefusal('NOT_FOUND') };
      const lowers = 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING';
      const row = rowOfChange(change, present, lowers);
      return row instanceof Error ? { refusal: row } : { row };
    },
  };
}

/** `POST /bulk/inventory-items/delete` */
export async function bulkDelete(call: RestCall) {
  const ids = readRequest(call, (request) => {
    return request.guids('inventoryItemIds', BULK_ENTRIES) ?? [];
  });
  const distinct = [...new Set(ids)];
  const cause = causeOf(call, 'DELETE');
  const removed = new Set(await removePresentItems(call.deps, call.tenantId, distinct, cause));
  // An id that is named again is of an item that is gone by then.
  const outcomes = ids.map((id): BulkOutcome => {
    return removed.delete(id) ? { id } : { id, error: new WixRefusal('NOT_FOUND') };
  });
  return bulkAnswer(outcomes, false);
}

/**
 * Writes the entries of a bulk call, the good ones in one step.
 *
 * @param repeated what becomes of an entry about the item of an earlier one
 */
export async function write(
  { deps, tenantId }: RestCall,
  writes: readonly BulkWrite[],
  cause: MovementCause,
  repeated: WixRefusal | InventoryError,
): Promise<BulkOutcome[]> {
  const places = new Map<string, number>();
  writes.forEach(({ id }, place) => {
    if (!places.has(id)) places.set(id, place);
  });
  const firsts = [...places.values()];
  const outcomes = await writeItems(deps, tenantId, {
    writes: firsts.map((place) => writes[place]!),
    cause,
  });
  const results = writes.map(({ id }): BulkOutcome => ({ id, error: repeated }));
  firsts.forEach((place, i) => {
    const outcome = outcomes[i]!;
    if ('item' in outcome) {
      results[place] = { id: outcome.item.id, item: outcome.item };
      return;
    }
    const { path, byId, id } = writes[place]!;
    const error = 'refusal' in outcome ? outcome.refusal : errorAt(path, outcome.error);
    results[place] = { id: byId || outcome.known ? id : undefined, error };
  });
  return results;
}

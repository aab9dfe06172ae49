import { InventoryError } from '../core/errors';
import { editItems } from '../inventory/editItems';
import { itemsById } from '../inventory/items';
import { removeItems } from '../inventory/removeItems';
import { writeItems } from '../inventory/writeItems';
import { causeOf } from './causeOf';
import { errorAt } from './errorAt';
import { readFieldMask } from './fieldMask';
import { violation } from './fieldViolation';
import { readItemChange, rowOfChange } from './itemChange';
import { readNewItem } from './newItem';
import { idInPath, readRequest } from './request';
import type { RestCall } from './route';
import { wixItem } from '../core/wixItem';
import { WixRefusal } from './wixRefusal';

/** `GET /inventory-items/{id}` */
export async function getItem(call: RestCall) {
  const [item] = await itemsById(call.deps, call.tenantId, [idInPath(call, 'inventoryItemId')]);
  if (!item) throw new WixRefusal('NOT_FOUND');
  return { inventoryItem: wixItem(item) };
}

/** `POST /inventory-items` */
export async function createItem(call: RestCall) {
  const values = readRequest(call, (request) => readNewItem(request.required('inventoryItem')));
  const { items, errors } = await editItems(call.deps, call.tenantId, {
    rows: [{ values }],
    errorPolicy: 'REJECT_ALL',
    contract: 'WIX',
    cause: causeOf(call, 'CREATE'),
  });
  const [error] = errors;
  if (error) {
    const { code, message, field } = error;
    throw errorAt('inventoryItem', new InventoryError(code, message, field ? { field } : {}));
  }
  const [item] = items;
  // Somebody has deleted it since.
  if (!item) throw new WixRefusal('NOT_FOUND');
  return { inventoryItem: wixItem(item) };
}

/** `PATCH /inventory-items/{id}` */
export async function updateItem(call: RestCall) {
  const id = idInPath(call, 'inventoryItem.id');
  const { change, revision, cause } = readRequest(call, (request) => {
    const fields = request.required('inventoryItem');
    const change = readItemChange(fields, readFieldMask(request));
    const { written } = change;
    if (written.id != null && written.id !== id) {
      const rule = { violatedRule: 'OTHER' } as const;
      request.problems.push(violation(fields.at('id'), written.id, `${id}, as in the path`, rule));
    }
    if (fields.raw('revision') == null) fields.miss('revision', 'the present one, as text');
    return { change, revision: written.revision, cause: causeOf(call, 'UPDATE', request) };
  });
  const lowers = 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE_DECREASING';
  const [outcome] = await writeItems(call.deps, call.tenantId, {
    writes: [
      {
        id,
        revision,
        rowOf: (present) => {
          if (!present) return { refusal: new WixRefusal('NOT_FOUND') };
          const row = rowOfChange(change, present, lowers);
          return row instanceof Error ? { refusal: row } : { row };
        },
      },
    ],
    cause,
  });
  if ('refusal' in outcome!) throw outcome.refusal;
  if ('error' in outcome!) throw asNotFound(errorAt('inventoryItem', outcome.error));
  return { inventoryItem: wixItem(outcome!.item) };
}

/** `DELETE /inventory-items/{id}` */
export async function deleteItem(call: RestCall) {
  const id = idInPath(call, 'inventoryItemId');
  const cause = causeOf(call, 'DELETE');
  const remove = { items: [{ id }], errorPolicy: 'REJECT_ALL', cause } as const;
  const { errors } = await removeItems(call.deps, call.tenantId, remove);
  // It is named by its id alone: nothing else can be wrong.
  if (errors.length > 0) throw new WixRefusal('NOT_FOUND');
  return {};
}

/** Of one item it is a 404; in a bulk result, and by variant, Wix gives 428. */
function asNotFound(error: unknown): unknown {
  const unknown = error instanceof InventoryError && error.code === 'UNKNOWN_ITEM';
  return unknown ? new WixRefusal('NOT_FOUND') : error;
}

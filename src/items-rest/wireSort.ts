import type { ItemQuerySort } from '../core/itemQueryOrder';
import { invalidField } from './fieldViolation';
import { wireField, wireFieldNames } from './wireFields';
import { asList, asObject, asText, asWord, refuseOthers } from './wirePayload';

/** Steps of an order, at the most (Wix Inventory Items V3). */
const MAX_STEPS = 10;
const MAX_NAME_LENGTH = 512;

/**
 * Reads a list of `{fieldName, order}`; order is ASC when absent.
 *
 * @returns undefined when it has no steps: the default order
 * @throws InventoryError INVALID_INPUT
 */
export function parseSort(sort: unknown, path: string): ItemQuerySort[] | undefined {
  const steps = asList(sort, path, MAX_STEPS).map((entry, i) => readStep(entry, `${path}[${i}]`));
  return steps.length > 0 ? steps : undefined;
}

function readStep(entry: unknown, path: string): ItemQuerySort {
  const step = asObject(entry, path);
  refuseOthers(step, path, ['fieldName', 'order']);
  const name = asText(step['fieldName'], `${path}.fieldName`, MAX_NAME_LENGTH);
  const known = name === undefined ? undefined : wireField(name);
  if (!known?.sortable) {
    const names = wireFieldNames.filter((each) => wireField(each)?.sortable).join(', ');
    throw invalidField(`${path}.fieldName`, name, `one of ${names}`, { violatedRule: 'OTHER' });
  }
  const order = asWord(step['order'], `${path}.order`, ['ASC', 'DESC']);
  return { field: known.field, descending: order === 'DESC' };
}

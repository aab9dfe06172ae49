import type { QuerySort } from '../core/queryOrder';
import { invalidField } from './fieldViolation';
import type { WireFields } from './wireFields';
import { asList, asObject, asText, asWord, refuseOthers } from './wirePayload';

const MAX_NAME_LENGTH = 512;

/**
 * Reads a list of `{fieldName, order}`; order is ASC when absent.
 *
 * @param most steps, at the most
 * @returns undefined when it has no steps: the default order
 * @throws InventoryError INVALID_INPUT
 */
export function parseSort<Field extends string>(
  fields: WireFields<Field>,
  sort: unknown,
  path: string,
  most: number,
): QuerySort<Field>[] | undefined {
  const steps = asList(sort, path, most).map((entry, i) =>
    readStep(fields, entry, `${path}[${i}]`),
  );
  return steps.length > 0 ? steps : undefined;
}

function readStep<Field extends string>(
  fields: WireFields<Field>,
  entry: unknown,
  path: string,
): QuerySort<Field> {
  const step = asObject(entry, path);
  refuseOthers(step, path, ['fieldName', 'order']);
  const name = asText(step['fieldName'], `${path}.fieldName`, MAX_NAME_LENGTH);
  const known = name === undefined ? undefined : fields.find(name);
  if (!known?.sortable) {
    const names = fields.names.filter((each) => fields.find(each)?.sortable).join(', ');
    throw invalidField(`${path}.fieldName`, name, `one of ${names}`, { violatedRule: 'OTHER' });
  }
  const order = asWord(step['order'], `${path}.order`, ['ASC', 'DESC']);
  return { field: known.field, descending: order === 'DESC' };
}

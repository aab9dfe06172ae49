import { InventoryError, invalidInput } from '../core/errors';
import { normalizeId } from '../core/catalog';
import { isGuid, NIL_GUID } from '../core/identity';
import type { ItemFilter, NumberRange } from '../core/itemFilter';
import type { InventoryItemFilterInput, IntRangeInput, TimeRangeInput } from './item.input';

const MAX_CONDITIONS = 50;
const MAX_DEPTH = 10;
const MAX_ENTRIES = 1000;
const MAX_TEXT_LENGTH = 100;

/** How much of a filter's bounds is used up. */
interface Used {
  conditions: number;
  entries: number;
}

/**
 * A filter of the schema as the use case takes it: null is as good as absent.
 *
 * @throws InventoryError INVALID_INPUT when it is too large, or a GUID is none
 */
export function toItemFilter(
  input: InventoryItemFilterInput,
  field = 'filter',
  used: Used = { conditions: 0, entries: 0 },
  depth = 1,
): ItemFilter {
  if (depth > MAX_DEPTH) throw invalidInput(field, depth, `at most ${MAX_DEPTH} deep`);
  const present = Object.values(input).filter((value) => value !== undefined && value !== null);
  used.conditions += present.length;
  used.entries += present.reduce<number>((sum, v) => sum + (Array.isArray(v) ? v.length : 0), 0);
  if (used.conditions > MAX_CONDITIONS) {
    throw invalidInput(field, used.conditions, `at most ${MAX_CONDITIONS} conditions`);
  }
  if (used.entries > MAX_ENTRIES) {
    throw invalidInput(field, used.entries, `at most ${MAX_ENTRIES} list entries`);
  }
  const nested = (part: InventoryItemFilterInput, name: string) =>
    toItemFilter(part, `${field}.${name}`, used, depth + 1);
  const parts: Record<keyof ItemFilter, unknown> = {
    ids: guids(input.ids, `${field}.ids`),
    productIds: input.productIds?.map(normalizeId),
    variantIds: guids(input.variantIds, `${field}.variantIds`)?.map((id) =>
      id === NIL_GUID ? null : id,
    ),
    skus: input.skus,
    locationIds: guids(input.locationIds, `${field}.locationIds`),
    statuses: input.statuses,
    tracked: input.tracked,
    lowStock: input.lowStock,
    quantity: numbers(input.quantity),
    available: numbers(input.available),
    created: times(input.created),
    updated: times(input.updated),
    text: boundedText(input.text, `${field}.text`),
    and: input.and?.map((part, i) => nested(part, `and[${i}]`)),
    or: input.or?.map((part, i) => nested(part, `or[${i}]`)),
    not: input.not ? nested(input.not, 'not') : undefined,
  };
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined && value !== null),
  );
}

/**
 * Ids that must be GUIDs, lower-cased.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function guids(
  ids: readonly string[] | null | undefined,
  field: string,
): string[] | undefined {
  return ids?.map((id, i) => {
    if (!isGuid(id)) throw invalidInput(`${field}[${i}]`, id, 'a GUID');
    return id.toLowerCase();
  });
}

function numbers(range: IntRangeInput | null | undefined): NumberRange | undefined {
  if (!range) return undefined;
  return { ...bound('min', range.min), ...bound('max', range.max) };
}

function times(range: TimeRangeInput | null | undefined): NumberRange | undefined {
  if (!range) return undefined;
  return { ...bound('min', range.from?.getTime()), ...bound('max', range.to?.getTime()) };
}

function bound(name: 'min' | 'max', value: number | null | undefined): NumberRange {
  return value === undefined || value === null ? {} : { [name]: value };
}

function boundedText(text: string | null | undefined, field: string): string | undefined {
  if (text === undefined || text === null) return undefined;
  if (text.length <= MAX_TEXT_LENGTH) return text;
  const message = `${field} must be up to ${MAX_TEXT_LENGTH} characters, got ${text.length}`;
  throw new InventoryError('INVALID_INPUT', message, { field });
}

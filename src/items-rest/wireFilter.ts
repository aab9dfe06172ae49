import { normalizeId } from '../core/catalog';
import type { Condition, FieldCondition, FieldValue } from '../core/condition';
import type { ItemCondition } from '../core/itemQuery';
import { UTC, type TimeZone } from '../core/timeZone';
import { invalidField } from './fieldViolation';
import { parseDate } from './wireDate';
import {
  itemFields,
  operatorsOf,
  operatorSynonyms,
  type Operator,
  type WireField,
  type WireFields,
} from './wireFields';
import { asList, asObject } from './wirePayload';

/** Conditions of a filter, `$and`, `$or` and `$not` included, at the most. */
const MAX_CONDITIONS = 200;
/** How deep `$and`, `$or` and `$not` go, at the most. */
const MAX_DEPTH = 10;
/** Values of a list, at the most. */
const MAX_VALUES = 1000;
const MAX_TEXT_LENGTH = 1000;

/** What a filter asks about fields. */
export type WireCondition<Field extends string> = Condition<FieldCondition<Field>>;

/** Where a part of a filter stands, and what all parts share. */
interface Place {
  path: string;
  depth: number;
  used: { conditions: number };
  zone: TimeZone;
}

/**
 * Reads a filter of items.
 *
 * @param path where it stands in the request, such as `query.filter`
 * @param zone of dates that name none
 * @returns undefined when it asks for nothing: all items
 * @throws InventoryError INVALID_INPUT that names field, operator and what is allowed
 */
export function parseFilter(
  filter: unknown,
  path: string,
  zone: TimeZone = UTC,
): ItemCondition | undefined {
  return parseFilterOf(itemFields, filter, path, zone);
}

/**
 * Reads a filter of the Wix API Query Language, about the fields of a table.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function parseFilterOf<Field extends string>(
  fields: WireFields<Field>,
  filter: unknown,
  path: string,
  zone: TimeZone = UTC,
): WireCondition<Field> | undefined {
  const condition = readFilter(fields, filter, { path, depth: 1, used: { conditions: 0 }, zone });
  return 'and' in condition && condition.and.length === 0 ? undefined : condition;
}

function readFilter<Field extends string>(
  fields: WireFields<Field>,
  filter: unknown,
  place: Place,
): WireCondition<Field> {
  const { path, depth } = place;
  if (depth > MAX_DEPTH) throw refused(path, depth, `at most ${MAX_DEPTH} deep`, 'MAX');
  const parts = Object.entries(asObject(filter, path)).map(([key, value]): WireCondition<Field> => {
    const below = { ...place, path: `${path}.${key}` };
    count(below);
    if (key === '$and' || key === '$or') {
      const list = asList(value, below.path, MAX_VALUES).map((part, i) => {
        const inner = { ...below, path: `${below.path}[${i}]`, depth: depth + 1 };
        return readFilter(fields, notArray(part, inner.path), inner);
      });
      return key === '$and' ? allOf(list) : { or: list };
    }
    if (key === '$not') {
      return { not: readFilter(fields, notArray(value, below.path), deeper(below)) };
    }
    const field = fields.find(key);
    if (!field) throw refused(below.path, key, `one of ${fields.names.join(', ')}`, 'OTHER');
    return readField(value, field, below);
  });
  return allOf(parts);
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

function count({ used, path }: Place): void {
  used.conditions += 1;
  if (used.conditions <= MAX_CONDITIONS) return;
  throw refused(path, used.conditions, `one of at most ${MAX_CONDITIONS} conditions`, 'MAX_SIZE');
}

/** A null here would be a filter that lets everything through, or nothing. */
function notArray(value: unknown, path: string): unknown {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw refused(path, value, 'an object', 'FORMAT');
}

function allOf<Field extends string>(parts: readonly WireCondition<Field>[]): WireCondition<Field> {
  const [only] = parts;
  return only && parts.length === 1 ? only : { and: parts };
}

/** A plain value asks for equality, an object for all of its operators. */
function readField<Field extends string>(
  asked: unknown,
  field: WireField<Field>,
  place: Place,
): WireCondition<Field> {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    return readOperator('$eq', asked, field, place);
  }
  const parts = Object.entries(asked as Record<string, unknown>).map(
    ([key, value]): WireCondition<Field> => {
      const below = { ...place, path: `${place.path}.${key}` };
      count(below);
      if (key === '$not') {
        if (place.depth >= MAX_DEPTH)
          throw refused(below.path, key, `at most ${MAX_DEPTH} deep`, 'MAX');
        return { not: readField(notArray(value, below.path), field, deeper(below)) };
      }
      const known = operatorsOf[field.kind];
      const operator = known.find((each) => each === (operatorSynonyms[key] ?? key));
      if (!operator) {
        throw refused(below.path, key, `one of ${known.join(', ')}`, 'OTHER');
      }
      return readOperator(operator, value, field, below);
    },
  );
  if (parts.length === 0) {
    throw refused(place.path, {}, 'a value or at least one operator', 'REQUIRED_FIELD');
  }
  return allOf(parts);
}

function readOperator<Field extends string>(
  operator: Operator,
  value: unknown,
  wireField: WireField<Field>,
  place: Place,
): WireCondition<Field> {
  const { field, kind } = wireField;
  const one = (): FieldValue => readValue(value, wireField, place);
  const many = () =>
    asList(presentList(value, place.path), place.path, MAX_VALUES).map((each, i) =>
      readValue(each, wireField, { ...place, path: `${place.path}[${i}]` }),
    );
  const text = (): string => {
    if (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) return value;
    throw refused(place.path, value, `a text of up to ${MAX_TEXT_LENGTH} characters`, 'FORMAT');
  };
  switch (operator) {
    case '$eq':
      return { field, in: [one()] };
    case '$ne':
      return { not: { field, in: [one()] } };
    case '$in':
    case '$hasSome':
      return { field, in: many() };
    case '$nin':
      return { not: { field, in: many() } };
    case '$hasAll':
      return { field, hasAll: many().map(String) };
    case '$exists':
      return unless<Field>(flag(value, place), { field, in: [null] });
    case '$isEmpty':
      return unless<Field>(!flag(value, place), {
        field,
        in: kind === 'list' ? [null] : [null, ''],
      });
    case '$startsWith':
    case '$endsWith':
    case '$contains':
      return { field, text: PARTS[operator], value: text() };
    default:
      return { field, compare: COMPARISONS[operator], value: comparable(one(), place) };
  }
}

const PARTS = { $startsWith: 'startsWith', $endsWith: 'endsWith', $contains: 'contains' } as const;
const COMPARISONS = { $gt: 'gt', $gte: 'gte', $lt: 'lt', $lte: 'lte' } as const;

function unless<Field extends string>(
  negated: boolean,
  condition: WireCondition<Field>,
): WireCondition<Field> {
  return negated ? { not: condition } : condition;
}

function flag(value: unknown, { path }: Place): boolean {
  if (typeof value === 'boolean') return value;
  throw refused(path, value, 'true or false', 'FORMAT');
}

function presentList(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value;
  throw refused(path, value, 'a list', 'FORMAT');
}

function comparable(value: FieldValue, { path }: Place): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw refused(path, value, 'a value to compare with', 'FORMAT');
}

/** A value of a field's kind; null stands for none. */
function readValue(value: unknown, { kind, words = [] }: WireField, place: Place): FieldValue {
  const { path, zone } = place;
  if (value === null) return null;
  switch (kind) {
    case 'number':
      // JSON may write a number that is beyond all numbers.
      if (Number.isFinite(value)) return value as number;
      throw refused(path, value, 'a number', 'FORMAT');
    case 'flag':
      if (typeof value === 'boolean') return value;
      throw refused(path, value, 'true or false', 'FORMAT');
    case 'date': {
      const ms = typeof value === 'string' ? parseDate(value, zone) : NaN;
      if (!Number.isNaN(ms)) return ms;
      throw refused(path, value, 'a date in ISO 8601', 'FORMAT');
    }
    case 'status': {
      const word = words.find((each) => each === value);
      if (word !== undefined) return word;
      throw refused(path, value, `one of ${words.join(', ')}`, 'FORMAT');
    }
    default:
      if (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) {
        return kind === 'text' ? value : normalizeId(value);
      }
      throw refused(path, value, `a text of up to ${MAX_TEXT_LENGTH} characters`, 'FORMAT');
  }
}

function refused(
  path: string,
  value: unknown,
  bound: string,
  violatedRule: 'FORMAT' | 'MAX' | 'MAX_SIZE' | 'OTHER' | 'REQUIRED_FIELD',
) {
  return invalidField(path, value, bound, { violatedRule });
}

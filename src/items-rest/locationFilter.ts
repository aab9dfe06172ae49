import { invalidField } from './fieldViolation';
import {
  locationField,
  locationFieldNames,
  locationValue,
  type LocationField,
  type LocationValue,
} from './locationFields';
import { operatorsOf, operatorSynonyms, type Operator } from './wireFields';
import { MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES } from './wireFilter';
import { asList, asObject } from './wirePayload';
import type { WireLocation } from './wireLocation';

/** Whether a location is what a filter asks for. */
export type LocationTest = (location: WireLocation) => boolean;

/** Where a part of a filter stands, and how many conditions were read so far. */
interface Place {
  path: string;
  depth: number;
  used: { conditions: number };
}

/**
 * Reads a filter of locations, in the Wix API Query Language.
 *
 * @throws InventoryError INVALID_INPUT that names field, operator and what is allowed
 */
export function parseLocationFilter(filter: unknown, path: string): LocationTest {
  return readFilter(filter, { path, depth: 1, used: { conditions: 0 } });
}

function readFilter(filter: unknown, place: Place): LocationTest {
  if (place.depth > MAX_DEPTH) {
    throw invalidField(place.path, place.depth, `at most ${MAX_DEPTH} deep`, {
      violatedRule: 'MAX',
    });
  }
  const tests = Object.entries(asObject(filter, place.path)).map(([key, value]) => {
    const path = `${place.path}.${key}`;
    const below = { ...place, path, depth: place.depth + 1 };
    count(below);
    if (key === '$not') return negated(readFilter(object(value, path), below));
    if (key === '$and' || key === '$or') {
      const parts = asList(value, path, MAX_VALUES).map((part, i) => {
        return readFilter(object(part, `${path}[${i}]`), { ...below, path: `${path}[${i}]` });
      });
      return key === '$and' ? allOf(parts) : anyOf(parts);
    }
    const field = locationField(key);
    if (field) return readField(value, field, below);
    const bound = `about one of ${locationFieldNames.join(', ')}`;
    throw invalidField(place.path, key, bound, { violatedRule: 'OTHER' });
  });
  return allOf(tests);
}

function count({ used, path }: Place): void {
  used.conditions += 1;
  if (used.conditions <= MAX_CONDITIONS) return;
  const bound = `one of at most ${MAX_CONDITIONS} conditions`;
  throw invalidField(path, used.conditions, bound, { violatedRule: 'MAX_SIZE' });
}

/** A null here would be a filter that lets everything through. */
function object(value: unknown, path: string): unknown {
  if (value !== null && value !== undefined) return value;
  throw invalidField(path, value, 'an object', { violatedRule: 'FORMAT' });
}

/** A plain value asks for equality, an object for all of its operators. */
function readField(asked: unknown, field: LocationField, place: Place): LocationTest {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    return readOperator('$eq', asked, field, place.path);
  }
  const known = operatorsOf[field.kind];
  const tests = Object.entries(asked).map(([key, value]) => {
    const path = `${place.path}.${key}`;
    count({ ...place, path });
    const operator = known.find((each) => each === (operatorSynonyms[key] ?? key));
    if (operator) return readOperator(operator, value, field, path);
    const bound = `asked with one of ${known.join(', ')}`;
    throw invalidField(place.path, key, bound, { violatedRule: 'OTHER' });
  });
  if (tests.length > 0) return allOf(tests);
  const bound = 'a value or at least one operator';
  throw invalidField(place.path, asked, bound, { violatedRule: 'REQUIRED_FIELD' });
}

function readOperator(
  operator: Operator,
  value: unknown,
  field: LocationField,
  path: string,
): LocationTest {
  const { of } = field;
  switch (operator) {
    case '$eq':
    case '$ne': {
      const one = locationValue(value, field, path);
      return (location) => (of(location) === one) === (operator === '$eq');
    }
    case '$in':
    case '$hasSome':
    case '$nin': {
      const values = new Set(list(value, field, path));
      return (location) => values.has(of(location)) === (operator !== '$nin');
    }
    case '$exists':
    case '$isEmpty': {
      if (typeof value !== 'boolean') {
        throw invalidField(path, value, 'true or false', { violatedRule: 'FORMAT' });
      }
      const wanted = (operator === '$exists') === value;
      return (location) => (of(location) !== null) === wanted;
    }
    case '$startsWith':
    case '$endsWith':
    case '$contains':
      return textTest(operator, value, field, path);
    default:
      return orderTest(operator, value, field, path);
  }
}

function list(value: unknown, field: LocationField, path: string): LocationValue[] {
  if (!Array.isArray(value)) throw invalidField(path, value, 'a list', { violatedRule: 'FORMAT' });
  return asList(value, path, MAX_VALUES).map((one, i) => {
    return locationValue(one, field, `${path}[${i}]`);
  });
}

const PARTS = { $startsWith: 'startsWith', $endsWith: 'endsWith', $contains: 'includes' } as const;

/** Case does not matter. */
function textTest(
  operator: keyof typeof PARTS,
  value: unknown,
  field: LocationField,
  path: string,
): LocationTest {
  if (typeof value !== 'string') {
    throw invalidField(path, value, 'a text', { violatedRule: 'FORMAT' });
  }
  const part = value.toLowerCase();
  return (location) => {
    const text = field.of(location);
    return typeof text === 'string' && text.toLowerCase()[PARTS[operator]](part);
  };
}

function orderTest(
  operator: Operator,
  value: unknown,
  field: LocationField,
  path: string,
): LocationTest {
  const bound = locationValue(value, field, path);
  if (bound === null) {
    throw invalidField(path, value, 'a value to compare with', { violatedRule: 'FORMAT' });
  }
  return (location) => {
    const present = field.of(location);
    if (present === null) return false;
    if (operator === '$gt') return present > bound;
    if (operator === '$gte') return present >= bound;
    return operator === '$lt' ? present < bound : present <= bound;
  };
}

function allOf(tests: readonly LocationTest[]): LocationTest {
  return (location) => tests.every((test) => test(location));
}

function anyOf(tests: readonly LocationTest[]): LocationTest {
  return (location) => tests.some((test) => test(location));
}

function negated(test: LocationTest): LocationTest {
  return (location) => !test(location);
}

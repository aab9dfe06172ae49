import type {
  AggregationRange,
  ItemAggregation,
  ItemGrouping,
  ScalarAggregation,
} from '../core/itemAggregation';
import { scalars } from '../core/itemAggregation';
import type { FieldValue } from '../core/condition';
import { intervals, type TimeZone } from '../core/timeZone';
import { invalidField } from './fieldViolation';
import { itemFields, type FieldKind } from './wireFields';
import {
  asList,
  asObject,
  asText,
  asWhole,
  asWord,
  refuseOthers,
  type Payload,
} from './wirePayload';

const MAX_AGGREGATIONS = 10;
const MAX_NAME_LENGTH = 100;
const MAX_PATH_LENGTH = 200;
const MAX_RANGES = 50;
const MAX_GROUPS = 250;
const DEFAULT_GROUPS = 10;
const MAX_BUCKET_LENGTH = 20;
const LEVELS = [2, 3] as const;

const LEVEL_TYPES = ['VALUE', 'RANGE', 'SCALAR', 'DATE_HISTOGRAM'] as const;
const TYPES = [...LEVEL_TYPES, 'NESTED'] as const;

/** One level of an aggregation, with its words for the answer. */
export interface WireLevel {
  name: string;
  type: (typeof LEVEL_TYPES)[number];
  fieldPath: string;
  kind: FieldKind;
  level: ItemGrouping | ScalarAggregation;
}

/** An aggregation as it was asked for. */
export interface WireAggregation {
  name: string;
  type: (typeof TYPES)[number];
  fieldPath: string;
  levels: readonly WireLevel[];
  asked: ItemAggregation;
  zone: TimeZone;
}

/**
 * Reads the aggregations of a search (Wix: Aggregation).
 *
 * @param zone whose days a date histogram counts
 * @throws InventoryError INVALID_INPUT
 */
export function parseAggregations(list: unknown, path: string, zone: TimeZone): WireAggregation[] {
  return asList(list, path, MAX_AGGREGATIONS).map((entry, i) =>
    readAggregation(asObject(entry, `${path}[${i}]`), `${path}[${i}]`, zone),
  );
}

function readAggregation(asked: Payload, path: string, zone: TimeZone): WireAggregation {
  if (asked['groupBy'] !== undefined && asked['groupBy'] !== null) {
    throw invalidField(`${path}.groupBy`, asked['groupBy'], 'absent: ask for nested', {
      violatedRule: 'OTHER',
    });
  }
  const type = asWord(asked['type'], `${path}.type`, TYPES);
  if (type !== 'NESTED') {
    const only = readLevel(asked, path, zone);
    return { ...only, levels: [only], asked: [only.level], zone };
  }
  const name = asText(asked['name'], `${path}.name`, MAX_NAME_LENGTH) ?? '';
  const inner = `${path}.nested.nestedAggregations`;
  const entries = asList(
    asObject(asked['nested'], `${path}.nested`)['nestedAggregations'],
    inner,
    LEVELS[1],
  );
  if (entries.length < LEVELS[0]) {
    throw invalidField(inner, entries.length, `${LEVELS.join('..')} aggregations`, {
      violatedRule: 'MIN_SIZE',
      data: { threshold: LEVELS[0] },
    });
  }
  const levels = entries.map((entry, i) =>
    readLevel(asObject(entry, `${inner}[${i}]`), `${inner}[${i}]`, zone),
  );
  levels.forEach((level, i) => {
    boundNested(level, `${inner}[${i}]`, levels, i);
  });
  const fieldPath = asText(asked['fieldPath'], `${path}.fieldPath`, MAX_PATH_LENGTH) ?? '';
  return { name, type, fieldPath, levels, asked: levels.map(({ level }) => level), zone };
}

/** A number groups nothing, and answers are told apart by name. */
function boundNested(
  { type, name }: WireLevel,
  path: string,
  all: readonly WireLevel[],
  i: number,
) {
  if (type === 'SCALAR' && i < all.length - 1) {
    throw invalidField(`${path}.type`, type, 'the last one', { violatedRule: 'OTHER' });
  }
  if (name === '' || all.findIndex((other) => other.name === name) < i) {
    throw invalidField(`${path}.name`, name, 'a name of its own', { violatedRule: 'OTHER' });
  }
}

function readLevel(asked: Payload, path: string, zone: TimeZone): WireLevel {
  const type = asWord(asked['type'], `${path}.type`, LEVEL_TYPES);
  if (!type) {
    throw invalidField(`${path}.type`, asked['type'], `one of ${TYPES.join(', ')}`, {
      violatedRule: 'REQUIRED_FIELD',
    });
  }
  const name = asText(asked['name'], `${path}.name`, MAX_NAME_LENGTH) ?? '';
  const fieldPath = asText(asked['fieldPath'], `${path}.fieldPath`, MAX_PATH_LENGTH) ?? '';
  const known = itemFields.find(fieldPath);
  if (!known) {
    throw invalidField(`${path}.fieldPath`, fieldPath, `one of ${itemFields.names.join(', ')}`, {
      violatedRule: 'OTHER',
    });
  }
  const { field, kind } = known;
  const bound = (kinds: readonly FieldKind[], what: string) => {
    if (kinds.includes(kind)) return;
    throw invalidField(`${path}.fieldPath`, fieldPath, what, { violatedRule: 'OTHER' });
  };
  const said = { name, type, fieldPath, kind };
  switch (type) {
    case 'VALUE':
      return { ...said, level: readValue(asked['value'], `${path}.value`, known) };
    case 'RANGE': {
      bound(['number', 'date'], 'a number or a date');
      const ranges = readRanges(asked['range'], `${path}.range`);
      return { ...said, level: { kind: 'ranges', field, ranges } };
    }
    case 'SCALAR': {
      const details = asObject(asked['scalar'], `${path}.scalar`);
      const scalar = requiredWord(details['type'], `${path}.scalar.type`, scalars);
      if (scalar === 'SUM' || scalar === 'AVG') bound(['number'], `a number to take ${scalar} of`);
      else if (scalar !== 'COUNT_DISTINCT') bound(['number', 'date'], 'a number or a date');
      return { ...said, level: { kind: 'scalar', field, scalar } };
    }
    case 'DATE_HISTOGRAM': {
      bound(['date'], 'a date');
      const details = asObject(asked['dateHistogram'], `${path}.dateHistogram`);
      const interval = requiredWord(
        details['interval'],
        `${path}.dateHistogram.interval`,
        intervals,
      );
      return { ...said, level: { kind: 'times', field, interval, zone } };
    }
  }
}

function requiredWord<T extends string>(value: unknown, path: string, words: readonly T[]): T {
  const word = asWord(value, path, words);
  if (word !== undefined) return word;
  throw invalidField(path, value, `one of ${words.join(', ')}`, {
    violatedRule: 'REQUIRED_FIELD',
  });
}

function readValue(
  details: unknown,
  path: string,
  { field, kind }: { field: ItemGrouping['field']; kind: FieldKind },
): ItemGrouping {
  const asked = asObject(details, path);
  const known = ['limit', 'sortType', 'sortDirection', 'missingValues', 'includeOptions'];
  refuseOthers(asked, path, known);
  const limit = asWhole(asked['limit'], `${path}.limit`, [1, MAX_GROUPS]) ?? DEFAULT_GROUPS;
  const sortType = asWord(asked['sortType'], `${path}.sortType`, ['COUNT', 'VALUE']) ?? 'COUNT';
  const direction = asWord(asked['sortDirection'], `${path}.sortDirection`, ['ASC', 'DESC']);
  const missing = asWord(asked['missingValues'], `${path}.missingValues`, ['EXCLUDE', 'INCLUDE']);
  const options = asObject(asked['includeOptions'], `${path}.includeOptions`);
  const bucket = asText(
    options['addToBucket'],
    `${path}.includeOptions.addToBucket`,
    MAX_BUCKET_LENGTH,
  );
  return {
    kind: 'values',
    field,
    limit,
    orderBy: sortType === 'COUNT' ? 'count' : 'value',
    descending: direction === undefined ? sortType === 'COUNT' : direction === 'DESC',
    ...(missing === 'INCLUDE' && { missing: missingBucket(kind, bucket) }),
  };
}

/** Of the field's own type where the name reads so, so that it meets that value's group. */
function missingBucket(kind: FieldKind, name: string | undefined): FieldValue {
  if (kind === 'number') {
    const number = Number(name ?? 0);
    return Number.isNaN(number) ? name! : number;
  }
  if (kind === 'flag')
    return name === undefined || name === 'false' ? false : name === 'true' || name;
  return name ?? 'N/A';
}

function readRanges(details: unknown, path: string): AggregationRange[] {
  const asked = asObject(details, path);
  refuseOthers(asked, path, ['buckets']);
  return asList(asked['buckets'], `${path}.buckets`, MAX_RANGES).map((entry, i) => {
    const place = `${path}.buckets[${i}]`;
    const range = asObject(entry, place);
    refuseOthers(range, place, ['from', 'to']);
    const from = asNumber(range['from'], `${place}.from`);
    const to = asNumber(range['to'], `${place}.to`);
    if (from === undefined && to === undefined) {
      throw invalidField(place, entry, 'a range with from or to', {
        violatedRule: 'REQUIRED_FIELD',
      });
    }
    return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  });
}

function asNumber(value: unknown, path: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isFinite(value)) return value as number;
  throw invalidField(path, value, 'a number', { violatedRule: 'FORMAT' });
}

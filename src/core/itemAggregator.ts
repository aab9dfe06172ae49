import type { FieldValue } from './condition';
import type { InventoryItem } from './item';
import type {
  Aggregated,
  AggregatedGroup,
  ItemAggregation,
  ItemGrouping,
  ScalarAggregation,
  ValueGrouping,
} from './itemAggregation';
import { valueOf, valuesOf } from './itemQuery';
import { compareValues } from './queryOrder';
import { startOfInterval } from './timeZone';

/** Takes items one by one, and says in the end what they come to. */
export interface ItemAggregator {
  take(item: InventoryItem): void;
  result(): Aggregated;
  /** Groups made so far: the memory it takes. */
  groupCount(): number;
}

/** An aggregator that has taken nothing yet. */
export function itemAggregator(levels: ItemAggregation): ItemAggregator {
  const made = { groups: 0 };
  const make = levels.reduceRight<() => Part>(
    (inner, level) =>
      level.kind === 'scalar'
        ? scalarPart(level)
        : groupPart(level, inner === nothing ? undefined : inner, made),
    nothing,
  );
  const root = make();
  return { ...root, groupCount: () => made.groups };
}

type Part = Omit<ItemAggregator, 'groupCount'>;

/** What is within the last level. */
function nothing(): Part {
  return { take: () => undefined, result: () => ({ groups: [] }) };
}

interface Group {
  count: number;
  part: Part | undefined;
}

function groupPart(
  level: ItemGrouping,
  inner: (() => Part) | undefined,
  made: { groups: number },
): () => Part {
  const keysOf = groupKeys(level);
  return () => {
    const groups = new Map<FieldValue, Group>();
    const add = (key: FieldValue, item: InventoryItem) => {
      let group = groups.get(key);
      if (!group) {
        groups.set(key, (group = { count: 0, part: inner?.() }));
        made.groups += 1;
      }
      group.count += 1;
      group.part?.take(item);
    };
    return {
      take: (item) => {
        const keys = keysOf(item);
        if (keys === undefined) return;
        if (typeof keys !== 'object' || keys === null) add(keys, item);
        else for (const key of keys) add(key, item);
      },
      result: () => {
        const found = inOrder(level, groups).map(([key, { count, part }]): AggregatedGroup => ({
          key,
          count,
          ...(part && { within: part.result() }),
        }));
        return { groups: found };
      },
    };
  };
}

/** The group or groups an item belongs to; undefined: none. */
type Keys = FieldValue | readonly FieldValue[] | undefined;

function groupKeys(level: ItemGrouping): (item: InventoryItem) => Keys {
  if (level.kind === 'values') return valueKeys(level);
  const read = valueOf(level.field);
  if (level.kind === 'times') {
    const { interval, zone } = level;
    return (item) => {
      const value = read(item);
      return typeof value === 'number' ? startOfInterval(value, interval, zone) : undefined;
    };
  }
  const ranges = level.ranges.map(({ from = -Infinity, to = Infinity }) => ({ from, to }));
  return (item) => {
    const value = read(item);
    if (typeof value !== 'number') return undefined;
    const place = ranges.findIndex(({ from, to }) => value >= from && value < to);
    return place < 0 ? undefined : place;
  };
}

function valueKeys({ field, missing }: ValueGrouping): (item: InventoryItem) => Keys {
  if (field === 'categoryIds') {
    return ({ categoryIds = [] }) => (categoryIds.length > 0 ? categoryIds : missing);
  }
  const read = valueOf(field);
  return (item) => read(item) ?? missing;
}

function inOrder(
  level: ItemGrouping,
  groups: ReadonlyMap<FieldValue, Group>,
): (readonly [FieldValue, Group])[] {
  if (level.kind === 'ranges') {
    return level.ranges.map((_, place) => [
      place,
      groups.get(place) ?? { count: 0, part: undefined },
    ]);
  }
  if (level.kind === 'times') return [...groups].sort(([a], [b]) => compareValues(a, b));
  return [...groups].sort(valueOrder(level)).slice(0, level.limit);
}

function valueOrder({ orderBy, descending }: ValueGrouping) {
  const sign = descending ? -1 : 1;
  return ([a, { count: x }]: [FieldValue, Group], [b, { count: y }]: [FieldValue, Group]) => {
    if (orderBy === 'value') return sign * compareValues(a, b);
    return x === y ? compareValues(a, b) : sign * (x - y);
  };
}

function scalarPart({ field, scalar }: ScalarAggregation): () => Part {
  const read = valuesOf(field);
  if (scalar === 'COUNT_DISTINCT') {
    return () => {
      const seen = new Set<FieldValue>();
      return {
        take: (item) => {
          for (const value of read(item)) seen.add(value);
        },
        result: () => ({ scalar: seen.size }),
      };
    };
  }
  return () => {
    let [count, sum, least, most] = [0, 0, Infinity, -Infinity];
    return {
      take: (item) => {
        for (const value of read(item)) {
          const number = Number(value);
          count += 1;
          sum += number;
          if (number < least) least = number;
          if (number > most) most = number;
        }
      },
      result: () => {
        if (scalar === 'SUM') return { scalar: sum };
        if (count === 0) return { scalar: null };
        return { scalar: { MIN: least, MAX: most, AVG: sum / count }[scalar] };
      },
    };
  };
}

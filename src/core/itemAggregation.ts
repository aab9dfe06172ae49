import type { FieldValue } from './condition';
import type { ItemField } from './itemQuery';
import type { Interval, TimeZone } from './timeZone';

/** Groups of items by the values of a field. An item of a list is in the group of each entry. */
export interface ValueGrouping {
  kind: 'values';
  field: ItemField;
  /** Groups to give, at the most. */
  limit: number;
  /** Ties of the count are in order of the value. */
  orderBy: 'count' | 'value';
  descending: boolean;
  /** The group of items without a value; undefined: they are left out. */
  missing?: FieldValue;
}

/** From `from`, inclusive, to `to`, exclusive; an absent bound is open. */
export interface AggregationRange {
  from?: number;
  to?: number;
}

/** Groups of items by ranges of a number; an item is in the first range it fits. */
export interface RangeGrouping {
  kind: 'ranges';
  field: ItemField;
  ranges: readonly AggregationRange[];
}

/** Groups of items by the stretch of time that a time lies in, in order; those without are left. */
export interface TimeGrouping {
  kind: 'times';
  field: ItemField;
  interval: Interval;
  zone: TimeZone;
}

/** Ways to make one number of many values. */
export const scalars = ['COUNT_DISTINCT', 'MIN', 'MAX', 'SUM', 'AVG'] as const;
export type Scalar = (typeof scalars)[number];

/** One number of the values of a field. */
export interface ScalarAggregation {
  kind: 'scalar';
  field: ItemField;
  scalar: Scalar;
}

export type ItemGrouping = ValueGrouping | RangeGrouping | TimeGrouping;

/** What is counted within what: groups within groups, and at the end perhaps a number. */
export type ItemAggregation = readonly (ItemGrouping | ScalarAggregation)[];

/** A group that has items, or a range that was asked for. */
export interface AggregatedGroup {
  /** The value, the start of the time, or the place of the range in its list. */
  key: FieldValue;
  /** Items. */
  count: number;
  /** What the next level found among them; absent at the last one. */
  within?: Aggregated;
}

/** What one level found. */
export type Aggregated =
  | { groups: readonly AggregatedGroup[] }
  /** Null where no item has a value. */
  | { scalar: number | null };

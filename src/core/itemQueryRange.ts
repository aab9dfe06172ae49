import type { ItemCondition, ItemField } from './itemQuery';

/** Values from `min` to `max`, both inclusive; an absent bound is open. */
export interface ValueRange {
  min?: string | number;
  max?: string | number;
}

/**
 * A range in which the field's value of every item lies that a condition holds for. It may be wider
 * than needed; without a bound nothing is known. Where there is one, the items have a value.
 */
export function rangeOf(condition: ItemCondition, field: ItemField): ValueRange {
  if ('and' in condition) {
    return condition.and
      .map((part) => rangeOf(part, field))
      .reduce((all, part) => overlapOf(all, part), {});
  }
  if (!('field' in condition) || condition.field !== field) return {};
  if ('compare' in condition) {
    const { compare, value } = condition;
    return compare === 'lt' || compare === 'lte' ? { max: value } : { min: value };
  }
  if (!('in' in condition) || condition.in.length !== 1) return {};
  const [only] = condition.in;
  if (typeof only !== 'string' && typeof only !== 'number') return {};
  return { min: only, max: only };
}

function overlapOf(a: ValueRange, b: ValueRange): ValueRange {
  const least = [a.min, b.min].filter((value) => value !== undefined);
  const most = [a.max, b.max].filter((value) => value !== undefined);
  const min = least.reduce((one, other) => (other > one ? other : one), least[0] ?? '');
  const max = most.reduce((one, other) => (other < one ? other : one), most[0] ?? '');
  return { ...(least.length > 0 && { min }), ...(most.length > 0 && { max }) };
}

import { normalizeId } from '../core/catalog';
import type { MovementFilter } from '../inventory/movementFilter';
import type { MovementFilterInput } from './history.input';
import type { TimeRangeInput } from './item.input';

/** A filter of the schema as the use case takes it: null is as good as absent. */
export function toMovementFilter(input: MovementFilterInput): MovementFilter {
  const { productIds, time, ...rest } = input;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null)),
    ...(productIds && { productIds: productIds.map(normalizeId) }),
    ...(time && { time: toTimes(time) }),
  };
}

/** A range of times in ms since 1970, both inclusive; an absent bound is none. */
export function toTimes({ from, to }: TimeRangeInput): { min?: number; max?: number } {
  return { ...(from && { min: from.getTime() }), ...(to && { max: to.getTime() }) };
}

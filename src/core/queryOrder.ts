import type { FieldValue } from './condition';

/** One step of an order: a field, and which way. */
export interface QuerySort<Field extends string> {
  field: Field;
  descending: boolean;
}

/** A place in an order: the values it is ordered by, and the id that breaks ties. */
export interface QueryPlace {
  values: readonly FieldValue[];
  id: string;
}

/** Compares two of anything: below zero when the first comes first. */
export type Compare<A, B = A> = (a: A, b: B) => number;

/** A total order. */
export interface QueryOrder<Thing> {
  placeOf(thing: Thing): QueryPlace;
  /** Something with a place, without making its own. */
  compareThing: Compare<Thing, QueryPlace>;
  comparePlaces: Compare<QueryPlace>;
}

/**
 * Compares two values of a field. Null comes before all others, texts are in order of their code
 * units, false comes before true.
 */
export function compareValues(a: FieldValue, b: FieldValue): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a !== typeof b) return String(a) < String(b) ? -1 : 1;
  return a < b ? -1 : 1;
}

/**
 * The order of some steps; ties are broken by id, the way of the last step.
 *
 * @param valueOf how a field's value is read
 */
export function queryOrder<Field extends string, Thing extends { id: string }>(
  sort: readonly QuerySort<Field>[],
  valueOf: (field: Field) => (thing: Thing) => FieldValue,
): QueryOrder<Thing> {
  const steps = sort.map(({ field, descending }) => ({
    read: valueOf(field),
    sign: descending ? -1 : 1,
  }));
  const idSign = steps.at(-1)?.sign ?? 1;
  const compareIds = (a: string, b: string) => (a === b ? 0 : a < b ? -idSign : idSign);
  return {
    placeOf: (thing) => ({ values: steps.map(({ read }) => read(thing)), id: thing.id }),
    compareThing: (thing, place) => {
      for (let i = 0; i < steps.length; i += 1) {
        const { read, sign } = steps[i]!;
        const compared = compareValues(read(thing), place.values[i]!);
        if (compared !== 0) return sign * compared;
      }
      return compareIds(thing.id, place.id);
    },
    comparePlaces: (a, b) => {
      for (let i = 0; i < steps.length; i += 1) {
        const compared = compareValues(a.values[i]!, b.values[i]!);
        if (compared !== 0) return steps[i]!.sign * compared;
      }
      return compareIds(a.id, b.id);
    },
  };
}

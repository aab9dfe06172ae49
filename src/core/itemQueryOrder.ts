import type { InventoryItem } from './item';
import { valueOf, type FieldValue, type ItemField } from './itemQuery';

/** One step of an order: a field, and which way. */
export interface ItemQuerySort {
  field: ItemField;
  descending: boolean;
}

/** A place in an order: the values it is ordered by, and the id that breaks ties. */
export interface ItemQueryPlace {
  values: readonly FieldValue[];
  id: string;
}

/** Compares two of anything: below zero when the first comes first. */
export type Compare<A, B = A> = (a: A, b: B) => number;

/** A total order of items. */
export interface ItemQueryOrder {
  placeOf(item: InventoryItem): ItemQueryPlace;
  /** An item with a place, without making its own. */
  compareItem: Compare<InventoryItem, ItemQueryPlace>;
  comparePlaces: Compare<ItemQueryPlace>;
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

/** The order of some steps; ties are broken by id, the way of the last step. */
export function itemQueryOrder(sort: readonly ItemQuerySort[]): ItemQueryOrder {
  const steps = sort.map(({ field, descending }) => ({
    read: valueOf(field),
    sign: descending ? -1 : 1,
  }));
  const idSign = steps.at(-1)?.sign ?? 1;
  const compareIds = (a: string, b: string) => (a === b ? 0 : a < b ? -idSign : idSign);
  return {
    placeOf: (item) => ({ values: steps.map(({ read }) => read(item)), id: item.id }),
    compareItem: (item, place) => {
      for (let i = 0; i < steps.length; i += 1) {
        const { read, sign } = steps[i]!;
        const compared = compareValues(read(item), place.values[i]!);
        if (compared !== 0) return sign * compared;
      }
      return compareIds(item.id, place.id);
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

import type { FieldValue } from '../core/condition';
import { wireFields } from './wireFields';
import type { WireLocation } from './wireLocation';

/** How the fields of a location are read to compare them. Dates are ms since 1970. */
const VALUES = {
  id: ({ id }) => id,
  created: ({ createdDate }) => momentOf(createdDate),
  updated: ({ updatedDate }) => momentOf(updatedDate),
  isDefault: ({ defaultLocation }) => defaultLocation,
  type: ({ locationType }) => locationType,
  name: ({ name }) => name,
} as const satisfies Record<string, (location: WireLocation) => FieldValue>;

export type LocationField = keyof typeof VALUES;

const TYPES: readonly WireLocation['locationType'][] = ['VIRTUAL', 'PHYSICAL'];

/** The fields of locations that can be filtered and sorted by (Wix Stores Locations V3). */
export const locationFields = wireFields<LocationField>({
  id: { field: 'id', kind: 'guid', sortable: false },
  wixLocationId: { field: 'id', kind: 'guid', sortable: false },
  createdDate: { field: 'created', kind: 'date', sortable: true },
  updatedDate: { field: 'updated', kind: 'date', sortable: true },
  defaultLocation: { field: 'isDefault', kind: 'flag', sortable: true },
  locationType: { field: 'type', kind: 'status', sortable: true, words: TYPES },
  name: { field: 'name', kind: 'text', sortable: true },
});

/** A location's value of a field; null: nobody created it. */
export function locationValueOf(field: LocationField): (location: WireLocation) => FieldValue {
  return VALUES[field];
}

function momentOf(date: string | undefined): number | null {
  return date === undefined ? null : Date.parse(date);
}

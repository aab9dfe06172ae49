import { UTC } from '../core/timeZone';
import { invalidField } from './fieldViolation';
import { parseDate } from './wireDate';
import type { FieldKind } from './wireFields';
import type { WireLocation } from './wireLocation';

/** What a location's field may hold, in a form that can be compared; null: nothing. */
export type LocationValue = string | boolean | null;

/** A field that locations are queried by (Wix Stores Locations V3). */
export interface LocationField {
  kind: Extract<FieldKind, 'guid' | 'text' | 'date' | 'flag' | 'status'>;
  sortable: boolean;
  of: (location: WireLocation) => LocationValue;
}

const FIELDS: Readonly<Record<string, LocationField>> = {
  id: { kind: 'guid', sortable: false, of: ({ id }) => id },
  wixLocationId: { kind: 'guid', sortable: false, of: ({ wixLocationId }) => wixLocationId },
  createdDate: { kind: 'date', sortable: true, of: ({ createdDate }) => createdDate ?? null },
  updatedDate: { kind: 'date', sortable: true, of: ({ updatedDate }) => updatedDate ?? null },
  defaultLocation: { kind: 'flag', sortable: true, of: ({ defaultLocation }) => defaultLocation },
  locationType: { kind: 'status', sortable: true, of: ({ locationType }) => locationType },
  name: { kind: 'text', sortable: true, of: ({ name }) => name },
};

/** Their names. */
export const locationFieldNames: readonly string[] = Object.keys(FIELDS);

/** A field by its name; undefined when there is none. */
export function locationField(name: string): LocationField | undefined {
  return Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
}

const MAX_TEXT_LENGTH = 1000;

/**
 * A value to compare a field with: dates as they are on the wire, GUIDs in lower case.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function locationValue(
  value: unknown,
  { kind }: LocationField,
  path: string,
): LocationValue {
  if (value === null) return null;
  if (kind === 'flag') {
    if (typeof value === 'boolean') return value;
    throw invalidField(path, value, 'true or false', { violatedRule: 'FORMAT' });
  }
  if (typeof value !== 'string' || value.length > MAX_TEXT_LENGTH) {
    const bound = `a text of up to ${MAX_TEXT_LENGTH} characters`;
    throw invalidField(path, value, bound, { violatedRule: 'FORMAT' });
  }
  if (kind === 'guid') return value.toLowerCase();
  if (kind !== 'date') return value;
  const ms = parseDate(value, UTC);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw invalidField(path, value, 'a date in ISO 8601', { violatedRule: 'FORMAT' });
}

import type { Location } from '../core/location';

/** A location as Wix's clients know it (Wix Stores Locations V3). */
export interface WireLocation {
  /** GUID. */
  id: string;
  /** A whole number as text; `0` while nobody created the location. */
  revision: string;
  /** ISO 8601, UTC. Both are absent while nobody created the location. */
  createdDate?: string;
  updatedDate?: string;
  /** The hub's locations have one id. */
  wixLocationId: string;
  /** VIRTUAL: nobody created it, it is just where stock without a location is. */
  locationType: 'VIRTUAL' | 'PHYSICAL';
  name: string;
  defaultLocation: boolean;
}

/** Name of the default location while nobody created it. */
const IMPLIED_NAME = 'Default location';

/** A location on the wire. */
export function wireLocation(location: Location): WireLocation {
  const { id, name, createdDate, updatedDate, isDefault } = location;
  return {
    id,
    revision: String(location.revision),
    ...(createdDate !== null && { createdDate: new Date(createdDate).toISOString() }),
    ...(updatedDate !== null && { updatedDate: new Date(updatedDate).toISOString() }),
    wixLocationId: id,
    locationType: createdDate === null ? 'VIRTUAL' : 'PHYSICAL',
    name: name ?? IMPLIED_NAME,
    defaultLocation: isDefault,
  };
}

import type { Location as CoreLocation } from '../core/location';
import type { Location } from './location.type';

/** A location in the words of the schema. */
export function presentLocation(location: CoreLocation): Location {
  const { createdDate, updatedDate } = location;
  return {
    ...location,
    createdDate: createdDate === null ? null : new Date(createdDate),
    updatedDate: updatedDate === null ? null : new Date(updatedDate),
  };
}

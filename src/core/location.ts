/** A place that holds stock, as it is stored. */
export interface StoredLocation {
  /** 1..150 characters. */
  name: string;
  active: boolean;
  /** Rises by one per change; 1 when created. */
  revision: number;
  /** Redis time, ms since 1970. */
  createdDate: number;
  updatedDate: number;
}

/** A location as users know it. */
export interface Location extends Omit<StoredLocation, 'name' | 'createdDate' | 'updatedDate'> {
  /** GUID. */
  id: string;
  /** Whether lines that name no location mean this one. */
  isDefault: boolean;
  /** Null, as the dates are, while nobody created it: items or the settings just name it. */
  name: string | null;
  createdDate: number | null;
  updatedDate: number | null;
}

/** Most locations of a tenant. */
export const MAX_LOCATIONS = 1000;
export const LOCATION_NAME_MAX = 150;

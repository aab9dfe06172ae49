import { InventoryError } from '../core/errors';
import type { StoredLocation } from '../core/location';
import { readLocations } from '../redis/reads';
import type { InventoryDeps } from './deps';

/**
 * Ids of the locations that were closed.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function closedLocations(
  { redis }: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
): Promise<ReadonlySet<string>> {
  const stored = [...(await readLocations(redis, tenantId))];
  const closed = stored.filter(([, text]) => !(JSON.parse(text) as StoredLocation).active);
  return new Set(closed.map(([id]) => id));
}

/** A LOCATION_CLOSED that names the id. */
export function locationClosed(id: string, field: string): InventoryError {
  return new InventoryError('LOCATION_CLOSED', `The location ${id} is closed.`, { field });
}

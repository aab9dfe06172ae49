import { noSuchLocation, tenantLocations } from '../inventory/locations';
import { queryLocations } from './locationQuery';
import { idInPath } from './request';
import type { RestCall } from './route';
import { wireLocation } from './wireLocation';
import { readPayload } from './wirePayload';

/** `GET /locations/{id}` */
export async function getLocation(call: RestCall) {
  const id = idInPath(call, 'storesLocationId');
  const { all } = await tenantLocations(call.deps, call.tenantId);
  const location = all.find((other) => other.id === id);
  if (!location) throw noSuchLocation(id, 'storesLocationId');
  return { storesLocation: wireLocation(location) };
}

/** `GET /locations/default`: a tenant always has one, created by somebody or not. */
export async function getDefaultLocation({ deps, tenantId }: RestCall) {
  const { all } = await tenantLocations(deps, tenantId);
  const location = all.find(({ isDefault }) => isDefault);
  return { storesLocation: wireLocation(location!) };
}

/** `POST /locations/query` */
export async function queryStoresLocations(call: RestCall) {
  const payload = readPayload(call, ['query']);
  const { all } = await tenantLocations(call.deps, call.tenantId);
  return queryLocations(call, all.map(wireLocation), payload['query']);
}

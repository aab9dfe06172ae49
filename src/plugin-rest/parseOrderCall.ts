import { readCatalogReference, type CatalogIdentityOptions } from '../core/catalog';
import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, parseTenantId } from '../core/identity';
import { orderReasons, type OrderReason } from '../core/movement';
import { isWholeNumber, MAX_LINES } from '../core/quantity';
import { actorOf } from '../core/wixIdentity';
import type { OrderCall, OrderLine } from '../inventory/moveForOrder';

/** Most units of a line (Wix inventory service plugin: quantity 1..100000). */
const LINE_QUANTITY_MAX = 100_000;
const REQUEST_ID_MAX = 256;

/** Component type of the plugin, compared in lower case as Wix' SDK does. */
const COMPONENT = 'ecom_inventory';

type Fields = Readonly<Record<string, unknown>>;

/** What the signed envelope says of a call, before its content is looked at. */
export interface CallMetadata {
  tenantId: string;
  requestId?: string;
  actor?: string;
}

/**
 * Reads `data.metadata` of a verified plugin token.
 *
 * @throws InventoryError WRONG_COMPONENT when the call is for another extension type,
 *   TOKEN_REJECTED when it names no app instance
 */
export function parseMetadata(metadata: unknown): CallMetadata {
  const fields = isFields(metadata) ? metadata : {};
  const { appExtensionType, instanceId, requestId, identity } = fields;
  if (typeof appExtensionType !== 'string' || appExtensionType.toLowerCase() !== COMPONENT) {
    throw new InventoryError('WRONG_COMPONENT');
  }
  const actor = actorOf(identity);
  return {
    tenantId: tenantOf(instanceId),
    ...(isText(requestId, REQUEST_ID_MAX) && { requestId }),
    ...(actor !== undefined && { actor }),
  };
}

/**
 * Reads `data.request` of a verified plugin token (Wix inventory service plugin, request fields).
 * Fields it does not know are left alone.
 *
 * @throws InventoryError INVALID_INPUT that names the field, its value and its bound
 */
export function parseOrderCall(
  operation: OrderCall['operation'],
  request: unknown,
  { tenantId, requestId, actor }: CallMetadata,
  token: string,
  identityOptions: CatalogIdentityOptions,
): OrderCall {
  if (!isFields(request)) throw invalidInput('request', request, 'an object');
  const { items, orderId, reason, restrictInventoryValue: restrict } = request;
  if (!Array.isArray(items) || !isWholeNumber(items.length, 1, MAX_LINES)) {
    const count = Array.isArray(items) ? items.length : items;
    throw invalidInput('items', count, `a list of 1..${MAX_LINES} entries`);
  }
  if (!isGuid(orderId)) throw invalidInput('orderId', orderId, 'a GUID');
  if (!isOrderReason(reason)) {
    throw invalidInput('reason', reason, `one of ${orderReasons.join(', ')}`);
  }
  if (!isOptional(restrict, 'boolean')) {
    throw invalidInput('restrictInventoryValue', restrict, 'true, false or null');
  }
  return {
    tenantId,
    operation,
    orderId: orderId.toLowerCase(),
    reason,
    // Wix leaves null open; the safe reading is not to oversell. An increment is never restricted.
    restricted: operation === 'DECREMENT' && restrict !== false,
    lines: items.map((item, i) => parseLine(item, `items[${i}]`, identityOptions)),
    token,
    ...(requestId !== undefined && { requestId }),
    ...(actor !== undefined && { actor }),
  };
}

function parseLine(
  item: unknown,
  field: string,
  identityOptions: CatalogIdentityOptions,
): OrderLine {
  if (!isFields(item)) throw invalidInput(field, item, 'an object');
  const { catalogReference: reference, quantity, locationId, subscriptionItem } = item;
  const subject = readCatalogReference(reference, identityOptions, `${field}.catalogReference`);
  if (!isWholeNumber(quantity, 1, LINE_QUANTITY_MAX)) {
    throw invalidInput(`${field}.quantity`, quantity, 'a whole number from 1 to 100000');
  }
  if (locationId !== undefined && locationId !== null && !isGuid(locationId)) {
    throw invalidInput(`${field}.locationId`, locationId, 'a GUID or null');
  }
  if (!isOptional(subscriptionItem, 'boolean')) {
    throw invalidInput(`${field}.subscriptionItem`, subscriptionItem, 'true or false');
  }
  // Written out: spreading the three fields of `subject` takes longer than all the checks above.
  return {
    appId: subject.appId,
    productId: subject.productId,
    variantId: subject.variantId,
    locationId: locationId?.toLowerCase() ?? null,
    quantity,
    subscriptionItem: subscriptionItem === true,
  };
}

function tenantOf(instanceId: unknown): string {
  try {
    return parseTenantId(instanceId, 'metadata.instanceId');
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    throw new InventoryError('TOKEN_REJECTED', error.message);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxLength;
}

function isOptional(value: unknown, type: 'boolean'): value is boolean | null | undefined {
  return value === undefined || value === null || typeof value === type;
}

function isOrderReason(value: unknown): value is OrderReason {
  return orderReasons.includes(value as OrderReason);
}

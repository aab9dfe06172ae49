import { hash } from 'node:crypto';
import { invalidInput } from './errors';

/** The GUID Wix uses for "none". */
export const NIL_GUID = '00000000-0000-0000-0000-000000000000';

/** The tenant that development starts with. */
export const DEVELOPMENT_TENANT_ID = '7d3a1c60-2f0b-4c58-9a57-4f1be0c8d201';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Namespace of all the hub's derived GUIDs, made once for this project. */
const HUB_NAMESPACE = keyOfGuid('6f1d2a52-6f0c-4c2e-9a0e-3f6f7f3f7b11');

export function isGuid(value: unknown): value is string {
  return typeof value === 'string' && GUID.test(value);
}

/**
 * A tenant is a Wix app instance. Its id names the hash tag of all its keys, so only characters
 * that can't break out of one are let in: 1..64 of letters, digits, `.`, `_`, `-`. Lower-cased.
 *
 * @throws InventoryError INVALID_INPUT
 */
export function parseTenantId(value: unknown, field = 'instanceId'): string {
  if (typeof value !== 'string' || !TENANT.test(value)) {
    throw invalidInput(field, value, 'a GUID');
  }
  return value.toLowerCase();
}

/** The 16 bytes of a GUID. */
export function keyOfGuid(guid: string): Buffer {
  return Buffer.from(guid.replaceAll('-', ''), 'hex');
}

/** The GUID of 16 bytes, lower-case. */
export function guidOfKey(key: Uint8Array): string {
  const hex = Buffer.from(key.buffer, key.byteOffset, 16).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** Room for a namespace and a name of up to 1,000 bytes. */
const namedBytes = Buffer.alloc(16 + 1000);

/** A name-based GUID (RFC 9562, version 5) as 16 bytes. */
export function deriveKey(namespace: Uint8Array, name: string): Buffer {
  const length = 16 + Buffer.byteLength(name);
  // Keys live as long as their call and would keep bytes allocated beside them from being freed.
  const named = length <= namedBytes.length ? namedBytes : Buffer.alloc(length);
  named.set(namespace);
  named.write(name, 16);
  // One call, and text out of it, takes a quarter of the time of createHash.
  const digest = hash('sha1', named.subarray(0, length), 'hex');
  const key = Buffer.from(digest.slice(0, 32), 'hex');
  key[6] = (key[6]! & 0x0f) | 0x50;
  key[8] = (key[8]! & 0x3f) | 0x80;
  return key;
}

const namespaces = new Map<string, Buffer>();
const NAMESPACES_KEPT = 10_000;

function namespaceOf(tenantId: string): Buffer {
  let namespace = namespaces.get(tenantId);
  if (!namespace) {
    namespace = deriveKey(HUB_NAMESPACE, tenantId);
    if (namespaces.size >= NAMESPACES_KEPT) namespaces.clear();
    namespaces.set(tenantId, namespace);
  }
  return namespace;
}

/** What an inventory item is of: a variant (or a product without variants) at a location. */
export interface ItemIdentity {
  /** Catalog app id, such as Wix Stores'. */
  appId: string;
  productId: string;
  /** GUID; null for a product without variants. */
  variantId: string | null;
  /** GUID. */
  locationId: string;
}

/**
 * An item's id is derived from what it is of: app, variant (the product where there is none) and
 * location. So an item is unique by construction and found without asking the store.
 *
 * @returns 16 bytes; `guidOfKey` gives the GUID
 */
export function itemKey(tenantId: string, item: ItemIdentity): Buffer {
  const name = `${item.appId}\n${item.variantId ?? item.productId}\n${item.locationId}`;
  return deriveKey(namespaceOf(tenantId), name);
}

/** GUID of the default location of a tenant whose settings name none. */
export function impliedLocationId(tenantId: string): string {
  return guidOfKey(deriveKey(namespaceOf(tenantId), 'default location'));
}

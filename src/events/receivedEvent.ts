import { hash } from 'node:crypto';
import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, parseTenantId } from '../core/identity';
import { actorOf } from '../core/wixIdentity';

/** Wix's events about inventory items (Inventory Items V3), and all others as one. */
export const receivedEventTypes = [
  'created',
  'updated',
  'deleted',
  'updated_with_reason',
  'stock_status_updated',
  'other',
] as const;
/** One of {@link receivedEventTypes}. */
export type ReceivedEventType = (typeof receivedEventTypes)[number];

/** Fields of a JSON object that nobody has checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** A webhook of Wix, opened as far as tenant and type. */
export interface WixEnvelope {
  tenantId: string;
  type: ReceivedEventType;
  /** Who acted, unchecked. */
  identity: Fields;
  /** The event itself, JSON text, unread. */
  text: string;
}

/** An event about an inventory item of Wix. */
export interface ReceivedEvent {
  tenantId: string;
  type: Exclude<ReceivedEventType, 'other'>;
  /** Wix's id of the event; a digest of its text when it has none. */
  id: string;
  /** Wix's id of the item, a GUID in lower-case. */
  wixItemId: string;
  /** Rises from event to event about an item; null: the event has none. */
  sequence: bigint | null;
  /** Which state of the item it tells: Wix's revision, and time of the change; 0: not told. */
  state: { revision: bigint; updatedMs: number };
  /** The item as Wix has it, unchecked; null: the event does not say. */
  entity: Fields | null;
  /** Who acted, `<kind>:<id>`; `wix` when the event names nobody. */
  actor: string;
  /** The app of the hub did it itself. */
  own: boolean;
}

const PREFIX = 'wix.stores.catalog.v3.inventory_item_';
const EVENT_ID_MAX = 256;
const SEQUENCE_MAX = 2n ** 63n - 1n;

/**
 * Opens the `data` of a verified webhook: JSON text that holds the event as JSON text again.
 *
 * @throws InventoryError INVALID_INPUT when it can't be read, TOKEN_REJECTED when it names no app
 *   instance
 */
export function openEnvelope(data: string): WixEnvelope {
  const envelope = parseFields(data);
  if (!envelope) throw invalidInput('data', data, 'the JSON text of an object');
  const { instanceId, eventType, identity, data: text } = envelope;
  const name = typeof eventType === 'string' && eventType.startsWith(PREFIX) ? eventType : '';
  const type = receivedEventTypes.find((known) => name === `${PREFIX}${known}`);
  return {
    tenantId: tenantOf(instanceId),
    type: type ?? 'other',
    identity: parseFields(identity) ?? {},
    text: typeof text === 'string' ? text : '',
  };
}

/**
 * Reads the event of an envelope.
 *
 * @param ownAppId the app whose own events are told apart
 * @returns null for an event that is about no inventory item
 * @throws InventoryError INVALID_INPUT that names the field
 */
export function readEvent(
  { tenantId, type, identity, text }: WixEnvelope,
  ownAppId: string,
): ReceivedEvent | null {
  if (type === 'other') return null;
  const event = parseFields(text);
  if (!event) throw invalidInput('data.data', text, 'the JSON text of an object');
  const body = bodyOf(event);
  const entity = entityOf(event, body);
  const wixItemId = event['entityId'] ?? entity?.['id'];
  if (!isGuid(wixItemId)) throw invalidInput('entityId', wixItemId, 'a GUID');
  const { id } = event;
  const isId = typeof id === 'string' && id.length > 0 && id.length <= EVENT_ID_MAX;
  const { identityType, appId } = identity;
  return {
    tenantId,
    type,
    id: isId ? id : hash('sha256', text, 'hex'),
    wixItemId: wixItemId.toLowerCase(),
    sequence: sequenceOf(event['entityEventSequence']),
    state: stateOf(entity ?? {}),
    entity,
    actor: actorOf(identity) ?? 'wix',
    own: (identityType === 'APP' && isSame(appId, ownAppId)) || isSame(body['appId'], ownAppId),
  };
}

/** The one part of an event that is of its own kind. */
function bodyOf(event: Fields): Fields {
  const parts = ['createdEvent', 'updatedEvent', 'deletedEvent'].map((name) => event[name]);
  const action = isFields(event['actionEvent']) ? event['actionEvent'] : {};
  const actionBody = parseFields(action['body']) ?? parseFields(action['bodyAsJson']);
  return actionBody ?? parts.find(isFields) ?? {};
}

/** By the SDK's names, then by the older ones, which the page of the created event shows. */
const ENTITY_NAMES = ['entity', 'currentEntity', 'deletedEntity'] as const;

function entityOf(event: Fields, body: Fields): Fields | null {
  for (const part of [body, event]) {
    for (const name of ENTITY_NAMES) {
      const entity = parseFields(part[name]) ?? parseFields(part[`${name}AsJson`]);
      if (entity) return entity;
    }
  }
  return null;
}

function sequenceOf(value: unknown): bigint | null {
  if (value === undefined || value === null || value === '') return null;
  const text = typeof value === 'number' ? String(value) : value;
  const right = typeof text === 'string' && /^\d{1,19}$/.test(text);
  if (!right || BigInt(text) > SEQUENCE_MAX) {
    throw invalidInput('entityEventSequence', value, `a whole number from 0 to ${SEQUENCE_MAX}`);
  }
  return BigInt(text);
}

/** What can't be read is not told: the order of events does not hang on it alone. */
function stateOf({ revision, updatedDate }: Fields): ReceivedEvent['state'] {
  const number = typeof revision === 'number' ? String(revision) : revision;
  const known = typeof number === 'string' && /^\d{1,18}$/.test(number);
  const updatedMs = typeof updatedDate === 'string' ? Date.parse(updatedDate) : NaN;
  return {
    revision: known ? BigInt(number) : 0n,
    updatedMs: updatedMs > 0 ? updatedMs : 0,
  };
}

function tenantOf(instanceId: unknown): string {
  try {
    return parseTenantId(instanceId);
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    throw new InventoryError('TOKEN_REJECTED', error.message);
  }
}

function isSame(appId: unknown, other: string): boolean {
  return typeof appId === 'string' && appId.toLowerCase() === other.toLowerCase();
}

/** A JSON object, given as such or as its text. */
function parseFields(value: unknown): Fields | undefined {
  if (typeof value !== 'string') return isFields(value) ? value : undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { hash } from 'node:crypto';
import { InventoryError } from '../core/errors';
import { guidOfKey, itemKey } from '../core/identity';
import { WIX_EVENT_REASON } from '../core/movement';
import type { InventoryDeps } from '../inventory/deps';
import type { ItemColumn } from '../inventory/itemColumns';
import { earlierCall } from '../inventory/keyedInput';
import { planSave, type StoredItem } from '../inventory/planSave';
import { presentSettings, type TenantSettings } from '../inventory/settings';
import {
  deleteItems,
  saveItems,
  type SaveItem,
  type SaveItems,
  type SaveOutcome,
} from '../redis/commands';
import { readDocuments, readLevels } from '../redis/reads';
import {
  changeRecord,
  changeSource,
  changeState,
  readWixPlace,
  readWixSource,
  type WixField,
  type WixRecord,
  type WixSource,
  type WixState,
} from '../redis/wixItems';
import { readReceivedItem, valuesToTake, type ReceivedItem } from './receivedItem';
import type { ReceivedEvent } from './receivedEvent';
import { placeAfter } from './receivedOrder';

/**
 * What became of an event: `applied` changed the hub, `unchanged` told nothing new, `repeated` was
 * taken before, `stale` came after a later one about the item, `own` was the app's own doing,
 * `ignored` tells nothing the hub keeps.
 */
export type ReceivedOutcome = 'applied' | 'unchanged' | 'repeated' | 'stale' | 'own' | 'ignored';

/** An event's outcome, and which of its values were cut or left out. */
export interface Receipt {
  outcome: ReceivedOutcome;
  misfits: readonly ItemColumn[];
}

/** What the store holds about an event's item. */
interface Present {
  settings: TenantSettings;
  record: WixField<WixRecord>;
  state: WixField<WixState>;
  /** The item of the hub that the event is about; null: nobody knows which. */
  target: { key: Buffer; stored: StoredItem | null; source: WixField<WixSource> } | null;
}

type Step = Pick<Receipt, 'outcome'> & {
  /** To save or to delete with the order kept; null: only the order is kept. */
  write: { save: SaveItem } | { remove: Buffer } | null;
  source?: WixSource | null;
};

/** Each round at least one event about the item is taken. */
const MAX_ATTEMPTS = 100;

/**
 * Takes an event of Wix about an inventory item: its item is created, updated or deleted, exactly
 * once and never by an event older than one taken before. What is kept of the order is written in
 * one step with the change.
 *
 * @throws InventoryError INVALID_INPUT when the hub can't hold the item, REDIS_UNAVAILABLE
 */
export async function receiveWixEvent(deps: InventoryDeps, event: ReceivedEvent): Promise<Receipt> {
  const { type, entity } = event;
  if (!entity && type !== 'deleted') return { outcome: 'ignored', misfits: [] };
  const item = entity && readItemOf(event, entity);
  const misfits = item?.misfits ?? [];
  const call = callOfEvent(deps, event);
  for (let attempt = 1; ; attempt += 1) {
    const present = await readPresent(deps, event, item);
    // Looked at last: it is written together with what was just read.
    if (await earlierCall(deps, event.tenantId, call)) return { outcome: 'repeated', misfits: [] };
    const { record, state, target } = present;
    const place = placeAfter(event, record.value, state.value);
    if (!place) return { outcome: 'stale', misfits: [] };
    const step = stepOf(event, item, present);
    if (!step) return { outcome: 'own', misfits: [] };
    const kept = { itemKey: target?.key ?? null, sequence: place.sequence };
    const wixFields = [changeRecord(record, kept), changeState(state, place.state)];
    if (target && step.source !== undefined) {
      wixFields.push(changeSource(target.source, step.source));
    }
    try {
      const saved = await write(deps, event, step, { wixFields, call });
      if (saved.replayed) return { outcome: 'repeated', misfits: [] };
      if (step.outcome !== 'applied') return { outcome: step.outcome, misfits: [] };
      return { outcome: saved.ledgerId === '' ? 'unchanged' : 'applied', misfits };
    } catch (error) {
      if (!isRace(error)) throw error;
      if (attempt === MAX_ATTEMPTS) {
        const message = 'Others kept changing the item. Try again.';
        throw new InventoryError('REDIS_UNAVAILABLE', message, undefined, { cause: error });
      }
    }
  }
}

/** By its id alone an event is known again; no key of a caller looks like this one. */
function callOfEvent({ retentionMs }: InventoryDeps, { id }: ReceivedEvent) {
  const keyDigest = `wix-${hash('sha256', id, 'base64url').slice(0, 22)}`;
  return { keyDigest, inputDigest: 'event', retentionMs, kept: '' };
}

/** Of a deletion the id is enough. */
function readItemOf({ type }: ReceivedEvent, entity: NonNullable<ReceivedEvent['entity']>) {
  try {
    return readReceivedItem(entity);
  } catch (error) {
    if (type === 'deleted' && error instanceof InventoryError) return null;
    throw error;
  }
}

async function readPresent(
  deps: InventoryDeps,
  { tenantId, type, wixItemId }: ReceivedEvent,
  item: ReceivedItem | null,
): Promise<Present> {
  const { redis } = deps;
  const [settings, { record, state }] = await Promise.all([
    presentSettings(deps, tenantId),
    readWixPlace(redis, tenantId, wixItemId),
  ]);
  const told = item && itemKey(tenantId, identityOf(item, settings));
  const known = record.value?.itemKey ?? null;
  const key = type === 'deleted' ? (known ?? told) : told;
  if (!key) return { settings, record, state, target: null };
  const [source, [document], [level]] = await Promise.all([
    readWixSource(redis, tenantId, key),
    readDocuments(redis, tenantId, [key]),
    readLevels(redis, tenantId, [guidOfKey(key)]),
  ]);
  const stored = document && level ? { document, level } : null;
  return { settings, record, state, target: { key, stored, source } };
}

function identityOf({ identity }: ReceivedItem, { defaultLocationId }: TenantSettings) {
  return { ...identity, locationId: identity.locationId ?? defaultLocationId };
}

/** What to do; null: the event is about an item that the hub itself calls so. */
function stepOf(event: ReceivedEvent, item: ReceivedItem | null, present: Present): Step | null {
  const { wixItemId, type, own } = event;
  const { target, settings } = present;
  if (target && guidOfKey(target.key) === wixItemId) return null;
  if (type === 'deleted') return deletion(event, target);
  const { createdMs } = item!;
  const { key, stored, source } = target!;
  // A Wix item that was replaced by another one has nothing to say any more.
  if (source.value && source.value.wixItemId !== wixItemId && source.value.createdMs > createdMs) {
    return { outcome: 'stale', write: null };
  }
  if (own) return { outcome: 'own', write: null, source: { wixItemId, createdMs } };
  const takes = !stored || settings.incomingQuantities === 'WIX_WINS';
  const level = stored?.level ?? null;
  const values = valuesToTake(item!, takes ? 'ALL' : 'NONE', level);
  const { item: save } = planSave(key, identityOf(item!, settings), values, stored);
  return { outcome: 'applied', write: { save }, source: { wixItemId, createdMs } };
}

function deletion({ wixItemId, own }: ReceivedEvent, target: Present['target']): Step {
  if (!target) return { outcome: own ? 'own' : 'unchanged', write: null };
  const { value: followed } = target.source;
  if (followed && followed.wixItemId !== wixItemId) return { outcome: 'stale', write: null };
  if (own) return { outcome: 'own', write: null, source: null };
  if (!target.stored) return { outcome: 'unchanged', write: null, source: null };
  return { outcome: 'applied', write: { remove: target.key }, source: null };
}

async function write(
  { redis }: InventoryDeps,
  { tenantId, actor, id: requestId }: ReceivedEvent,
  { write: change }: Step,
  kept: Required<Pick<SaveItems, 'wixFields' | 'call'>>,
): Promise<SaveOutcome> {
  const cause = { reason: WIX_EVENT_REASON, actor, requestId };
  if (change && 'remove' in change) {
    const items = [{ key: change.remove, revision: 0 }];
    return deleteItems(redis, {
      tenantId,
      items,
      cause: { operation: 'DELETE', ...cause },
      ...kept,
    });
  }
  const items = change ? [change.save] : [];
  const operation = items[0]?.before === '' ? 'CREATE' : 'UPDATE';
  return saveItems(redis, { tenantId, items, cause: { operation, ...cause }, ...kept });
}

/** Somebody else changed the item, or took an event about it, since it was read. */
function isRace(error: unknown): boolean {
  return (
    error instanceof InventoryError &&
    (error.code === 'ITEM_CHANGED' || error.code === 'UNKNOWN_ITEM')
  );
}

import { InventoryError, invalidInput, type ErrorCode } from '../core/errors';
import { guidOfKey, isGuid, itemKey, keyOfGuid, type ItemIdentity } from '../core/identity';
import type { InventoryItem, ItemDocument } from '../core/item';
import type { MovementCause } from '../core/movement';
import { isWholeNumber } from '../core/quantity';
import { deleteItems, saveItems, type SaveItem } from '../redis/commands';
import { readDocuments, readItems, readLevels } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { checkRow } from './importRow';
import type { ItemRow } from './itemColumns';
import { callOf, earlierCall, type KeyedInput } from './keyedInput';
import { planSave, type StoredItem } from './planSave';
import { presentSettings } from './settings';

/** Most rows of one edit. */
export const MAX_ITEM_ROWS = 1000;

/** What happens to the good rows when others are refused. */
export type ErrorPolicy = 'REJECT_ALL' | 'REJECT_FAILED_ROWS';

/** Items to create or to change. Values are checked as those of an import are. */
export interface EditItems {
  /** Without an id a row creates an item, with id and revision it changes one. */
  rows: readonly { id?: string; revision?: string; values: ItemRow }[];
  errorPolicy: ErrorPolicy;
  cause: MovementCause;
  idempotencyKey?: string | undefined;
}

/** What became of an edit. */
export interface EditOutcome {
  /** By row; null where nothing was stored. As they are now. */
  items: (InventoryItem | null)[];
  errors: RowError[];
  /** An earlier call with the same key did it. */
  replayed: boolean;
}

/** Why a row was refused. */
export interface RowError {
  row: number;
  code: ErrorCode;
  message: string;
  /** Name of the value it is about. */
  field?: string | undefined;
}

/** What is kept with the outcome of a keyed edit. */
type Kept = Pick<EditOutcome, 'errors'> & { ids: (string | null)[] };

const MAX_ATTEMPTS = 10;

/**
 * Creates and changes items in one step. With REJECT_ALL a refused row refuses all of them.
 *
 * @throws InventoryError INVALID_INPUT (how many rows), IDEMPOTENCY_KEY_MISMATCH, ITEM_CHANGED when
 *   others kept changing the same items, REDIS_UNAVAILABLE
 */
export async function editItems(
  deps: InventoryDeps,
  tenantId: string,
  edit: EditItems,
): Promise<EditOutcome> {
  checkCount(edit.rows.length);
  const refused = new Map<number, RowError>();
  const keyed = (kept: string) => callOf(deps, edit, ['EDIT', edit.rows, edit.errorPolicy], kept);
  const outcomeOf = async ({ ids, errors }: Kept, replayed: boolean): Promise<EditOutcome> => {
    return { items: await itemsOf(deps, tenantId, ids), errors, replayed };
  };
  for (let attempt = 1; ; attempt += 1) {
    // What the earlier call did would else be taken for a conflict with this one.
    const earlier = await earlierCall(deps, tenantId, keyed('').call);
    if (earlier) return outcomeOf(JSON.parse(earlier.kept) as Kept, true);
    const plans = await planRows(deps, tenantId, edit, refused);
    const rejects = edit.errorPolicy === 'REJECT_ALL' && refused.size > 0;
    const errors = [...refused.values()].sort((a, b) => a.row - b.row);
    if (rejects || plans.size === 0) {
      // The same call, sent twice at once, may have done it after this one looked.
      const done = await earlierCall(deps, tenantId, keyed('').call);
      if (done) return outcomeOf(JSON.parse(done.kept) as Kept, true);
      return { items: edit.rows.map(() => null), errors, replayed: false };
    }
    const ids = edit.rows.map((_, row) => {
      const plan = plans.get(row);
      return plan ? guidOfKey(plan.key) : null;
    });
    const kept: Kept = { ids, errors };
    const call = keyed(JSON.stringify(kept));
    try {
      const items = [...plans.values()];
      const saved = await saveItems(deps.redis, { tenantId, items, cause: edit.cause, ...call });
      if (saved.replayed) return await outcomeOf(JSON.parse(saved.replayed.kept) as Kept, true);
      return await outcomeOf(kept, false);
    } catch (error) {
      if (!(error instanceof InventoryError) || attempt === MAX_ATTEMPTS) throw error;
      if (error.code === 'REVISION_CONFLICT') {
        refuseStale(refused, ids, error.details.itemIds ?? []);
      } else if (error.code !== 'ITEM_CHANGED') throw error;
    }
  }
}

/** Items to delete. */
export interface RemoveItems extends KeyedInput {
  /** Each once; `revision`: the one it must have, default any. */
  items: readonly { id: string; revision?: string | undefined }[];
  cause: MovementCause;
}

/**
 * Deletes items: all of them, or none.
 *
 * @throws InventoryError INVALID_INPUT, UNKNOWN_ITEM, REVISION_CONFLICT, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function removeItems(
  deps: InventoryDeps,
  tenantId: string,
  remove: RemoveItems,
): Promise<{ replayed: boolean }> {
  checkCount(remove.items.length);
  const items = checkRemovals(remove.items);
  const { replayed } = await deleteItems(deps.redis, {
    tenantId,
    items,
    cause: remove.cause,
    ...callOf(deps, remove, ['DELETE', remove.items]),
  }).catch((error: unknown) => {
    if (!(error instanceof InventoryError)) throw error;
    const { itemIds } = error.details;
    if (!itemIds) throw error;
    const ids = remove.items.map(({ id }) => id.toLowerCase());
    const lines = itemIds.map((id) => ids.indexOf(id));
    const field = error.code === 'UNKNOWN_ITEM' ? 'id' : 'revision';
    throw new InventoryError(error.code, error.message, { itemIds, lines, field });
  });
  return { replayed: replayed !== undefined };
}

function checkRemovals(items: RemoveItems['items']): { key: Buffer; revision: number }[] {
  const seen = new Set<string>();
  return items.map(({ id, revision }, i) => {
    try {
      if (!isGuid(id)) throw invalidInput('id', id, 'a GUID');
      if (seen.has(id.toLowerCase())) throw invalidInput('id', id, 'named once');
      seen.add(id.toLowerCase());
      return { key: keyOfGuid(id), revision: revision === undefined ? 0 : revisionOf(revision) };
    } catch (error) {
      if (!(error instanceof InventoryError)) throw error;
      const { code, message, details } = error;
      throw new InventoryError(code, message, { ...details, lines: [i] });
    }
  });
}

/** @throws InventoryError INVALID_INPUT */
function revisionOf(text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) {
    throw invalidInput('revision', text, 'a whole number, 1 or more');
  }
  return Number(text);
}

function checkCount(count: number): void {
  if (isWholeNumber(count, 1, MAX_ITEM_ROWS)) return;
  throw invalidInput('input.items', count, `1..${MAX_ITEM_ROWS} entries`);
}

/** What each good row saves; the others are refused. Refused rows stay so. */
async function planRows(
  deps: InventoryDeps,
  tenantId: string,
  { rows }: EditItems,
  refused: Map<number, RowError>,
): Promise<Map<number, SaveItem>> {
  const identities = await identitiesOf(deps, tenantId, rows, refused);
  const keys = [...identities.values()].map(({ key }) => key);
  const stored = await readStored(deps, tenantId, keys);
  const plans = new Map<number, SaveItem>();
  const seen = new Set<string>();
  for (const [row, { key, identity }] of identities) {
    const id = guidOfKey(key);
    const item = stored.get(id) ?? null;
    const { id: given, revision, values } = rows[row]!;
    try {
      if (seen.has(id)) {
        const message = `Another row is about the item ${id}, too.`;
        const place = given === undefined ? {} : { field: 'id' };
        throw new InventoryError('INVALID_INPUT', message, place);
      }
      seen.add(id);
      if (given === undefined && item) {
        throw new InventoryError('ALREADY_EXISTS', `The item ${id} exists already.`);
      }
      const text = { ...values, ...identity };
      const checked = checkRow({ number: row, length: 0, values: text });
      if (!('identity' in checked)) throw checked[0]!;
      const { item: save } = planSave(key, identity, checked.values, item);
      plans.set(row, given === undefined ? save : { ...save, revision: revisionOf(revision!) });
    } catch (error) {
      refuse(refused, row, error);
    }
  }
  return plans;
}

/** Which item each row is about: its own words say for a new one, the store for a known one. */
async function identitiesOf(
  deps: InventoryDeps,
  tenantId: string,
  rows: EditItems['rows'],
  refused: Map<number, RowError>,
): Promise<Map<number, { key: Buffer; identity: ItemIdentity }>> {
  const { defaultLocationId } = await presentSettings(deps, tenantId);
  const ids = rows.flatMap(({ id }) => (id !== undefined && isGuid(id) ? [id.toLowerCase()] : []));
  const known = await readStored(deps, tenantId, [...new Set(ids)].map(keyOfGuid));
  const identities = new Map<number, { key: Buffer; identity: ItemIdentity }>();
  rows.forEach(({ id, values }, row) => {
    if (refused.has(row)) return;
    try {
      if (id !== undefined) {
        const stored = known.get(id.toLowerCase());
        if (!stored) {
          throw new InventoryError('UNKNOWN_ITEM', `There is no item ${id}.`, { field: 'id' });
        }
        const document = JSON.parse(stored.document) as ItemDocument;
        const { appId, productId, variantId, locationId } = document;
        const identity = { appId, productId, variantId, locationId };
        identities.set(row, { key: keyOfGuid(id), identity });
        return;
      }
      const checked = checkRow({ number: row, length: 0, values });
      if (!('identity' in checked)) throw checked[0]!;
      const locationId = checked.identity.locationId ?? defaultLocationId;
      const identity = { ...checked.identity, locationId };
      identities.set(row, { key: itemKey(tenantId, identity), identity });
    } catch (error) {
      refuse(refused, row, error);
    }
  });
  return identities;
}

/** Items as they are stored, by id; those that are not there are left out. */
export async function readStored(
  { redis }: InventoryDeps,
  tenantId: string,
  keys: readonly Buffer[],
): Promise<Map<string, StoredItem>> {
  if (keys.length === 0) return new Map();
  const ids = keys.map(guidOfKey);
  const [documents, levels] = await Promise.all([
    readDocuments(redis, tenantId, keys),
    readLevels(redis, tenantId, ids),
  ]);
  const stored = new Map<string, StoredItem>();
  ids.forEach((id, i) => {
    const level = levels[i];
    if (documents[i] !== '' && level) stored.set(id, { document: documents[i]!, level });
  });
  return stored;
}

function refuse(refused: Map<number, RowError>, row: number, error: unknown): void {
  if (!(error instanceof InventoryError)) throw error;
  const { code, message, details } = error;
  refused.set(row, { row, code, message, field: details.field });
}

function refuseStale(
  refused: Map<number, RowError>,
  ids: readonly (string | null)[],
  stale: readonly string[],
): void {
  ids.forEach((id, row) => {
    if (id === null || !stale.includes(id)) return;
    const message = `The revision is not the present one of item ${id}.`;
    refused.set(row, { row, code: 'REVISION_CONFLICT', message, field: 'revision' });
  });
}

async function itemsOf(
  { redis }: InventoryDeps,
  tenantId: string,
  ids: readonly (string | null)[],
): Promise<(InventoryItem | null)[]> {
  const known = ids.filter((id) => id !== null);
  const items = await readItems(redis, tenantId, known);
  const byId = new Map(known.map((id, i) => [id, items[i] ?? null]));
  return ids.map((id) => (id === null ? null : (byId.get(id) ?? null)));
}

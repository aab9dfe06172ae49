import { InventoryError, invalidInput } from '../core/errors';
import { guidOfKey, isGuid, itemKey, keyOfGuid, type ItemIdentity } from '../core/identity';
import type { InventoryItem, ItemDocument } from '../core/item';
import type { MovementCause } from '../core/movement';
import { saveItems, type SaveItem } from '../redis/commands';
import { readDocuments, readLevels } from '../redis/reads';
import { closedLocations, locationClosed } from './closedLocations';
import type { InventoryDeps } from './deps';
import { checkRow, type CheckedRow } from './importRow';
import type { ItemRow } from './itemColumns';
import { callOf, earlierCall, type KeyedInput } from './keyedInput';
import { planSave, type StoredItem } from './planSave';
import { recordedItems } from './recordedItems';
import {
  checkRowCount,
  noSuchItem,
  RefusedRows,
  revisionOf,
  staleRevision,
  type ErrorPolicy,
  type RowsOutcome,
} from './refusedRows';
import { presentSettings } from './settings';
import { spelledRow } from './spelledRow';

/** Items to create or to change. Values are checked as those of an import are. */
export interface EditItems extends KeyedInput {
  /** 1..1,000. Without an id a row creates an item, with id and revision it changes one. */
  rows: readonly ItemEdit[];
  errorPolicy: ErrorPolicy;
  /** Whose rules an edit keeps. */
  contract: EditContract;
  cause: MovementCause;
}

/**
 * HUB: the quantity of a tracked item is changed by movements only, and no item is created at a
 * closed location; one that is closed at that very moment is put right by closing it again. WIX: an
 * update sets the quantity, under the revision it names, and any location takes an item (Wix
 * Inventory Items V3).
 */
export type EditContract = 'HUB' | 'WIX';

/** One row of an edit. */
export interface ItemEdit {
  id?: string;
  revision?: string;
  values: ItemRow;
}

/** What became of an edit. */
export interface EditOutcome extends Pick<RowsOutcome, 'errors'> {
  /**
   * By row; null where nothing was stored. Right after the edit, of a replay too; where a row
   * changed nothing, as they are now.
   */
  items: (InventoryItem | null)[];
  /** An earlier call with the same key did it. */
  replayed: boolean;
}

const MAX_ATTEMPTS = 10;

/**
 * Creates and changes items in one step. With REJECT_ALL a refused row refuses all of them. Rows
 * are refused with INVALID_INPUT, UNKNOWN_ITEM, ALREADY_EXISTS, REVISION_CONFLICT, LOCATION_CLOSED.
 *
 * @throws InventoryError INVALID_INPUT (how many rows), IDEMPOTENCY_KEY_MISMATCH, ITEM_CHANGED when
 *   others kept changing the same items, REDIS_UNAVAILABLE
 */
export async function editItems(
  deps: InventoryDeps,
  tenantId: string,
  edit: EditItems,
): Promise<EditOutcome> {
  const { rows, errorPolicy, contract, cause } = edit;
  checkRowCount(rows.length);
  const { call } = callOf(deps, edit, ['EDIT', rows.map(spelledEdit), errorPolicy]);
  const refused = new RefusedRows(errorPolicy);
  const replay = async (): Promise<EditOutcome | null> => {
    const earlier = await earlierCall(deps, tenantId, call);
    if (!earlier) return null;
    const outcome = JSON.parse(earlier.kept) as RowsOutcome;
    return outcomeOf(deps, tenantId, { ...outcome, ledgerId: earlier.ledgerId, replayed: true });
  };
  for (let attempt = 1; ; attempt += 1) {
    // What the earlier call did would else be taken for a conflict with this one.
    const earlier = await replay();
    if (earlier) return earlier;
    const plans = await planRows(deps, tenantId, { rows, contract }, refused);
    const { errors } = refused;
    if (refused.refuseAll || plans.size === 0) {
      // The same call, sent twice at once, may have done it after this one looked.
      return (await replay()) ?? { items: rows.map(() => null), errors, replayed: false };
    }
    const ids = rows.map((_, row) => {
      const plan = plans.get(row);
      return plan ? guidOfKey(plan.key) : null;
    });
    const kept = JSON.stringify({ ids, errors } satisfies RowsOutcome);
    try {
      const saved = await saveItems(deps.redis, {
        tenantId,
        items: [...plans.values()],
        cause,
        ...(call && { call: { ...call, kept } }),
      });
      const { ledgerId, replayed } = saved;
      const outcome = replayed ? (JSON.parse(replayed.kept) as RowsOutcome) : { ids, errors };
      const done = { ...outcome, ledgerId, replayed: replayed !== undefined };
      return await outcomeOf(deps, tenantId, done);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
      refuseStale(refused, ids, error);
    }
  }
}

async function outcomeOf(
  deps: InventoryDeps,
  tenantId: string,
  { ids, ledgerId, ...done }: RowsOutcome & { ledgerId: string; replayed: boolean },
): Promise<EditOutcome> {
  return { ...done, items: await recordedItems(deps, tenantId, ledgerId, ids) };
}

function spelledEdit({ id, revision, values }: ItemEdit): unknown {
  return { id: id?.toLowerCase(), revision, values: spelledRow(values) };
}

/** What each good row saves; the others are refused. Refused rows stay so. */
async function planRows(
  deps: InventoryDeps,
  tenantId: string,
  { rows, contract }: Pick<EditItems, 'rows' | 'contract'>,
  refused: RefusedRows,
): Promise<Map<number, SaveItem>> {
  const identities = await identitiesOf(deps, tenantId, rows, refused);
  const creates = contract === 'HUB' && rows.some(({ id }) => id === undefined);
  const closed = creates ? await closedLocations(deps, tenantId) : new Set();
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
      const { locationId } = identity;
      if (given === undefined && closed.has(locationId)) {
        throw locationClosed(locationId, 'locationId');
      }
      const text = { ...values, ...identity };
      const checked = checkRow({ number: row, length: 0, values: text });
      if (!('identity' in checked)) throw checked[0]!;
      if (contract === 'HUB' && item) checkQuantity(checked.values, item);
      const { item: save } = planSave(key, identity, checked.values, item);
      plans.set(row, given === undefined ? save : { ...save, revision: revisionOf(revision!) });
    } catch (error) {
      refused.add(row, error);
    }
  }
  return plans;
}

/** @throws InventoryError INVALID_INPUT for a quantity that only a movement may change */
function checkQuantity({ quantity }: CheckedRow['values'], { level }: StoredItem): void {
  if (!level.tracked || typeof quantity !== 'number') return;
  const bound =
    'absent: the item is tracked; inventorySetQuantities and inventoryAdjustQuantities change it';
  throw invalidInput('quantity', quantity, bound);
}

/** Which item each row is about: its own words say for a new one, the store for a known one. */
async function identitiesOf(
  deps: InventoryDeps,
  tenantId: string,
  rows: readonly ItemEdit[],
  refused: RefusedRows,
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
        if (!stored) throw noSuchItem(id);
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
      refused.add(row, error);
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

/** Refuses the rows whose items have another revision; what reading again won't mend is thrown. */
function refuseStale(refused: RefusedRows, ids: readonly (string | null)[], error: unknown): void {
  if (!(error instanceof InventoryError)) throw error;
  if (error.code === 'ITEM_CHANGED') return;
  if (error.code !== 'REVISION_CONFLICT') throw error;
  ids.forEach((id, row) => {
    if (id !== null && error.details.itemIds?.includes(id)) refused.add(row, staleRevision(id));
  });
}

import { InventoryError } from '../core/errors';
import { guidOfKey, itemKey, keyOfGuid, type ItemIdentity } from '../core/identity';
import type { InventoryItem, ItemDocument } from '../core/item';
import { deleteItems, saveItems, type DeleteItems, type SaveItem } from '../redis/commands';
import { readDocuments } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { readStored } from './editItems';
import { checkRow } from './importRow';
import type { ItemRow } from './itemColumns';
import { stepOnce, stepTest, type ItemJobStep, type StepOutcome } from './itemJobStep';
import { itemsById } from './items';
import { planSave, type StoredItem } from './planSave';

/** A step that changes items. */
export interface UpdateStep<Refusal> extends ItemJobStep<Refusal> {
  /** What to store of an item, or why it stays as it is; undefined: it is left to somebody else. */
  rowOf: (item: InventoryItem) => { row: ItemRow } | { refusal: Refusal } | undefined;
}

/**
 * Changes the items of a step that are still meant, each at the revision that was looked at.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function updateStep<Refusal>(
  deps: InventoryDeps,
  step: UpdateStep<Refusal>,
): Promise<StepOutcome> {
  const { tenantId, itemIds, cause, rowOf } = step;
  const isMeant = stepTest(step);
  return stepOnce<Refusal, SaveItem>(deps, step, {
    look: async (tally, refused) => {
      const stored = await readStored(deps, tenantId, itemIds.map(keyOfGuid));
      return itemIds.flatMap((itemId, place) => {
        const present = stored.get(itemId);
        const item = present && asItem(itemId, present);
        const known = refused.get(itemId);
        const planned = !isMeant(item) ? 'skip' : known ? { refusal: known } : rowOf(item);
        if (planned === 'skip') tally.skip();
        else if (!planned) tally.leave(place);
        else if ('refusal' in planned) tally.fail(itemId, planned.refusal);
        else {
          const save = planRow(keyOfGuid(itemId), item!, planned.row, present!);
          if (!(save instanceof InventoryError)) {
            tally.succeed();
            return [{ ...save, revision: item!.revision }];
          }
          tally.fail(itemId, save);
        }
        return [];
      });
    },
    write: async (items, call) =>
      (await saveItems(deps.redis, { tenantId, items, cause, call })).replayed?.kept,
  });
}

/** A step that creates an item at a location for each variant. */
export interface CreateStep extends ItemJobStep {
  /** GUID. */
  locationId: string;
  /** What to store of the new item, made after the one that was found. */
  rowOf: (model: InventoryItem) => ItemRow;
}

/**
 * Creates an item at a location of the variant of each item of a step that is still meant; a
 * variant that has one there is skipped.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function createStep(deps: InventoryDeps, step: CreateStep): Promise<StepOutcome> {
  const { tenantId, itemIds, cause, locationId, rowOf } = step;
  const isMeant = stepTest(step);
  return stepOnce<never, SaveItem>(deps, step, {
    look: async (tally, refused) => {
      const models = await itemsById(deps, tenantId, itemIds);
      const targets = models.map((model) => model && targetOf(tenantId, model, locationId));
      const taken = await presentKeys(deps, tenantId, targets);
      return models.flatMap((model, i) => {
        const id = targets[i] && guidOfKey(targets[i].key);
        if (!isMeant(model) || !id || taken.has(id)) {
          tally.skip();
          return [];
        }
        // A second item of the same variant finds the first one's.
        taken.add(id);
        const { key, identity } = targets[i]!;
        const save = refused.get(id) ?? planRow(key, identity, rowOf(model), null);
        if (save instanceof InventoryError) tally.fail(itemIds[i]!, save);
        else tally.succeed();
        return save instanceof InventoryError ? [] : [save];
      });
    },
    write: async (items, call) =>
      (await saveItems(deps.redis, { tenantId, items, cause, call })).replayed?.kept,
  });
}

/**
 * Deletes the items of a step that are still meant, each at the revision that was looked at.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function deleteStep(deps: InventoryDeps, step: ItemJobStep): Promise<StepOutcome> {
  const { tenantId, itemIds, cause } = step;
  const isMeant = stepTest(step);
  return stepOnce<never, DeleteItems['items'][number]>(deps, step, {
    look: async (tally, refused) => {
      const items = await itemsById(deps, tenantId, itemIds);
      return items.flatMap((item, i) => {
        const known = refused.get(itemIds[i]!);
        if (!isMeant(item)) tally.skip();
        else if (known) tally.fail(item.id, known);
        else {
          tally.succeed();
          return [{ key: keyOfGuid(item.id), revision: item.revision }];
        }
        return [];
      });
    },
    write: async (items, call) =>
      (await deleteItems(deps.redis, { tenantId, items, cause, call })).replayed?.kept,
  });
}

function asItem(id: string, { document, level }: StoredItem): InventoryItem {
  return { id, ...level, ...(JSON.parse(document) as ItemDocument) };
}

/** What to save, or what is wrong with the row. */
function planRow(
  key: Buffer,
  { appId, productId, variantId, locationId }: ItemIdentity,
  row: ItemRow,
  stored: StoredItem | null,
): SaveItem | InventoryError {
  const identity = { appId, productId, variantId, locationId };
  const checked = checkRow({ number: 0, length: 0, values: { ...row, ...identity } });
  if (!('identity' in checked)) return checked[0]!;
  try {
    return planSave(key, identity, checked.values, stored).item;
  } catch (error) {
    if (error instanceof InventoryError) return error;
    throw error;
  }
}

function targetOf(tenantId: string, model: InventoryItem, locationId: string) {
  const { appId, productId, variantId } = model;
  const identity = { appId, productId, variantId, locationId };
  return { key: itemKey(tenantId, identity), identity };
}

/** Ids of the items that are there. */
async function presentKeys(
  { redis }: InventoryDeps,
  tenantId: string,
  targets: readonly ({ key: Buffer } | null)[],
): Promise<Set<string>> {
  const keys = targets.flatMap((target) => (target ? [target.key] : []));
  if (keys.length === 0) return new Set();
  const documents = await readDocuments(redis, tenantId, keys);
  return new Set(keys.filter((_, i) => documents[i] !== '').map(guidOfKey));
}

import { isDeepStrictEqual } from 'node:util';
import { InventoryError, invalidInput } from '../core/errors';
import type { ItemIdentity } from '../core/identity';
import type { ItemDocument, Level } from '../core/item';
import { PREORDER_LIMIT_MAX } from '../core/quantity';
import type { SaveItem } from '../redis/commands';
import type { LevelChange } from '../redis/packing';
import type { CheckedRow } from './importRow';

/** An item as it stands in the store. */
export interface StoredItem {
  /** JSON text of its document. */
  document: string;
  level: Level;
}

/** What a row does to its item. */
export interface PlannedSave {
  item: SaveItem;
  outcome: 'created' | 'updated' | 'unchanged';
  /** The item once it is saved (a new one lacks its dates). */
  after: StoredItem;
}

/** Columns that go into the document as they are. */
const DOCUMENT_COLUMNS = [
  'name',
  'variantName',
  'sku',
  'barcode',
  'visible',
  'brandId',
  'brandName',
  'categoryIds',
  'preorderMessage',
  'extendedFields',
] as const;

const NEW_LEVEL: Level = {
  tracked: true,
  inStock: false,
  preorderEnabled: false,
  revision: 0,
  updatedMs: 0,
  quantity: 0,
  reserved: 0,
  preorderLimit: PREORDER_LIMIT_MAX,
  preorderCounter: 0,
  lowStockThreshold: null,
};

/**
 * Compares a row with the item it is about and says what to save.
 *
 * @throws InventoryError INVALID_INPUT when the item can't be what the row says
 */
export function planSave(
  key: Buffer,
  identity: ItemIdentity,
  values: CheckedRow['values'],
  stored: StoredItem | null,
): PlannedSave {
  const change = planLevel(values, stored?.level ?? null);
  const level = { ...(stored?.level ?? NEW_LEVEL), ...change };
  const before = stored?.document ?? '';
  const after = planDocument(identity, values, before);
  const same = stored && before === after && isDeepStrictEqual(level, stored.level);
  return {
    item: { key, level: change, before, after },
    outcome: same ? 'unchanged' : stored ? 'updated' : 'created',
    after: { document: after, level },
  };
}

/** Which numbers a row sets. A quantity makes the item tracked, `inStock` makes it untracked. */
function planLevel(values: CheckedRow['values'], level: Level | null): LevelChange {
  const { quantity, inStock, preorderEnabled, preorderLimit, lowStockThreshold } = values;
  if (!level && quantity === undefined && inStock === undefined) {
    const message = 'quantity or inStock must be given: the item is new';
    throw new InventoryError('INVALID_INPUT', message, { field: 'quantity' });
  }
  const tracked = inStock === undefined && (quantity !== undefined || level?.tracked === true);
  if (!tracked && preorderLimit !== undefined) {
    throw invalidInput('preorderLimit', preorderLimit, 'absent: the item is not tracked');
  }
  return {
    ...(typeof quantity === 'number' && { tracked: true, inStock: false, quantity }),
    ...(typeof inStock === 'boolean' && { tracked: false, inStock, quantity: 0 }),
    ...(typeof preorderEnabled === 'boolean' && { preorderEnabled }),
    ...(typeof preorderLimit === 'number' && { preorderLimit }),
    ...(lowStockThreshold !== undefined && { lowStockThreshold }),
  };
}

/** The document's text with the row in it: the very same text when the row changes nothing. */
function planDocument(
  identity: ItemIdentity,
  values: CheckedRow['values'],
  before: string,
): string {
  const document = before === '' ? { ...identity } : (JSON.parse(before) as ItemDocument);
  checkSameItem(identity, document);
  const fields = document as unknown as Record<string, unknown>;
  let changed = before === '';
  for (const name of DOCUMENT_COLUMNS) {
    const value = values[name];
    if (value === undefined || isDeepStrictEqual(value, presentValue(fields[name]))) continue;
    changed = true;
    if (value === null) Reflect.deleteProperty(fields, name);
    else fields[name] = value;
  }
  return changed ? JSON.stringify(document) : before;
}

/** An empty list or object says as much as none. */
function presentValue(value: unknown): unknown {
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return empty ? null : (value ?? null);
}

/** An item's product never changes, but a variant's id finds the item whatever the product. */
function checkSameItem(identity: ItemIdentity, document: ItemIdentity): void {
  for (const name of ['productId', 'variantId'] as const) {
    // A document may lack a variant where another has null.
    const stored = (document as Partial<ItemIdentity>)[name] ?? null;
    if (stored === identity[name]) continue;
    const bound = `${JSON.stringify(stored)}: the item with this variant has it already`;
    throw invalidInput(name, identity[name], bound);
  }
}

import { WIX_STORES_APP_ID } from '../core/catalog';
import { invalidInput } from '../core/errors';
import type { Level } from '../core/item';
import { isWholeNumber, PREORDER_LIMIT_MAX } from '../core/quantity';
import { beginningOf, readableText } from '../core/text';
import { checkRow, type CheckedRow } from '../inventory/importRow';
import { boundOf, itemColumns, type ItemColumn } from '../inventory/itemColumns';
import type { Fields } from './receivedEvent';

/** What an event says of an item, as far as the hub can hold it. */
export interface ReceivedItem {
  identity: CheckedRow['identity'];
  values: CheckedRow['values'];
  /** Units of the item that were on preorder in Wix. */
  preordered: number;
  /** Wix's time of creation, ms since 1970; 0: not told. */
  createdMs: number;
  /** What breaks a limit of the hub: made to fit it (names, texts) or left out. Each once. */
  misfits: readonly ItemColumn[];
}

/** Texts for people: their beginning says most of it. A part of a code is another code. */
const CUT: readonly ItemColumn[] = ['name', 'variantName', 'brandName', 'preorderMessage'];
const IDENTITY: readonly ItemColumn[] = ['appId', 'productId', 'variantId', 'locationId'];

/**
 * Reads an item as Wix has it (Inventory Items V3). A value that breaks a limit does not lose the
 * item: it is cut (with a space for what nobody can read in it) or left out, and named.
 *
 * @throws InventoryError INVALID_INPUT when it can't be told which item it is
 */
export function readReceivedItem(entity: Fields): ReceivedItem {
  const values = valuesOf(entity);
  const misfits = new Set<ItemColumn>();
  for (const name of CUT) {
    const value = values[name];
    if (typeof value !== 'string') continue;
    const fitting = beginningOf(readableText(value), itemColumns[name].max);
    if (fitting === value) continue;
    misfits.add(name);
    values[name] = fitting;
  }
  for (const [name, value] of Object.entries(values) as [ItemColumn, unknown][]) {
    const checked = checkRow({ number: 1, length: 0, values: { productId: 'any', [name]: value } });
    if ('identity' in checked) continue;
    if (IDENTITY.includes(name)) throw invalidInput(name, value, boundOf(itemColumns[name]));
    misfits.add(name);
    Reflect.deleteProperty(values, name);
  }
  const checked = checkRow({ number: 1, length: 0, values });
  if (!('identity' in checked)) throw checked[0]!;
  const counter = fieldsOf(entity['preorderInfo'])['counter'];
  const createdMs = Date.parse(String(entity['createdDate']));
  return {
    ...checked,
    preordered: isWholeNumber(counter, 0, PREORDER_LIMIT_MAX) ? counter : 0,
    createdMs: isWholeNumber(createdMs, 0, Number.MAX_SAFE_INTEGER) ? createdMs : 0,
    misfits: [...misfits],
  };
}

/** Which numbers of an item an event sets. */
export type TakenQuantities = 'ALL' | 'NONE';

/**
 * The values to store. Describing ones always; what says how much can be sold only when the
 * quantities are taken. What is left for preorder stays what Wix has: the limit is moved by the
 * preorders that the hub and Wix count differently.
 */
export function valuesToTake(
  { values, preordered }: ReceivedItem,
  taken: TakenQuantities,
  level: Level | null,
): CheckedRow['values'] {
  const { quantity, inStock, preorderEnabled, preorderLimit, ...words } = values;
  if (taken === 'NONE') return words;
  // Nothing is sold of an item whose stock nobody told.
  const unknown = !level && quantity === undefined && inStock === undefined;
  const counted = unknown ? 0 : quantity;
  const counter = level?.preorderCounter ?? 0;
  const limit =
    typeof preorderLimit === 'number' && typeof counted === 'number'
      ? Math.min(Math.max(preorderLimit - preordered + counter, 0), PREORDER_LIMIT_MAX)
      : undefined;
  return {
    ...words,
    ...(counted !== undefined && { quantity: counted }),
    ...(inStock !== undefined && { inStock }),
    ...(preorderEnabled !== undefined && { preorderEnabled }),
    ...(limit !== undefined && { preorderLimit: limit }),
  };
}

/** The entity's values by column. Absent: it does not say; null or empty: there is none. */
function valuesOf(entity: Fields): Partial<Record<ItemColumn, unknown>> {
  const product = fieldsOf(entity['product']);
  const brand = fieldsOf(product['brand']);
  const preorder = fieldsOf(entity['preorderInfo']);
  const tracked = isTracked(entity);
  const given: Partial<Record<ItemColumn, unknown>> = {
    appId: WIX_STORES_APP_ID,
    productId: entity['productId'] ?? '',
    variantId: entity['variantId'] ?? undefined,
    locationId: entity['locationId'] ?? undefined,
    name: product['name'],
    variantName: product['variantName'],
    sku: product['variantSku'],
    barcode: product['variantBarcode'],
    brandId: brand['id'],
    brandName: brand['name'],
    visible: product['variantVisible'],
    categoryIds: product['directCategoryIds'],
    quantity: tracked ? (entity['quantity'] ?? undefined) : undefined,
    inStock: tracked ? undefined : (entity['inStock'] ?? statusOf(entity)),
    preorderEnabled: preorder['enabled'] ?? undefined,
    preorderMessage: preorder['message'],
    preorderLimit: preorder['limit'] ?? undefined,
    extendedFields: fieldsOf(entity['extendedFields'])['namespaces'],
  };
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    said.map(([name, value]) => [name, value === '' && name !== 'productId' ? null : value]),
  );
}

/** Wix sends either a quantity or `inStock`; a sender of both says by `trackQuantity` which. */
function isTracked({ quantity, inStock, trackQuantity }: Fields): boolean {
  if (typeof trackQuantity === 'boolean') return trackQuantity;
  return typeof quantity === 'number' || typeof inStock !== 'boolean';
}

function statusOf({ availabilityStatus }: Fields): boolean | undefined {
  return typeof availabilityStatus === 'string' ? availabilityStatus === 'IN_STOCK' : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

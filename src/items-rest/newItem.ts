import type { ItemRow } from '../inventory/itemColumns';
import type { FieldReader } from './fieldReader';
import { violation } from './fieldViolation';
import { readProduct, readWrittenFields, type WrittenFields } from './writtenItem';

/** Reads an item to create (Wix Inventory Items V3). Notes all that is wrong with it. */
export function readNewItem(fields: FieldReader): ItemRow {
  const written = readWrittenFields(fields);
  if (written.productId == null) missing(fields, 'productId', '1..36 characters');
  if (written.variantId == null) missing(fields, 'variantId', 'a GUID');
  checkTracking(fields, written);
  checkCreation(fields, written);
  return newRow(written, readProduct(fields));
}

/** What a new item is stored as. */
export function newRow(written: WrittenFields, product: ItemRow): ItemRow {
  const { preorder, namespaces } = written;
  const values: ItemRow = {
    productId: written.productId ?? null,
    variantId: written.variantId ?? null,
    locationId: written.locationId ?? null,
    quantity: written.quantity ?? null,
    inStock: written.inStock ?? null,
    preorderEnabled: preorder.enabled ?? null,
    preorderMessage: preorder.message ?? null,
    preorderLimit: preorder.limit ?? null,
    extendedFields: namespaces ? given(namespaces) : null,
  };
  const present = Object.entries(values).filter(([, value]) => value !== null);
  return { ...(Object.fromEntries(present) as ItemRow), ...product };
}

/** An item is tracked by quantity or by status: never by both. */
export function checkOneOf(fields: FieldReader, { quantity, inStock }: WrittenFields): void {
  if (quantity == null || inStock == null) return;
  const bound = 'absent when quantity is given: an item is tracked or not';
  fields.problems.push(violation(fields.at('inStock'), inStock, bound, { violatedRule: 'OTHER' }));
}

function checkTracking(fields: FieldReader, written: WrittenFields): void {
  checkOneOf(fields, written);
  const given = (['quantity', 'inStock'] as const).some((name) => fields.raw(name) != null);
  if (!given) missing(fields, 'quantity', 'given, or inStock: an item is tracked or not');
}

function checkCreation(fields: FieldReader, { quantity, inStock, preorder }: WrittenFields): void {
  if (typeof quantity === 'number' && quantity < 0) {
    const rule = 'REQUESTED_QUANTITY_MUST_BE_NON_NEGATIVE';
    fields.problems.push(
      violation(fields.at('quantity'), quantity, '0 or more in a new item', custom(rule)),
    );
  }
  if (inStock != null && quantity == null && preorder.limit != null) {
    const rule = 'PREORDER_LIMIT_NOT_SUPPORTED_FOR_UNTRACKED_INVENTORY';
    const bound = 'absent: the item is not tracked';
    const place = fields.at('preorderInfo.limit');
    fields.problems.push(violation(place, preorder.limit, bound, custom(rule)));
  }
}

function custom(ruleName: string) {
  return { violatedRule: 'CUSTOM', ruleName } as const;
}

/** Of a value that was given and is wrong the reader has told already. */
function missing(fields: FieldReader, name: string, bound: string): void {
  if (fields.raw(name) == null) fields.miss(name, bound);
}

function given(namespaces: NonNullable<WrittenFields['namespaces']>) {
  const entries = [...namespaces].filter(([, values]) => values !== null);
  return Object.fromEntries(entries) as Record<string, Record<string, unknown>>;
}

import { normalizeId } from '../core/catalog';
import { NIL_GUID } from '../core/identity';
import type { InventoryItem } from '../core/item';
import { PREORDER_LIMIT_MAX } from '../core/quantity';
import type { ItemRow } from '../inventory/itemColumns';
import { FieldReader, isObject } from './fieldReader';
import { invalidField, violation, type InvalidFields } from './fieldViolation';
import { checkOneOf } from './newItem';
import {
  readWrittenItem,
  WIRE_QUANTITY,
  type WrittenItem,
  type WrittenNamespaces,
} from './writtenItem';
import { WixRefusal, type WixCode } from './wixRefusal';

/** What a call changes of an item; survives JSON. Undefined stays as it is. */
export interface ItemChange {
  written: WrittenItem;
  quantity: number | undefined;
  inStock: boolean | undefined;
  preorderEnabled: boolean | undefined;
  /** Null: none. */
  preorderMessage: string | null | undefined;
  /** Null: the default. */
  preorderLimit: number | null | undefined;
  /** `whole`: namespaces that are not given go. */
  namespaces: { given: WrittenNamespaces; whole: boolean } | undefined;
}

/** What says which item it is. */
const IDENTIFYING = ['id', 'revision', 'variantId', 'locationId', 'productId'] as const;
/** What nobody writes: in a mask it changes nothing, for clients send back what they have read. */
const LEFT_ALONE: readonly string[] = [
  ...IDENTIFYING,
  ...[
    'createdDate',
    'updatedDate',
    'trackQuantity',
    'availabilityStatus',
    'preorderInfo.counter',
    'preorderInfo.quantity',
  ],
  'product',
];
const PREORDER_FIELDS = ['enabled', 'message', 'limit'] as const;
const ONE_NAMESPACE = 'extendedFields.namespaces.';

/**
 * Reads what is to change of an item: the fields that are present, or with a mask the fields of the
 * mask, where an absent one means its default.
 *
 * @param mayRepeat whether `quantity` may lie beyond the wire's bounds when the item has it
 * @param mayCreate whether the fields outside of the mask are read, too: of a new item all count
 */
export function readItemChange(
  fields: FieldReader,
  mask: readonly string[] | undefined,
  { mayRepeat = true, mayCreate = false } = {},
): ItemChange {
  const paths = mask && expand(mask, fields);
  const read = paths && !mayCreate ? within(fields, paths) : fields;
  const written = readWrittenItem(read, mayRepeat);
  checkOneOf(read, written);
  const { quantity, inStock, preorder, namespaces } = written;
  const change: ItemChange = {
    written,
    quantity: quantity ?? undefined,
    inStock: inStock ?? undefined,
    preorderEnabled: preorder.enabled === null ? false : preorder.enabled,
    preorderMessage: preorder.message,
    preorderLimit: preorder.limit,
    namespaces: namespaces && { given: namespaces, whole: false },
  };
  return paths ? masked(change, paths, fields) : change;
}

/** What says which item it is, and of the other fields those of a mask: the rest is not read. */
function within(fields: FieldReader, paths: ReadonlySet<string>): FieldReader {
  const { preorderInfo, extendedFields, ...others } = fields.pick([
    ...IDENTIFYING,
    ...['quantity', 'inStock', 'preorderInfo', 'extendedFields'].filter((name) =>
      [...paths].some((path) => path === name || path.startsWith(`${name}.`)),
    ),
  ]);
  const named = (prefix: string, value: unknown) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => paths.has(prefix + name)))
      : value;
  const whole = paths.has('extendedFields.namespaces') || !isObject(extendedFields);
  const narrowed = {
    ...others,
    preorderInfo: named('preorderInfo.', preorderInfo),
    extendedFields: whole
      ? extendedFields
      : { namespaces: named(ONE_NAMESPACE, extendedFields['namespaces']) },
  };
  return new FieldReader(narrowed, fields.path, fields.problems);
}

/** The writable fields a mask names. */
function expand(mask: readonly string[], fields: FieldReader): Set<string> {
  const paths = new Set<string>();
  for (const path of mask) {
    if (path === 'preorderInfo') {
      for (const name of PREORDER_FIELDS) paths.add(`preorderInfo.${name}`);
    } else if (path === 'extendedFields') paths.add('extendedFields.namespaces');
    else if (isWritable(path)) paths.add(path);
    else if (!LEFT_ALONE.includes(path) && !path.startsWith('product.')) {
      const place = fields.path.replace(/[^.]+$/, 'fieldMask');
      const rule = { violatedRule: 'FORMAT' } as const;
      fields.problems.push(violation(place, path, 'paths of the item, such as quantity', rule));
    }
  }
  return paths;
}

function isWritable(path: string): boolean {
  if (path === 'quantity' || path === 'inStock' || path === 'extendedFields.namespaces')
    return true;
  if (path.startsWith(ONE_NAMESPACE)) return path.length > ONE_NAMESPACE.length;
  return PREORDER_FIELDS.some((name) => path === `preorderInfo.${name}`);
}

function masked(change: ItemChange, paths: ReadonlySet<string>, fields: FieldReader): ItemChange {
  const in_ = (path: string) => paths.has(path);
  const tracking = (['quantity', 'inStock'] as const).filter(in_);
  const given = tracking.some((name) => fields.raw(name) != null);
  // An item always has one of them: neither can be taken away.
  if (tracking[0] && !given) fields.miss(tracking[0], 'given: the mask names it');
  return {
    written: change.written,
    quantity: in_('quantity') ? change.quantity : undefined,
    inStock: in_('inStock') ? change.inStock : undefined,
    preorderEnabled: in_('preorderInfo.enabled') ? (change.preorderEnabled ?? false) : undefined,
    preorderMessage: in_('preorderInfo.message') ? (change.preorderMessage ?? null) : undefined,
    preorderLimit: in_('preorderInfo.limit') ? (change.preorderLimit ?? null) : undefined,
    namespaces: maskedNamespaces(change.namespaces?.given ?? [], paths),
  };
}

function maskedNamespaces(
  given: WrittenNamespaces,
  paths: ReadonlySet<string>,
): ItemChange['namespaces'] {
  if (paths.has('extendedFields.namespaces')) return { given, whole: true };
  const names = [...paths]
    .filter((path) => path.startsWith(ONE_NAMESPACE))
    .map((path) => path.slice(ONE_NAMESPACE.length));
  if (names.length === 0) return undefined;
  const values = new Map(given);
  return { given: names.map((name) => [name, values.get(name) ?? null]), whole: false };
}

/**
 * The values that turn an item into what the change says.
 *
 * @param lowers the code of a quantity below zero that is under the present one
 * @returns the values, or why the item can't be so
 */
export function rowOfChange(
  change: ItemChange,
  present: InventoryItem,
  lowers: WixCode,
): ItemRow | WixRefusal | InvalidFields {
  const other = otherIdentity(change.written, present);
  if (other) return other;
  const { quantity, inStock, preorderLimit: limit } = change;
  const beyond = beyondWire(change, present.tracked ? present.quantity : undefined);
  if (beyond) return beyond;
  const held = present.tracked ? present.quantity : 0;
  if (quantity !== undefined && quantity < 0 && quantity < held) {
    return new WixRefusal(lowers, undefined, { quantity, presentQuantity: held });
  }
  const tracked = inStock === undefined && (quantity !== undefined || present.tracked);
  if (!tracked && typeof limit === 'number') {
    const message = 'A preorder limit needs an item that is tracked.';
    return new WixRefusal('PRE_ORDER_VALIDATION', message, { limit });
  }
  const row = {
    quantity,
    inStock,
    preorderEnabled: change.preorderEnabled,
    preorderMessage: change.preorderMessage,
    preorderLimit: limit === null && tracked ? PREORDER_LIMIT_MAX : (limit ?? undefined),
    extendedFields: change.namespaces && merged(change.namespaces, present.extendedFields),
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** Refuses a quantity beyond the wire's bounds, unless it is the one the item has. */
export function beyondWire(
  { quantity, written }: Pick<ItemChange, 'quantity' | 'written'>,
  present?: number,
): InvalidFields | undefined {
  const { min, max } = WIRE_QUANTITY;
  if (quantity === undefined || quantity === present) return undefined;
  if (quantity >= min && quantity <= max) return undefined;
  const low = quantity < min;
  return invalidField(
    `${written.path}.quantity`,
    quantity,
    `a whole number from ${min} to ${max}`,
    {
      violatedRule: low ? 'MIN' : 'MAX',
      data: { threshold: low ? min : max },
    },
  );
}

/** Namespaces belong to apps: one that writes its own leaves the others' alone. */
function merged(
  { given, whole }: NonNullable<ItemChange['namespaces']>,
  present: InventoryItem['extendedFields'],
): Record<string, Record<string, unknown>> {
  const namespaces = new Map(whole ? [] : Object.entries(present ?? {}));
  for (const [name, values] of given) {
    if (values) namespaces.set(name, values);
    else namespaces.delete(name);
  }
  return Object.fromEntries(namespaces);
}

/** What an item is of never changes: a call that says otherwise means another item. */
function otherIdentity(written: WrittenItem, present: InventoryItem): InvalidFields | undefined {
  const stored = {
    productId: present.productId,
    variantId: present.variantId ?? NIL_GUID,
    locationId: present.locationId,
  };
  for (const name of ['productId', 'variantId', 'locationId'] as const) {
    const value = written[name];
    if (value == null || normalizeId(value) === normalizeId(stored[name])) continue;
    const bound = `${stored[name]}: it never changes`;
    return invalidField(`${written.path}.${name}`, value, bound, { violatedRule: 'OTHER' });
  }
  return undefined;
}

import { normalizeId, WIX_STORES_APP_ID } from '../core/catalog';
import { InventoryError, invalidInput } from '../core/errors';
import { isGuid, NIL_GUID, type ItemIdentity } from '../core/identity';
import { isWholeNumber } from '../core/quantity';
import { beginningOf, isReadableLine, isText } from '../core/text';
import {
  boundOf,
  isItemColumn,
  itemColumns,
  type Column,
  type ColumnKind,
  type ItemRow,
} from './itemColumns';

/**
 * A row as read from a file. `number` is its place in the file and rises: for CSV as a spreadsheet
 * counts (the header is row 1), for NDJSON the line, from 1. One of: `cells` (CSV, text by column),
 * `values` (NDJSON, any JSON value), `problem` (it could not be read).
 */
export type RawRow = {
  number: number;
  /** How much text the row is, in characters. */
  length: number;
} & (
  { cells: Readonly<Record<string, string>> } | { values: unknown } | { problem: InventoryError }
);

/** What a row says, checked as far as the row alone tells. */
export interface CheckedRow {
  /** A null location means the tenant's default one. */
  identity: Omit<ItemIdentity, 'locationId'> & { locationId: string | null };
  values: Omit<ItemRow, keyof ItemIdentity>;
}

/**
 * Checks a row by itself: known columns, types, limits, and what must stand together.
 *
 * @returns the row, or every problem it has (INVALID_INPUT that names column, value and bound)
 */
export function checkRow(row: RawRow): CheckedRow | readonly InventoryError[] {
  if ('problem' in row) return [row.problem];
  const given: unknown = 'cells' in row ? row.cells : row.values;
  if (!isPlainObject(given)) return [invalidInput('the row', given, 'a JSON object')];
  const problems: InventoryError[] = [];
  const values: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isItemColumn(name)) {
      unknown.push(name);
      continue;
    }
    const column: Column = itemColumns[name];
    const read = 'cells' in row ? readCell(column.kind, value as string) : value;
    if (read === undefined) continue;
    const checked = checkValue(column, read);
    if (checked === undefined) problems.push(invalidInput(name, read, boundOf(column)));
    else if (checked !== null || column.clearable) values[name] = checked;
  }
  if (unknown.length > 0) problems.push(unknownColumns(unknown));
  problems.push(...checkTogether(given, values));
  return problems.length > 0 ? problems : splitIdentity(values);
}

/** The error about names that are no columns. */
export function unknownColumns(names: readonly string[]): InventoryError {
  const shown = names.slice(0, 10).map((name) => JSON.stringify(beginningOf(name, 80)));
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  const known = Object.keys(itemColumns).join(', ');
  const [what, verb] = names.length === 1 ? ['column', 'is'] : ['columns', 'are'];
  const message = `The ${what} ${shown.join(', ')}${more} ${verb} unknown. Columns: ${known}`;
  return new InventoryError('INVALID_INPUT', message, { field: names[0] ?? '' });
}

function checkTogether(given: object, values: Readonly<Record<string, unknown>>): InventoryError[] {
  const problems: InventoryError[] = [];
  // A productId that was refused has been told of already.
  if (values['productId'] === undefined && !isGiven(given, 'productId')) {
    problems.push(invalidInput('productId', undefined, boundOf(itemColumns.productId)));
  }
  if (values['quantity'] !== undefined && values['inStock'] !== undefined) {
    const bound = 'absent when quantity is given: an item is tracked or not';
    problems.push(invalidInput('inStock', values['inStock'], bound));
  }
  return problems;
}

function isGiven(given: object, name: string): boolean {
  const value = (given as Record<string, unknown>)[name];
  return value !== undefined && value !== null && value !== '';
}

function splitIdentity(row: ItemRow): CheckedRow {
  const { productId, variantId, locationId, appId, ...values } = row;
  const variant = variantId?.toLowerCase() ?? NIL_GUID;
  return {
    identity: {
      appId: normalizeId(appId ?? WIX_STORES_APP_ID),
      productId: normalizeId(productId ?? ''),
      variantId: variant === NIL_GUID ? null : variant,
      locationId: locationId?.toLowerCase() ?? null,
    },
    values,
  };
}

/**
 * Turns a CSV cell into the value NDJSON would hold; undefined for an empty one. A cell that can't
 * be turned stays the text it is, which `checkValue` then refuses by its type.
 */
function readCell(kind: ColumnKind, cell: string): unknown {
  if (cell === '') return undefined;
  if (kind === 'id' || kind === 'text') return cell;
  const text = cell.trim();
  if (text === '') return undefined;
  switch (kind) {
    case 'guid':
      return text;
    case 'boolean':
      return BOOLEANS[text.toLowerCase()] ?? cell;
    case 'integer':
      return /^-?\d+$/.test(text) ? Number(text) : cell;
    case 'guids':
      return text
        .split(';')
        .map((id) => id.trim())
        .filter((id) => id !== '');
    case 'object':
      return parseJson(text) ?? cell;
  }
}

const BOOLEANS: Readonly<Record<string, boolean | undefined>> = { true: true, false: false };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value as it is stored; null when there is none; undefined when it breaks a limit. */
function checkValue({ kind, min, max }: Column, value: unknown): unknown {
  if (value === null) return null;
  switch (kind) {
    case 'id':
      return isText(value, min, max) && isId(value) ? value : undefined;
    case 'text':
      return isText(value, min, max) ? value : undefined;
    case 'guid':
      return isGuid(value) ? value.toLowerCase() : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'integer':
      // Adding zero makes minus zero zero.
      return isWholeNumber(value, min, max) ? value + 0 : undefined;
    case 'guids':
      return checkGuids(value, max);
    case 'object':
      return checkObjects(value, max);
  }
}

/** Space around an id is a slip of a spreadsheet; a control character could forge another item. */
function isId(text: string): boolean {
  return isReadableLine(text) && text === text.trim();
}

function checkGuids(value: unknown, max: number): string[] | null | undefined {
  if (!Array.isArray(value) || value.length > max || !value.every(isGuid)) return undefined;
  return value.length === 0 ? null : value.map((id) => id.toLowerCase());
}

function checkObjects(value: unknown, max: number): object | null | undefined {
  if (!isPlainObject(value) || !Object.values(value).every(isPlainObject)) return undefined;
  if (JSON.stringify(value).length > max) return undefined;
  return Object.keys(value).length === 0 ? null : value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

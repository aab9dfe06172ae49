import { normalizeId } from '../core/catalog';
import { isItemColumn, itemColumns, type ItemRow } from './itemColumns';

/**
 * The values of a row in one spelling: GUIDs in lower case. Equal for rows that say the same, right
 * or wrong.
 */
export function spelledRow(values: ItemRow): Record<string, unknown> {
  const spelled = Object.entries(values).map(([name, value]: [string, unknown]) => {
    const kind = isItemColumn(name) ? itemColumns[name].kind : 'text';
    if (kind === 'guid' || kind === 'id') return [name, spelledId(value)];
    if (kind === 'guids' && Array.isArray(value)) return [name, value.map(spelledId)];
    return [name, value];
  });
  return Object.fromEntries(spelled) as Record<string, unknown>;
}

function spelledId(value: unknown): unknown {
  return typeof value === 'string' ? normalizeId(value) : value;
}

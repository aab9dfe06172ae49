import type { Aggregated, AggregatedGroup } from '../core/itemAggregation';
import type { FieldValue } from '../core/condition';
import { isoIn, UTC } from '../core/timeZone';
import type { WireAggregation, WireLevel } from './wireAggregations';

/** Stretches of a date histogram, at the most (Wix: DateHistogramResults); the newest are given. */
const MAX_STRETCHES = 200;
/** Rows of nested aggregations, at the most (Wix: NestedResults); the first are given. */
const MAX_ROWS = 1000;

/** Of one aggregation, in Wix's words (AggregationResults). */
export type WireAggregated = Readonly<Record<string, unknown>>;

/** What an aggregation found, as the wire has it. */
export function wireAggregated(asked: WireAggregation, found: Aggregated): WireAggregated {
  const { name, type, fieldPath } = asked;
  const named = { ...(name !== '' && { name }), type, ...(fieldPath !== '' && { fieldPath }) };
  if (type === 'NESTED') return { ...named, nested: { results: rowsOf(asked, found) } };
  const level = asked.levels[0]!;
  if ('scalar' in found) return { ...named, scalar: scalarOf(level, found.scalar) };
  const results = found.groups.map((group) => groupOf(asked, level, group));
  if (type === 'VALUE') return { ...named, values: { results } };
  if (type === 'RANGE') return { ...named, ranges: { results } };
  return { ...named, dateHistogram: { results: results.slice(-MAX_STRETCHES) } };
}

/** Of no values there is no least, no greatest and no average: the number is left out. */
function scalarOf({ level }: WireLevel, value: number | null): object {
  const type = level.kind === 'scalar' ? level.scalar : undefined;
  return { type, ...(value !== null && { value }) };
}

function groupOf(asked: WireAggregation, { level, kind }: WireLevel, group: AggregatedGroup) {
  const { key, count } = group;
  if (level.kind === 'ranges') return { ...level.ranges[Number(key)], count };
  if (level.kind === 'times') return { value: isoIn(asked.zone, Number(key)), count };
  return { value: shown(key, kind), count };
}

function shown(key: FieldValue, kind: WireLevel['kind']): string {
  return kind === 'date' && typeof key === 'number' ? isoIn(UTC, key) : String(key);
}

type Row = { results: Record<string, object> };

/** One row for each path down the levels, with what each level found on it, by its name. */
function rowsOf(asked: WireAggregation, found: Aggregated): Row[] {
  const rows: Row[] = [];
  addRows(asked, 0, found, {}, rows);
  return rows;
}

const ROW_KEYS = {
  VALUE: 'value',
  RANGE: 'range',
  SCALAR: 'scalar',
  DATE_HISTOGRAM: 'dateHistogram',
} as const;

function addRows(
  asked: WireAggregation,
  depth: number,
  found: Aggregated,
  above: Row['results'],
  rows: Row[],
): void {
  const level = asked.levels[depth]!;
  const key = ROW_KEYS[level.type];
  if ('scalar' in found) {
    const value = found.scalar === null ? {} : { value: found.scalar };
    rows.push({ results: { ...above, [level.name]: { [key]: value } } });
    return;
  }
  for (const group of found.groups) {
    if (rows.length >= MAX_ROWS) return;
    if (group.count === 0) continue;
    const results = { ...above, [level.name]: { [key]: groupOf(asked, level, group) } };
    if (group.within) addRows(asked, depth + 1, group.within, results, rows);
    else rows.push({ results });
  }
}

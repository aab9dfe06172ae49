import type { Level } from '../core/item';
import type { Trail } from '../redis/packing';

type Value = string | number | boolean | null;

/** One thing that is not as the ledger says. */
export interface Drift {
  /** GUID; null when the drift is not about an item. */
  itemId: string | null;
  /** The order whose record is wrong. */
  orderId?: string;
  /** The ledger entry that contradicts the ones before it. */
  ledgerId?: string;
  /** The Redis key that is not as it has to be, where no item, order or entry can be named. */
  key?: string;
  /** What is wrong: a field of the level or order record, `document`, `statusIndex`, ... */
  field: string;
  /** Null: there is none. */
  stored: Value;
  /** What the ledger says it must be; null: there must be none. */
  expected: Value;
}

/** What a drift is about. */
export type DriftPlace = Omit<Drift, 'field' | 'stored' | 'expected'>;

/** Drifts found so far. */
export interface DriftList {
  /** How many were found. */
  count: number;
  /** The first ones, up to `DRIFTS_NAMED`. */
  named: Drift[];
  /** Told of every one. */
  onDrift?: (drift: Drift) => void;
}

/** So many drifts are named; more are only counted. */
export const DRIFTS_NAMED = 1000;

/** The fields of a level that can drift: all. */
const LEVEL_FIELDS = [
  'tracked',
  'inStock',
  'preorderEnabled',
  'revision',
  'updatedMs',
  'quantity',
  'reserved',
  'preorderLimit',
  'preorderCounter',
  'lowStockThreshold',
] as const satisfies readonly (keyof Level)[];

/** Notes a drift when two values differ. */
export function expectSame(
  list: DriftList,
  place: DriftPlace,
  field: string,
  stored: Value,
  expected: Value,
): void {
  if (stored === expected) return;
  const drift = { ...place, field, stored, expected };
  list.count += 1;
  if (list.named.length < DRIFTS_NAMED) list.named.push(drift);
  list.onDrift?.(drift);
}

/**
 * Notes a drift for every field in which two levels differ.
 *
 * @param name what the level is; default: the item's own
 */
export function expectSameLevel(
  list: DriftList,
  place: DriftPlace,
  stored: Level | null,
  expected: Level | null,
  name = 'level',
): void {
  if (!stored || !expected) {
    const revisions = [stored?.revision ?? null, expected?.revision ?? null] as const;
    expectSame(list, place, name, ...revisions);
    return;
  }
  for (const field of LEVEL_FIELDS) {
    const full = name === 'level' ? field : `${name}.${field}`;
    expectSame(list, place, full, stored[field], expected[field]);
  }
}

/** Notes a drift when a level hangs on other ledger entries; a level too many or few is one. */
export function expectSameTrail(
  list: DriftList,
  place: DriftPlace,
  stored: Trail | null,
  expected: Trail | null,
): void {
  if (!stored || !expected) return;
  for (const field of ['lastEntryId', 'documentSequence'] as const) {
    expectSame(list, place, field, stored[field], expected[field]);
  }
}

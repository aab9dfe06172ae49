import { readImportProgress } from '../redis/reads';
import type { InventoryDeps } from './deps';
import { tenantSettings } from './settings';

/** Rows by what became of them. */
export interface ImportCounts {
  created: number;
  updated: number;
  unchanged: number;
  /** Rows that were not stored because they break a limit. */
  failed: number;
}

/** How far an import has come; stored as JSON with every batch. */
export interface ImportProgress {
  /** Rows up to this number are done; 0: none. */
  lastRow: number;
  counts: ImportCounts;
  /** GUID that rows without a location mean: the tenant's default one when the import began. */
  defaultLocationId: string;
}

/** How long an interrupted import can be gone on with: 30 days, in ms. */
export const PROGRESS_TTL_MS = 30 * 24 * 3600 * 1000;

export const NO_COUNTS: Readonly<ImportCounts> = {
  created: 0,
  updated: 0,
  unchanged: 0,
  failed: 0,
};

/** The sum of two counts, kind by kind. */
export function addCounts(one: ImportCounts, other: ImportCounts): ImportCounts {
  return {
    created: one.created + other.created,
    updated: one.updated + other.updated,
    unchanged: one.unchanged + other.unchanged,
    failed: one.failed + other.failed,
  };
}

/**
 * How far an import has come, and the text that says so in the store (empty: it has not begun).
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function findImportProgress(
  deps: InventoryDeps,
  tenantId: string,
  digest: string,
): Promise<{ progress: ImportProgress; storedProgress: string }> {
  const stored = await readImportProgress(deps.redis, tenantId, digest);
  if (stored) return { progress: JSON.parse(stored) as ImportProgress, storedProgress: stored };
  const { defaultLocationId } = await tenantSettings(deps, tenantId);
  return {
    progress: { lastRow: 0, counts: NO_COUNTS, defaultLocationId },
    storedProgress: '',
  };
}

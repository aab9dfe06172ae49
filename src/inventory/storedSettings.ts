/** What the store itself needs of a tenant's settings. */
export interface StoredSettings {
  /** 0 while all are defaults. */
  revision: number;
  /** The tenant's default, units; null: none. */
  lowStockThreshold: number | null;
}

/** Reads them from the settings as stored; null: all are defaults. */
export function storedSettings(json: string | null): StoredSettings {
  const { revision = 0, lowStockThreshold = null } = (
    json === null ? {} : JSON.parse(json)
  ) as Partial<StoredSettings>;
  return { revision, lowStockThreshold };
}

import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/** The types of the keys that verification reads as a whole, by their names in `keys.ts`. */
const TYPES = {
  levels: 'hash',
  documents: 'hash',
  ledger: 'stream',
  statusIndex: 'zset',
  lowStockIndex: 'zset',
  checkpoint: 'hash',
  settings: 'string',
  reindexLowStock: 'string',
} as const satisfies Partial<Record<keyof typeof keys, string>>;

/** A key that somebody gave another type. */
export interface MistypedKey {
  key: string;
  is: string;
  expected: string;
}

/**
 * The keys of a tenant that are of another type than the hub gives them: no command works on them.
 *
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function mistypedKeys(redis: HubRedis, tenantId: string): Promise<MistypedKey[]> {
  const names = Object.keys(TYPES) as (keyof typeof TYPES)[];
  const all = names.map((name) => ({ key: keys[name](tenantId), expected: TYPES[name] }));
  const types = await whileStoreAnswers(() => Promise.all(all.map(({ key }) => redis.type(key))));
  const found = all.map((one, i) => ({ ...one, is: types[i]! }));
  return found.filter(({ is, expected }) => is !== expected && is !== 'none');
}

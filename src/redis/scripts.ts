import type { Redis } from 'ioredis';
import { InventoryError } from '../core/errors';
import { loadScript, scriptNames, type ScriptName } from '../lua/loadScript';
import { isOutage } from './outage';

/** A key or an argument of a script. */
export type Argument = string | number | Buffer;
type ScriptMethod = (...args: Argument[]) => Promise<Buffer[]>;

/** Told after each script call how long its answer took. */
export type ScriptObserver = (script: ScriptName, seconds: number) => void;

/** Told of each ledger entry this process has written, before the writer knows. Must not throw. */
export type LedgerObserver = (tenantId: string, ledgerId: string) => void;

/** A connection that knows the scripts. */
export type HubRedis = Redis &
  Record<`${ScriptName}Buffer`, ScriptMethod> & {
    onScriptCall?: ScriptObserver;
    onLedgerEntry?: LedgerObserver;
    /** Runs before the first write to a tenant; undefined: nothing is left to do for it. */
    beforeWrite?: (tenantId: string) => Promise<void> | undefined;
  };

/** Scripts that add an entry to the ledger, whose first key names the tenant. */
const LEDGER_WRITERS: ReadonlySet<ScriptName> = new Set([
  'postMovement',
  'saveItems',
  'deleteItems',
]);

const KEY_COUNTS: Record<ScriptName, number> = {
  postMovement: 7,
  saveItems: 8,
  deleteItems: 7,
  saveLocation: 2,
  saveSettings: 5,
  trimLedger: 2,
  restoreItems: 4,
  restoreOrder: 1,
  reindexLowStock: 3,
  readHistory: 2,
  findEntries: 1,
  keepRefusal: 2,
  saveWebhook: 4,
  deleteWebhook: 6,
  moveCursor: 1,
  parkEvents: 2,
  buryEvent: 4,
  noteAttempt: 1,
};

/** Teaches a connection the scripts of `src/lua`. */
export function defineScripts(redis: Redis, onScriptCall?: ScriptObserver): HubRedis {
  for (const name of scriptNames) {
    redis.defineCommand(name, { numberOfKeys: KEY_COUNTS[name], lua: loadScript(name) });
  }
  return Object.assign(redis as HubRedis, onScriptCall && { onScriptCall });
}

/**
 * Runs a store access and turns "Redis is away" into one error.
 *
 * @throws InventoryError REDIS_UNAVAILABLE; whether the command was applied is then unknown
 */
export async function whileStoreAnswers<T>(access: () => Promise<T>): Promise<T> {
  try {
    return await access();
  } catch (error) {
    if (!isOutage(error)) throw error;
    throw new InventoryError('REDIS_UNAVAILABLE', undefined, undefined, { cause: error });
  }
}

/**
 * Calls a script.
 *
 * @throws InventoryError REDIS_UNAVAILABLE; whether it ran is then unknown
 */
export async function run(redis: HubRedis, name: ScriptName, args: Argument[]): Promise<Buffer[]> {
  const tenantId = LEDGER_WRITERS.has(name) ? tenantOf(args[0]!) : '';
  const prepared = tenantId === '' ? undefined : redis.beforeWrite?.(tenantId);
  if (prepared) await prepared;
  const started = performance.now();
  try {
    const answer = await whileStoreAnswers(() => redis[`${name}Buffer`](...args));
    if (tenantId !== '' && redis.onLedgerEntry && answer[0]?.toString() === 'OK') {
      const ledgerId = answer[1]!.toString();
      // A preview has no id, a save that changed nothing a dash.
      if (ledgerId.length > 1) redis.onLedgerEntry(tenantId, ledgerId);
    }
    return answer;
  } finally {
    redis.onScriptCall?.(name, (performance.now() - started) / 1000);
  }
}

/** The hash tag of a tenant's key. */
function tenantOf(key: Argument): string {
  const text = String(key);
  return text.slice(1, text.indexOf('}'));
}

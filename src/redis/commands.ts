import type { Redis } from 'ioredis';
import { InventoryError, type RefusalWord } from '../core/errors';
import type { LedgerLine, MovementCause, MovementLine } from '../core/movement';
import { loadScript, scriptNames, type ScriptName } from '../lua/loadScript';
import { keys } from './keys';
import { isOutage } from './outage';
import {
  packComparisons,
  packDeletions,
  packLevelChange,
  packLines,
  unpackLedgerLines,
  type LevelChange,
} from './packing';
import { refusal } from './refusal';

type Argument = string | number | Buffer;
type ScriptMethod = (...args: Argument[]) => Promise<Buffer[]>;

/** Told after each script call how long its answer took. */
export type ScriptObserver = (script: ScriptName, seconds: number) => void;

/** A connection that knows the scripts. */
export type HubRedis = Redis &
  Record<`${ScriptName}Buffer`, ScriptMethod> & { onScriptCall?: ScriptObserver };

const KEY_COUNTS: Record<ScriptName, number> = {
  postMovement: 7,
  saveItems: 7,
  deleteItems: 6,
  saveLocation: 1,
  saveSettings: 2,
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

async function run(redis: HubRedis, name: ScriptName, args: Argument[]): Promise<Buffer[]> {
  const started = performance.now();
  try {
    return await whileStoreAnswers(() => redis[`${name}Buffer`](...args));
  } finally {
    redis.onScriptCall?.(name, (performance.now() - started) / 1000);
  }
}

/** How repeats of an order's call are recognized; 12 bytes each. */
export interface OrderDigests {
  /** Equal for a repeat of the very same call. */
  call: Buffer;
  /** Equal for equal content; zeros when equal content may recur. */
  content: Buffer;
}

/** A call made with an idempotency key: digests without spaces of the key and of the input. */
export interface KeyedCall {
  keyDigest: string;
  inputDigest: string;
  /** How long its outcome is kept, ms. */
  retentionMs: number;
}

/** A movement to post. */
export interface PostMovement {
  tenantId: string;
  /** 1..300. */
  lines: readonly MovementLine[];
  cause: MovementCause;
  /** Revision of the settings the lines were resolved with. */
  settingsRevision: number;
  /** How long repeats are recognized, ms. */
  retentionMs: number;
  /** How long the order's record is kept after this movement, ms; default: for ever. */
  orderRetentionMs?: number;
  /** For a movement of `cause.orderId`: which way it goes, and its digests. */
  order?: { direction: '-' | '+'; digests: OrderDigests };
  /** For a call made with an idempotency key: digests of the key and of the input. */
  call?: Omit<KeyedCall, 'retentionMs'>;
  /** Only say what would become of it: nothing is written, and the ledger id is empty. */
  preview?: boolean;
  /** JSON documents, without created date, of items to create when they are unknown. */
  documents?: readonly { key: Buffer; json: string }[];
}

/** What became of a movement. */
export type PostOutcome =
  | { replayed: false; ledgerId: string; lines: () => LedgerLine[] }
  | { replayed: true; ledgerId: string };

const NO_DIGESTS: OrderDigests = { call: Buffer.alloc(12), content: Buffer.alloc(12) };

/**
 * Posts a movement: all of its lines, its ledger entry, its order's record and its idempotency
 * record, or nothing.
 *
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH, SETTINGS_CHANGED, UNKNOWN_ITEM,
 *   QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE (all short items), REDIS_UNAVAILABLE
 */
export async function postMovement(redis: HubRedis, post: PostMovement): Promise<PostOutcome> {
  const { tenantId, order, call } = post;
  const digests = order?.digests ?? NO_DIGESTS;
  const args: Argument[] = [
    keys.levels(tenantId),
    keys.ledger(tenantId),
    keys.order(tenantId, post.cause.orderId ?? ''),
    keys.call(tenantId, call?.keyDigest ?? ''),
    keys.documents(tenantId),
    keys.statusIndex(tenantId),
    keys.lowStockIndex(tenantId),
    packLines(post.lines),
    JSON.stringify(post.cause),
    post.settingsRevision,
    post.retentionMs,
    order?.direction ?? '',
    digests.call,
    digests.content,
    call?.inputDigest ?? '',
    packComparisons(post.lines),
    post.preview ? '1' : '',
    post.orderRetentionMs ?? 0,
  ];
  for (const { key, json } of post.documents ?? []) args.push(key, json);
  const [word, id, lines] = await run(redis, 'postMovement', args);
  const answer = word!.toString() as 'OK' | 'REPLAYED' | RefusalWord;
  if (answer === 'OK') {
    return { replayed: false, ledgerId: id!.toString(), lines: () => unpackLedgerLines(lines!) };
  }
  if (answer === 'REPLAYED') return { replayed: true, ledgerId: id!.toString() };
  throw refusal(answer, id);
}

/** One item to create or update. */
export interface SaveItem {
  key: Buffer;
  level: LevelChange;
  /** Document text as read; empty: the item was not there. */
  before: string;
  /** Document text to store; without created date for a new item. */
  after: string;
  /** The revision it must have; absent: any. */
  revision?: number;
}

/** What became of a call that saves or deletes items. */
export interface SaveOutcome {
  /** Empty when nothing changed. */
  ledgerId: string;
  /** What changed; of a replay only the ledger knows. */
  lines: LedgerLine[];
  /** An earlier call with the same key did it: what was kept with its outcome. */
  replayed?: { kept: string };
}

/** Items to save together. */
export interface SaveItems {
  tenantId: string;
  /** 1..1,000, each item once. */
  items: readonly SaveItem[];
  cause: MovementCause;
  /** Stored in the same step: how far the sender has come, and how far it was (empty: nowhere). */
  progress?: { digest: string; before: string; text: string; ttlMs: number };
  /** For a call made with an idempotency key; `kept` is given back with a replay. */
  call?: KeyedCall & { kept: string };
}

/**
 * Creates or updates items, all or none, with one ledger entry for what changed.
 *
 * @returns the ledger id, empty when nothing changed, and the lines that changed
 * @throws InventoryError IMPORT_CHANGED when the progress is not the one given as `before`,
 *   ITEM_CHANGED (read again and retry), REVISION_CONFLICT, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function saveItems(redis: HubRedis, save: SaveItems): Promise<SaveOutcome> {
  const { tenantId, progress, call } = save;
  const args: Argument[] = [
    keys.levels(tenantId),
    keys.ledger(tenantId),
    keys.documents(tenantId),
    keys.statusIndex(tenantId),
    keys.lowStockIndex(tenantId),
    keys.importProgress(tenantId, progress?.digest ?? ''),
    keys.call(tenantId, call?.keyDigest ?? ''),
    JSON.stringify(save.cause),
    progress?.before ?? '',
    progress?.text ?? '',
    progress?.ttlMs ?? 0,
    call?.inputDigest ?? '',
    call?.retentionMs ?? 0,
    call?.kept ?? '',
  ];
  for (const item of save.items) {
    args.push(packLevelChange(item.key, item.level, item.revision), item.before, item.after);
  }
  return saveOutcome(await run(redis, 'saveItems', args));
}

/** Items to delete together: 1..1,000, each once. */
export interface DeleteItems {
  tenantId: string;
  /** `revision`: the one the item must have; 0: any. */
  items: readonly { key: Buffer; revision: number }[];
  cause: MovementCause;
  call?: KeyedCall;
}

/**
 * Deletes items, all or none.
 *
 * @throws InventoryError UNKNOWN_ITEM, REVISION_CONFLICT, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function deleteItems(
  redis: HubRedis,
  { tenantId, items, cause, call }: DeleteItems,
): Promise<SaveOutcome> {
  return saveOutcome(
    await run(redis, 'deleteItems', [
      keys.levels(tenantId),
      keys.ledger(tenantId),
      keys.documents(tenantId),
      keys.statusIndex(tenantId),
      keys.lowStockIndex(tenantId),
      keys.call(tenantId, call?.keyDigest ?? ''),
      JSON.stringify(cause),
      call?.inputDigest ?? '',
      call?.retentionMs ?? 0,
      packDeletions(items),
    ]),
  );
}

function saveOutcome([word, id, rest]: Buffer[]): SaveOutcome {
  const answer = word!.toString() as 'OK' | 'REPLAYED' | RefusalWord;
  if (answer !== 'OK' && answer !== 'REPLAYED') throw refusal(answer, id);
  const ledgerId = id!.toString() === '-' ? '' : id!.toString();
  if (answer === 'OK') return { ledgerId, lines: unpackLedgerLines(rest!) };
  return { ledgerId, lines: [], replayed: { kept: rest?.toString() ?? '' } };
}

/**
 * Stores settings, whose JSON carries the revision after the given one.
 *
 * @param lowStockThreshold the default one in them, units; null: none
 * @throws InventoryError SETTINGS_CHANGED when the given revision is not the present one,
 *   REDIS_UNAVAILABLE
 */
export async function saveSettings(
  redis: HubRedis,
  tenantId: string,
  revision: number,
  json: string,
  lowStockThreshold: number | null = null,
): Promise<void> {
  const names = [keys.levels(tenantId), keys.settings(tenantId)];
  const [word, rest] = await run(redis, 'saveSettings', [
    ...names,
    revision,
    json,
    lowStockThreshold ?? -1,
  ]);
  const answer = word!.toString() as 'OK' | RefusalWord;
  if (answer !== 'OK') throw refusal(answer, rest);
}

/**
 * Creates or updates a location.
 *
 * @param location JSON as read (empty: none) and to store, without the dates the store gives it
 * @returns the JSON stored
 * @throws InventoryError LOCATION_CHANGED when what is stored is not what was read,
 *   REDIS_UNAVAILABLE
 */
export async function saveLocation(
  redis: HubRedis,
  tenantId: string,
  { id, before, after }: { id: string; before: string; after: string },
): Promise<string> {
  const args = [keys.locations(tenantId), id, before, after];
  const [word, stored] = await run(redis, 'saveLocation', args);
  const answer = word!.toString() as 'OK' | RefusalWord;
  if (answer !== 'OK') throw refusal(answer, undefined);
  return stored!.toString();
}

import type { RefusalWord } from '../core/errors';
import type { LedgerLine, MovementCause, MovementLine } from '../core/movement';
import { keptText, openKept, type KeyedCall } from './callRecord';
import { keys } from './keys';
import {
  packComparisons,
  packDeletions,
  packLevelChange,
  packLines,
  unpackLedgerLines,
  type LevelChange,
} from './packing';
import { refusal } from './refusal';
import { run, type Argument, type HubRedis } from './scripts';
import { packWixFields, type WixFieldChange } from './wixItems';

export { defineScripts, whileStoreAnswers } from './scripts';
export { saveLocation, saveSettings } from './storedTexts';
export type { SaveLocation, StoreOutcome } from './storedTexts';
export type { HubRedis, ScriptObserver } from './scripts';
export type { KeyedCall } from './callRecord';

/** How repeats of an order's call are recognized; 12 bytes each. */
export interface OrderDigests {
  /** Equal for a repeat of the very same call. */
  call: Buffer;
  /** Equal for equal content; zeros when equal content may recur. */
  content: Buffer;
}

/** A movement to post. */
export interface PostMovement {
  tenantId: string;
  /** 1..600: calls have up to 300, moves between locations two for each. */
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
  /** For a call made with an idempotency key. */
  call?: Omit<KeyedCall, 'retentionMs'>;
  /**
   * A bound of the caller, units, of lines that are stock only or from preorder capacity only: one
   * that adds may not end over it, one that takes not under minus it. Default: the store's own.
   */
  bound?: number;
  /** Only say what would become of it: nothing is written, and the ledger id is empty. */
  preview?: boolean;
  /**
   * The sequence of a ledger entry, when nobody may have stated an item's quantity after it, nor
   * made the item: no count, no quantity set, no save. Default: whoever has.
   */
  unstatedSince?: number;
  /** JSON documents, without created date, of items to create when they are unknown. */
  documents?: readonly { key: Buffer; json: string }[];
}

/** What became of a movement. */
export type PostOutcome =
  | { replayed: false; ledgerId: string; lines: () => LedgerLine[] }
  /** `kept`: of a keyed call. */
  | { replayed: true; ledgerId: string; kept?: string };

const NO_DIGESTS: OrderDigests = { call: Buffer.alloc(12), content: Buffer.alloc(12) };

/**
 * Posts a movement: all of its lines, its ledger entry, its order's record and its idempotency
 * record, or nothing.
 *
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH, SETTINGS_CHANGED, UNKNOWN_ITEM,
 *   ITEM_CHANGED (see `unstatedSince`), QUANTITY_OUT_OF_RANGE, INSUFFICIENT_AVAILABLE (all short
 *   items), REDIS_UNAVAILABLE
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
    post.bound ?? '',
    keptText(call && { ...call, retentionMs: post.retentionMs }),
    post.unstatedSince ?? '',
  ];
  for (const { key, json } of post.documents ?? []) args.push(key, json);
  const [word, id, rest] = await run(redis, 'postMovement', args);
  const answer = word!.toString() as 'OK' | 'REPLAYED' | RefusalWord;
  if (answer === 'OK') {
    return { replayed: false, ledgerId: id!.toString(), lines: () => unpackLedgerLines(rest!) };
  }
  if (answer === 'REPLAYED') {
    return {
      replayed: true,
      ledgerId: id!.toString(),
      ...(rest && { kept: openKept(rest.toString()).kept }),
    };
  }
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
  /** Up to 1,000, each item once; none only with `wixFields`. */
  items: readonly SaveItem[];
  cause: MovementCause;
  /** Stored in the same step: how far the sender has come, and how far it was (empty: nowhere). */
  progress?: { digest: string; before: string; text: string; ttlMs: number };
  /** For a call made with an idempotency key. */
  call?: KeyedCall;
  /** For an event of Wix: kept in the same step. */
  wixFields?: readonly WixFieldChange[];
}

/**
 * Creates or updates items, all or none, with one ledger entry for what changed.
 *
 * @returns the ledger id, empty when nothing changed, and the lines that changed
 * @throws InventoryError IMPORT_CHANGED when the progress is not the one given as `before`,
 *   ITEM_CHANGED (items or fields of Wix items: read again and retry), REVISION_CONFLICT,
 *   IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
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
    keys.wixItems(tenantId),
    JSON.stringify(save.cause),
    progress?.before ?? '',
    progress?.text ?? '',
    progress?.ttlMs ?? 0,
    call?.inputDigest ?? '',
    call?.retentionMs ?? 0,
    keptText(call),
    packWixFields(save.wixFields ?? []),
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
  /** For a call made with an idempotency key; `kept` is given back with a replay. */
  call?: KeyedCall;
  /** For an event of Wix: kept in the same step. */
  wixFields?: readonly WixFieldChange[];
}

/**
 * Deletes items, all or none.
 *
 * @throws InventoryError ITEM_CHANGED (a field of Wix items: read again and retry), UNKNOWN_ITEM,
 *   REVISION_CONFLICT, IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function deleteItems(
  redis: HubRedis,
  { tenantId, items, cause, call, wixFields = [] }: DeleteItems,
): Promise<SaveOutcome> {
  return saveOutcome(
    await run(redis, 'deleteItems', [
      keys.levels(tenantId),
      keys.ledger(tenantId),
      keys.documents(tenantId),
      keys.statusIndex(tenantId),
      keys.lowStockIndex(tenantId),
      keys.call(tenantId, call?.keyDigest ?? ''),
      keys.wixItems(tenantId),
      JSON.stringify(cause),
      call?.inputDigest ?? '',
      call?.retentionMs ?? 0,
      packDeletions(items),
      packWixFields(wixFields),
      keptText(call),
    ]),
  );
}

function saveOutcome([word, id, rest]: Buffer[]): SaveOutcome {
  const answer = word!.toString() as 'OK' | 'REPLAYED' | RefusalWord;
  if (answer !== 'OK' && answer !== 'REPLAYED') throw refusal(answer, id);
  const ledgerId = id!.toString() === '-' ? '' : id!.toString();
  if (answer === 'OK') return { ledgerId, lines: unpackLedgerLines(rest!) };
  return { ledgerId, lines: [], replayed: { kept: openKept(rest!.toString()).kept } };
}

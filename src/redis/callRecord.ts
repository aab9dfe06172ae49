import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/** A call made with an idempotency key. */
export interface KeyedCall {
  /** Digests without spaces of the key and of the input. */
  keyDigest: string;
  inputDigest: string;
  /** How long its outcome is kept, ms. */
  retentionMs: number;
  /** Given back with a replay; default: nothing. */
  kept?: string;
  /** For who asks by the key what became of the call. */
  note?: CallNote | undefined;
}

/** What a keyed call was. */
export interface CallNote {
  /** Name of the GraphQL field. */
  mutation: string;
  /** The location it was about. */
  locationId?: string;
  /** The receiver of events it was about. */
  subscriptionId?: string;
  /** It is done in steps after this was recorded; another record says when they are done. */
  inSteps?: true;
}

/** What is recorded of a keyed call. */
export interface CallRecord {
  /** Empty when it made no ledger entry. */
  ledgerId: string;
  inputDigest: string;
  kept: string;
  /** Absent: recorded without one. */
  note?: StoredNote;
}

/** A note as it is stored: with it the record's expiry says when it was made. */
interface StoredNote extends CallNote {
  retentionMs: number;
}

/** How a stored note begins; nothing else that is kept does. */
const NOTE_START = '{"mutation":';

/** The text to keep with a call's outcome: its note in a line of its own, then what it keeps. */
export function keptText(call: KeyedCall | undefined): string {
  if (!call) return '';
  const { note, retentionMs, kept = '' } = call;
  return note ? `${JSON.stringify({ ...note, retentionMs })}\n${kept}` : kept;
}

/** The record that the steps of a call are done, which keeps what came of them. */
export function endOf(call: KeyedCall): KeyedCall {
  return { ...call, keyDigest: endDigestOf(call.keyDigest) };
}

/** What that record is found by. */
export function endDigestOf(keyDigest: string): string {
  return `${keyDigest}:end`;
}

/** What a text that was kept with a call's outcome says. */
export function openKept(text: string): Pick<CallRecord, 'kept' | 'note'> {
  if (!text.startsWith(NOTE_START)) return { kept: text };
  const end = text.indexOf('\n');
  return { note: JSON.parse(text.slice(0, end)) as StoredNote, kept: text.slice(end + 1) };
}

/** What is recorded of a call; null: nothing is. */
export async function readCall(
  redis: HubRedis,
  tenantId: string,
  keyDigest: string,
): Promise<CallRecord | null> {
  return openRecord(await whileStoreAnswers(() => redis.get(keys.call(tenantId, keyDigest))));
}

/**
 * What is recorded of a call, and when it was recorded: Redis time, ms since 1970.
 *
 * @param retentionMs of a record that does not say how long it is kept
 */
export async function readDatedCall(
  redis: HubRedis,
  tenantId: string,
  keyDigest: string,
  retentionMs: number,
): Promise<(CallRecord & { recordedMs: number }) | null> {
  const key = keys.call(tenantId, keyDigest);
  const [text, expiresMs] = await whileStoreAnswers(() =>
    Promise.all([redis.get(key), redis.pexpiretime(key)]),
  );
  const record = openRecord(text);
  // It may expire between the two.
  if (!record || expiresMs < 0) return null;
  return { ...record, recordedMs: expiresMs - (record.note?.retentionMs ?? retentionMs) };
}

/**
 * Records that a keyed call made no ledger entry, unless something is recorded for its key.
 *
 * @returns false: something was recorded before
 * @throws InventoryError REDIS_UNAVAILABLE
 */
export async function keepIdleCall(
  redis: HubRedis,
  tenantId: string,
  call: KeyedCall,
): Promise<boolean> {
  const { keyDigest, inputDigest, retentionMs } = call;
  const record = `- ${inputDigest.length} ${inputDigest}${keptText(call)}`;
  const set = await whileStoreAnswers(() =>
    redis.set(keys.call(tenantId, keyDigest), record, 'PX', retentionMs, 'NX'),
  );
  return set !== null;
}

/** Layout: `lua/include/findCall.lua`. */
function openRecord(text: string | null): CallRecord | null {
  const [, id, length, rest] = /^(\S+) (\d+) ([^]*)$/.exec(text ?? '') ?? [];
  if (id === undefined || rest === undefined) return null;
  const at = Number(length);
  return {
    ledgerId: id === '-' ? '' : id,
    inputDigest: rest.slice(0, at),
    ...openKept(rest.slice(at)),
  };
}

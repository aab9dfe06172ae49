import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonicalJson';
import { InventoryError } from '../core/errors';
import { isWholeNumber } from '../core/quantity';
import {
  keepIdleCall,
  readCall,
  type CallNote,
  type CallRecord,
  type KeyedCall,
} from '../redis/callRecord';
import type { InventoryDeps } from './deps';

/** A call that may carry a key which makes it safe to retry. */
export interface KeyedInput {
  /** 1..255 characters, no halves of surrogate pairs. */
  idempotencyKey?: string | undefined;
  /** Name of the mutation, for who asks by the key what became of the call. */
  mutation?: string | undefined;
  /** It is done in steps: `endOf` its record says when they are done. Default: false. */
  inSteps?: boolean;
}

const MAX_KEY_LENGTH = 255;
/** Every one of them would have the digest of the same replacement character. */
const HALF_OF_PAIR = /\p{Cs}/u;

/**
 * Key and input of a keyed call as digests: the key may be anything, the input is long. The order
 * of an object's keys in the input does not matter.
 *
 * @param kept given back with a replay
 * @returns nothing to spread for a call without a key
 * @throws InventoryError INVALID_INPUT
 */
export function callOf(
  { retentionMs }: Pick<InventoryDeps, 'retentionMs'>,
  { idempotencyKey, mutation, inSteps = false }: KeyedInput,
  input: unknown,
  kept = '',
): { call?: KeyedCall } {
  if (idempotencyKey === undefined) return {};
  if (!isIdempotencyKey(idempotencyKey)) {
    const message =
      `The idempotency key must have 1..${MAX_KEY_LENGTH} characters, ` +
      'none of them half of a surrogate pair.';
    throw new InventoryError('INVALID_INPUT', message);
  }
  const keyDigest = keyDigestOf(idempotencyKey);
  const inputDigest = digest(canonicalJson(input));
  const call = { keyDigest, inputDigest, retentionMs, kept };
  if (mutation === undefined) return { call };
  return { call: { ...call, note: { mutation, ...(inSteps && { inSteps }) } } };
}

/** A keyed call with a note of what it is about; undefined stays so. */
export function callAbout(
  call: KeyedCall | undefined,
  about: Omit<CallNote, 'mutation'>,
): KeyedCall | undefined {
  return call?.note ? { ...call, note: { ...call.note, ...about } } : call;
}

/**
 * What became of an earlier call with this key; null when there was none.
 *
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH when it had other input, REDIS_UNAVAILABLE
 */
export async function earlierCall(
  deps: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  call: KeyedCall | undefined,
): Promise<CallRecord | null> {
  const earlier = call && (await readCall(deps.redis, tenantId, call.keyDigest));
  if (!earlier) return null;
  if (earlier.inputDigest !== call.inputDigest) {
    const { ledgerId } = earlier;
    throw new InventoryError('IDEMPOTENCY_KEY_MISMATCH', undefined, { ledgerId });
  }
  return earlier;
}

/**
 * Does a keyed call, unless an earlier one did it. What looks like a refusal may come of the same
 * call sent twice at once, when the other one was faster: then that one's outcome counts.
 *
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH, and those of `action` and `replay`
 */
export async function onceByKey<T>(
  deps: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  call: KeyedCall | undefined,
  { action, replay }: { action: () => Promise<T>; replay: (kept: string) => T | Promise<T> },
): Promise<T> {
  const earlier = await earlierCall(deps, tenantId, call);
  if (earlier) return replay(earlier.kept);
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InventoryError) || error.kind === 'unavailable') throw error;
    const done = await earlierCall(deps, tenantId, call);
    if (!done) throw error;
    return replay(done.kept);
  }
}

/**
 * Records that a keyed call changed nothing, with what it answers.
 *
 * @returns what the same call has recorded, when it was faster; else undefined
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH, REDIS_UNAVAILABLE
 */
export async function keepUnchanged(
  deps: Pick<InventoryDeps, 'redis'>,
  tenantId: string,
  call: KeyedCall | undefined,
  kept: string,
): Promise<string | undefined> {
  if (!call || (await keepIdleCall(deps.redis, tenantId, { ...call, kept }))) return undefined;
  return (await earlierCall(deps, tenantId, call))?.kept;
}

/** Whether a call could have been made with such a key. */
export function isIdempotencyKey(text: string): boolean {
  return isWholeNumber(text.length, 1, MAX_KEY_LENGTH) && !HALF_OF_PAIR.test(text);
}

/** What the record of a keyed call is found by. */
export function keyDigestOf(idempotencyKey: string): string {
  return digest(idempotencyKey);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

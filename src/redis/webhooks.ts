import type { RefusalWord } from '../core/errors';
import type { DeliveryHealth } from '../core/webhook';
import { keptText, openKept, type KeyedCall } from './callRecord';
import type { StoreOutcome } from './commands';
import { hubKeys, keys } from './keys';
import { lastLedgerId } from './reads';
import { refusal } from './refusal';
import { run, whileStoreAnswers, type HubRedis } from './scripts';

/** A tenant's receivers of events by id, as stored: JSON text. */
export async function readWebhooks(
  redis: HubRedis,
  tenantId: string,
): Promise<Map<string, string>> {
  const fields = await whileStoreAnswers(() => redis.hgetall(keys.webhooks(tenantId)));
  return new Map(Object.entries(fields));
}

/** A receiver of events to store. */
export interface SaveWebhook {
  id: string;
  /** JSON as read; empty: none. */
  before: string;
  /** JSON to store, without the dates the store gives it. */
  after: string;
  /** PEM; absent: the present one stays. */
  privateKeyPem?: string;
  /** Ledger id after which its events begin; absent: where they are. */
  cursor?: string;
  /** For a call made with an idempotency key. */
  call?: KeyedCall | undefined;
}

/**
 * Creates or updates a receiver of events.
 *
 * @returns the JSON stored; of a replay the subscription id, a line feed and the JSON stored
 * @throws InventoryError IDEMPOTENCY_KEY_MISMATCH, WEBHOOK_CHANGED when what is stored is not what
 *   was read, REDIS_UNAVAILABLE
 */
export async function saveWebhook(
  redis: HubRedis,
  tenantId: string,
  { id, before, after, privateKeyPem = '', cursor = '', call }: SaveWebhook,
): Promise<StoreOutcome> {
  // First: a tenant that is known for nothing costs less than a receiver nobody serves.
  await whileStoreAnswers(() => redis.sadd(hubKeys.webhookTenants, tenantId));
  const [word, rest] = await run(redis, 'saveWebhook', [
    keys.webhooks(tenantId),
    keys.webhookKeys(tenantId),
    keys.webhookState(tenantId, id),
    keys.call(tenantId, call?.keyDigest ?? ''),
    id,
    before,
    after,
    privateKeyPem,
    cursor,
    call?.inputDigest ?? '',
    call?.retentionMs ?? 0,
    keptText(call),
  ]);
  const answer = word!.toString() as 'OK' | 'REPLAYED' | RefusalWord;
  if (answer === 'OK') return { stored: rest!.toString(), replayed: false };
  if (answer === 'REPLAYED') return { stored: openKept(rest!.toString()).kept, replayed: true };
  throw refusal(answer, rest);
}

/** Removes a receiver with all that waited for it; false: there was none. */
export async function deleteWebhook(
  redis: HubRedis,
  tenantId: string,
  id: string,
): Promise<boolean> {
  return whileStoreAnswers(async () => {
    const removed = await redis.hdel(keys.webhooks(tenantId), id);
    await redis.hdel(keys.webhookKeys(tenantId), id);
    await redis.del(
      keys.webhookState(tenantId, id),
      keys.webhookRetries(tenantId, id),
      keys.deadLetters(tenantId, id),
      keys.deadLetterTimes(tenantId, id),
    );
    return removed === 1;
  });
}

/** The private key of a receiver, PEM; null: there is no such receiver. */
export async function readWebhookKey(
  redis: HubRedis,
  tenantId: string,
  id: string,
): Promise<string | null> {
  return whileStoreAnswers(() => redis.hget(keys.webhookKeys(tenantId), id));
}

/** How far a receiver's events were delivered, and how many wait for another attempt. */
export async function readCursor(
  redis: HubRedis,
  tenantId: string,
  id: string,
): Promise<{ cursor: string | null; waitingRetries: number; consecutiveFailures: number }> {
  const [[cursor, failures], waitingRetries] = await whileStoreAnswers(() =>
    Promise.all([
      redis.hmget(keys.webhookState(tenantId, id), 'cursor', 'consecutiveFailures'),
      redis.hlen(keys.webhookRetries(tenantId, id)),
    ]),
  );
  return { cursor: cursor ?? null, waitingRetries, consecutiveFailures: Number(failures ?? 0) };
}

/** Gives a receiver its first cursor; one it has stays. */
export async function startCursor(
  redis: HubRedis,
  tenantId: string,
  id: string,
  cursor: string,
): Promise<void> {
  await whileStoreAnswers(() => redis.hsetnx(keys.webhookState(tenantId, id), 'cursor', cursor));
}

/** How the events up to a cursor went. */
export interface CursorMove {
  /** The cursor they began at. */
  from: string;
  to: string;
  delivered: number;
  /** Attempts that failed since the last one that did not. */
  failures: number;
  /** Whether any did not fail. */
  succeeded: boolean;
  lastSuccessMs?: number;
  lastFailureMs?: number;
  lastFailure?: string;
}

/**
 * Notes how far a receiver's events were delivered.
 *
 * @throws InventoryError CURSOR_MOVED when the cursor is not the one they began at,
 *   REDIS_UNAVAILABLE
 */
export async function moveCursor(
  redis: HubRedis,
  tenantId: string,
  id: string,
  { from, to, delivered, failures, succeeded, ...notes }: CursorMove,
): Promise<void> {
  const fields = Object.entries(notes).flatMap(([name, value]) => [name, String(value)]);
  const [word] = await run(redis, 'moveCursor', [
    keys.webhookState(tenantId, id),
    from,
    to,
    delivered,
    failures,
    succeeded ? '1' : '',
    ...fields,
  ]);
  const answer = word!.toString() as 'OK' | RefusalWord;
  if (answer !== 'OK') throw refusal(answer, undefined);
}

/** How delivery to a receiver goes. */
export async function readHealth(
  redis: HubRedis,
  tenantId: string,
  id: string,
): Promise<DeliveryHealth> {
  return (await readHealths(redis, tenantId, [id]))[0]!;
}

/** How delivery to receivers goes, in the order asked for; all asked for at once. */
export async function readHealths(
  redis: HubRedis,
  tenantId: string,
  ids: readonly string[],
): Promise<DeliveryHealth[]> {
  const [last, ...stored] = await whileStoreAnswers(() =>
    Promise.all([
      lastLedgerId(redis, tenantId),
      ...ids.map((id) =>
        Promise.all([
          redis.hgetall(keys.webhookState(tenantId, id)),
          redis.hlen(keys.webhookRetries(tenantId, id)),
          redis.hlen(keys.deadLetters(tenantId, id)),
        ]),
      ),
    ]),
  );
  return stored.map((each) => healthOf(last, ...each));
}

function healthOf(
  last: string,
  state: Readonly<Record<string, string>>,
  waitingRetries: number,
  deadLetters: number,
): DeliveryHealth {
  const number = (name: string) => (state[name] === undefined ? null : Number(state[name]));
  const cursor = state['cursor'] ?? '';
  const sequenceOf = (ledgerId: string) => Number(/-(\d+)/.exec(ledgerId)?.[1] ?? 0);
  return {
    cursor,
    lag: Math.max(0, sequenceOf(last) - sequenceOf(cursor)),
    lastSuccessMs: number('lastSuccessMs'),
    lastFailureMs: number('lastFailureMs'),
    lastFailure: state['lastFailure'] ?? null,
    consecutiveFailures: number('consecutiveFailures') ?? 0,
    delivered: number('delivered') ?? 0,
    waitingRetries,
    deadLetters,
  };
}

/** Notes when an attempt succeeded or failed, unless the receiver is gone. */
export async function noteAttempt(
  redis: HubRedis,
  tenantId: string,
  id: string,
  notes: Pick<CursorMove, 'lastSuccessMs' | 'lastFailureMs' | 'lastFailure'>,
): Promise<void> {
  const state = keys.webhookState(tenantId, id);
  const fields = Object.entries(notes).flatMap(([name, value]) => [name, String(value)]);
  await whileStoreAnswers(async () => {
    if ((await redis.hexists(state, 'cursor')) === 1) await redis.hset(state, ...fields);
  });
}

import type { RefusalWord } from '../core/errors';
import { MAX_SUBSCRIPTIONS, tooManySubscriptions, type DeliveryHealth } from '../core/webhook';
import { keptText, openKept, type KeyedCall } from './callRecord';
import type { StoreOutcome } from './commands';
import { keys } from './keys';
import { lastLedgerId } from './reads';
import { refusal } from './refusal';
import { run, whileStoreAnswers, type HubRedis } from './scripts';
import { rememberWebhookTenant } from './tenants';

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
 *   was read, LIMIT_REACHED, REDIS_UNAVAILABLE
 */
export async function saveWebhook(
  redis: HubRedis,
  tenantId: string,
  { id, before, after, privateKeyPem = '', cursor = '', call }: SaveWebhook,
): Promise<StoreOutcome> {
  // First: a tenant that is known for nothing costs less than a receiver nobody serves.
  await rememberWebhookTenant(redis, tenantId);
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
    MAX_SUBSCRIPTIONS,
  ]);
  const answer = word!.toString() as 'OK' | 'REPLAYED' | RefusalWord;
  if (answer === 'OK') {
    // Again: who deleted the last one meanwhile may have had the tenant forgotten.
    await rememberWebhookTenant(redis, tenantId);
    return { stored: rest!.toString(), replayed: false };
  }
  if (answer === 'LIMIT_REACHED') throw tooManySubscriptions();
  if (answer === 'REPLAYED') return { stored: openKept(rest!.toString()).kept, replayed: true };
  throw refusal(answer, rest);
}

/** Removes a receiver with all that waited for it; false: there was none. */
export async function deleteWebhook(
  redis: HubRedis,
  tenantId: string,
  id: string,
): Promise<boolean> {
  const [, removed] = await run(redis, 'deleteWebhook', [
    keys.webhooks(tenantId),
    keys.webhookKeys(tenantId),
    keys.webhookState(tenantId, id),
    keys.webhookRetries(tenantId, id),
    keys.deadLetters(tenantId, id),
    keys.deadLetterTimes(tenantId, id),
    id,
  ]);
  return removed!.toString() === '1';
}

/** The private key of a receiver, PEM; null: there is no such receiver. */
export async function readWebhookKey(
  redis: HubRedis,
  tenantId: string,
  id: string,
): Promise<string | null> {
  return whileStoreAnswers(() => redis.hget(keys.webhookKeys(tenantId), id));
}

/** Which receivers one is served among: those that take long or fail delay no others. */
export type Lane = 'quick' | 'slow';

/** Movements that were trimmed before a receiver was told of them. */
export interface MissedMovements {
  missedMovements: number;
  /** When the first of them were found missing, ms since 1970; null: none were. */
  missedSinceMs: number | null;
}

/** How far a receiver's events were delivered, and how it goes. */
export interface ReceiverState {
  /** Null: it has none yet. */
  cursor: string | null;
  lane: Lane;
  /** Ids of events after the cursor that are done. */
  ahead: readonly string[];
  /** Events that wait for another attempt. */
  waitingRetries: number;
  consecutiveFailures: number;
  /** How long the last retry took, ms; null: there was none. */
  lastRetryTookMs: number | null;
  missed: MissedMovements;
}

/** How far a receiver's events were delivered, and how many wait for another attempt. */
export async function readCursor(
  redis: HubRedis,
  tenantId: string,
  id: string,
): Promise<ReceiverState> {
  const fields = ['cursor', 'lane', 'ahead', 'consecutiveFailures', 'lastRetryTookMs'];
  const [stored, waitingRetries] = await whileStoreAnswers(() =>
    Promise.all([
      redis.hmget(
        keys.webhookState(tenantId, id),
        ...[...fields, 'missedMovements', 'missedSinceMs'],
      ),
      redis.hlen(keys.webhookRetries(tenantId, id)),
    ]),
  );
  const [cursor, lane, ahead, failures, tookMs, missed, missedSince] = stored;
  return {
    cursor: cursor ?? null,
    lane: laneOf(lane),
    ahead: ahead ? ahead.split(',') : [],
    waitingRetries,
    consecutiveFailures: Number(failures ?? 0),
    lastRetryTookMs: tookMs ? Number(tookMs) : null,
    missed: {
      missedMovements: Number(missed ?? 0),
      missedSinceMs: missedSince ? Number(missedSince) : null,
    },
  };
}

/** A lane as it is stored. */
export function laneOf(stored: string | null | undefined): Lane {
  return stored === 'slow' ? 'slow' : 'quick';
}

/** Which receivers one is served among. */
export async function readLane(redis: HubRedis, tenantId: string, id: string): Promise<Lane> {
  const state = keys.webhookState(tenantId, id);
  return laneOf(await whileStoreAnswers(() => redis.hget(state, 'lane')));
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
  /** Ids of events after the cursor that are done; absent: what is noted stays. */
  ahead?: readonly string[];
  /** Absent: it stays where it is. */
  lane?: Lane;
  /** What is noted from now on; absent: it stays. */
  missedMovements?: number;
  missedSinceMs?: number | null;
}

/**
 * Notes how far a receiver's events were delivered.
 *
 * @returns the attempts that failed since the last one that did not, retries included
 * @throws InventoryError CURSOR_MOVED when the cursor is not the one they began at,
 *   REDIS_UNAVAILABLE
 */
export async function moveCursor(
  redis: HubRedis,
  tenantId: string,
  id: string,
  { from, to, delivered, failures, succeeded, ...notes }: CursorMove,
): Promise<number> {
  const fields = Object.entries(notes).flatMap(([name, value]) => [name, String(value)]);
  const [word, rest] = await run(redis, 'moveCursor', [
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
  return Number(rest);
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
    missedMovements: number('missedMovements') ?? 0,
    missedSinceMs: number('missedSinceMs'),
  };
}

/** What is noted of a retry. */
export type RetryNotes = Pick<CursorMove, 'lastSuccessMs' | 'lastFailureMs' | 'lastFailure'> & {
  lastRetryTookMs: number;
  /** 0 after one that did not fail. */
  consecutiveFailures?: 0;
};

/** Notes how a retry went, unless the receiver is gone. */
export async function noteAttempt(
  redis: HubRedis,
  tenantId: string,
  id: string,
  notes: RetryNotes,
): Promise<void> {
  const fields = Object.entries(notes).flatMap(([name, value]) => [name, String(value)]);
  await run(redis, 'noteAttempt', [keys.webhookState(tenantId, id), ...fields]);
}

import { invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import type { UndeliveredEvent } from '../core/webhook';
import { callAbout } from '../inventory/keyedInput';
import { takeSteps } from '../inventory/keyedSteps';
import type { KeyedCall } from '../redis/callRecord';
import {
  countDeadLetters as countLetters,
  parkEvents,
  pickDeadLetters,
  readDeadLetters,
  removeDeadLetters,
  type EventText,
  type LetterPlace,
} from '../redis/undelivered';
import { scheduleRetries } from './attempt';
import type { DeliveryDeps } from './deliveryDeps';
import { checkSubscription } from './subscriptions';

/** Most dead letters that are listed, replayed or removed in one call. */
export const MAX_LETTERS_PER_CALL = 100;

/** Which dead letters are asked for. */
export interface DeadLetterAsk {
  id: string;
  /** 1..100 */
  first: number;
  after?: string | undefined;
  /** An operator asks, who may name the process-wide target too. */
  operator?: boolean | undefined;
}

/** Events that were given up, the oldest first. */
export interface DeadLetterPage {
  letters: UndeliveredEvent[];
  hasNextPage: boolean;
}

/** Cursor of a dead letter: `<when it failed, ms>-<event id>`. */
export function letterCursor({ failedMs, id }: UndeliveredEvent): string {
  return `${failedMs}-${id}`;
}

/** @throws InventoryError INVALID_INPUT */
function parseLetterCursor(cursor: string): LetterPlace {
  const [, failedMs = '', eventId = ''] = /^(\d{1,15})-(.+)$/.exec(cursor) ?? [];
  if (!isGuid(eventId)) throw invalidInput('after', cursor, 'a cursor of dead letters');
  return { failedMs: Number(failedMs), eventId: eventId.toLowerCase() };
}

/**
 * Events of a receiver that were given up, after the place of one of them, which may be gone.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_SUBSCRIPTION, REDIS_UNAVAILABLE
 */
export async function listDeadLetters(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  { id, first, after, operator }: DeadLetterAsk,
): Promise<DeadLetterPage> {
  if (!(first >= 1 && first <= MAX_LETTERS_PER_CALL)) {
    throw invalidInput('first', first, `1..${MAX_LETTERS_PER_CALL}`);
  }
  const place = after === undefined ? undefined : parseLetterCursor(after);
  await checkSubscription(deps, tenantId, id, { field: 'subscriptionId', operator });
  const found = await readDeadLetters(deps.redis, tenantId, id, place, first + 1);
  return { letters: found.slice(0, first).map(parse), hasNextPage: found.length > first };
}

/** How many dead letters a receiver has. @throws InventoryError REDIS_UNAVAILABLE */
export async function countDeadLetters(
  { redis }: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  id: string,
): Promise<number> {
  return countLetters(redis, tenantId, id);
}

/** Dead letters that are replayed or removed. */
export interface LettersOutcome {
  count: number;
  /** The result was recorded by an earlier call with the same key. */
  replayed: boolean;
}

/** Dead letters to try again. */
export interface LettersToReplay {
  id: string;
  /** 1..100; those that are not there are left out. Default: the oldest 100. */
  eventIds?: readonly string[] | undefined;
  call?: KeyedCall | undefined;
  /** An operator asks, who may name the process-wide target too. */
  operator?: boolean | undefined;
}

/**
 * Has events that were given up tried again, at once and then on the schedule.
 *
 * @returns how many are tried again
 * @throws InventoryError INVALID_INPUT, NO_SUCH_SUBSCRIPTION, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function replayDeadLetters(
  deps: Pick<DeliveryDeps, 'redis' | 'queues' | 'retryDelaysMs'>,
  tenantId: string,
  ask: LettersToReplay,
): Promise<LettersOutcome> {
  const { id, call } = ask;
  const about = callAbout(call, { subscriptionId: id });
  const { plan, replayed } = await takeSteps(deps, tenantId, about, {
    decide: async () => (await pick(deps, tenantId, ask)).map((letter) => letter.id),
    act: (ids) => retryLetters(deps, tenantId, id, ids),
  });
  return { count: plan.length, replayed };
}

async function retryLetters(
  deps: Pick<DeliveryDeps, 'redis' | 'queues' | 'retryDelaysMs'>,
  tenantId: string,
  id: string,
  eventIds: readonly string[],
): Promise<void> {
  const letters = await pickDeadLetters(deps.redis, tenantId, id, eventIds);
  if (letters.length === 0) return;
  // They are kept as waiting before they cease to be dead letters: none is lost in between.
  await parkEvents(deps.redis, tenantId, id, letters);
  const jobs = letters.map((letter) => ({ tenantId, id, eventId: letter.id }));
  await scheduleRetries(deps, jobs, { atOnce: true });
  const ids = letters.map((letter) => letter.id);
  await removeDeadLetters(deps.redis, tenantId, id, ids);
}

/**
 * Removes events that were given up.
 *
 * @returns how many were there
 * @throws InventoryError INVALID_INPUT, NO_SUCH_SUBSCRIPTION, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function deleteDeadLetters(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  { id, eventIds, call }: { id: string; eventIds: readonly string[]; call?: KeyedCall | undefined },
): Promise<LettersOutcome> {
  const about = callAbout(call, { subscriptionId: id });
  const { plan, replayed } = await takeSteps(deps, tenantId, about, {
    decide: async () => {
      const letters = await pick(deps, tenantId, { id, eventIds });
      return letters.map((letter) => letter.id);
    },
    act: async (ids) => {
      await removeDeadLetters(deps.redis, tenantId, id, ids);
    },
  });
  return { count: plan.length, replayed };
}

async function pick(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  { id, eventIds, operator }: LettersToReplay,
): Promise<EventText[]> {
  if (eventIds) checkIds(eventIds);
  await checkSubscription(deps, tenantId, id, { field: 'subscriptionId', operator });
  if (!eventIds) return readDeadLetters(deps.redis, tenantId, id, undefined, MAX_LETTERS_PER_CALL);
  return pickDeadLetters(deps.redis, tenantId, id, [...new Set(eventIds)]);
}

function checkIds(eventIds: readonly string[]): void {
  if (eventIds.length < 1 || eventIds.length > MAX_LETTERS_PER_CALL) {
    const bound = `1..${MAX_LETTERS_PER_CALL} event ids`;
    throw invalidInput('eventIds', `${eventIds.length} ids`, bound);
  }
}

function parse({ text }: EventText): UndeliveredEvent {
  return JSON.parse(text) as UndeliveredEvent;
}

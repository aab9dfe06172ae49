import { invalidInput } from '../core/errors';
import type { UndeliveredEvent } from '../core/webhook';
import { callAbout } from '../inventory/keyedInput';
import { takeSteps } from '../inventory/keyedSteps';
import type { KeyedCall } from '../redis/callRecord';
import {
  parkEvents,
  pickDeadLetters,
  readDeadLetters,
  removeDeadLetters,
  type EventText,
} from '../redis/undelivered';
import { scheduleRetries } from './attempt';
import type { DeliveryDeps } from './deliveryDeps';
import { checkSubscription } from './subscriptions';

/** Most dead letters that are listed, replayed or removed in one call. */
export const MAX_LETTERS_PER_CALL = 100;

/** Events that were given up, the oldest first. */
export interface DeadLetterPage {
  letters: UndeliveredEvent[];
  hasNextPage: boolean;
}

/**
 * Events of a receiver that were given up, after one of them.
 *
 * @throws InventoryError INVALID_INPUT, NO_SUCH_SUBSCRIPTION, REDIS_UNAVAILABLE
 */
export async function listDeadLetters(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  { id, first, after = '' }: { id: string; first: number; after?: string | undefined },
): Promise<DeadLetterPage> {
  if (!(first >= 1 && first <= MAX_LETTERS_PER_CALL)) {
    throw invalidInput('first', first, `1..${MAX_LETTERS_PER_CALL}`);
  }
  await checkSubscription(deps, tenantId, id, 'subscriptionId');
  const found = await readDeadLetters(deps.redis, tenantId, id, after, first + 1);
  return { letters: found.slice(0, first).map(parse), hasNextPage: found.length > first };
}

/** Dead letters that are replayed or removed. */
export interface LettersOutcome {
  count: number;
  /** The result was recorded by an earlier call with the same key. */
  replayed: boolean;
}

/**
 * Has events that were given up tried again, at once and then on the schedule.
 *
 * @param eventIds those that are not there are left out; absent: the oldest 100
 * @returns how many are tried again
 * @throws InventoryError INVALID_INPUT, NO_SUCH_SUBSCRIPTION, IDEMPOTENCY_KEY_MISMATCH,
 *   REDIS_UNAVAILABLE
 */
export async function replayDeadLetters(
  deps: DeliveryDeps,
  tenantId: string,
  {
    id,
    eventIds,
    call,
  }: { id: string; eventIds?: readonly string[] | undefined; call?: KeyedCall | undefined },
): Promise<LettersOutcome> {
  const about = callAbout(call, { subscriptionId: id });
  const { plan, replayed } = await takeSteps(deps, tenantId, about, {
    decide: async () => (await pick(deps, tenantId, id, eventIds)).map((letter) => letter.id),
    act: (ids) => retryLetters(deps, tenantId, id, ids),
  });
  return { count: plan.length, replayed };
}

async function retryLetters(
  deps: DeliveryDeps,
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
    decide: async () => (await pick(deps, tenantId, id, eventIds)).map((letter) => letter.id),
    act: async (ids) => {
      await removeDeadLetters(deps.redis, tenantId, id, ids);
    },
  });
  return { count: plan.length, replayed };
}

async function pick(
  deps: Pick<DeliveryDeps, 'redis'>,
  tenantId: string,
  id: string,
  eventIds: readonly string[] | undefined,
): Promise<EventText[]> {
  if (eventIds) checkIds(eventIds);
  await checkSubscription(deps, tenantId, id, 'subscriptionId');
  if (!eventIds) return readDeadLetters(deps.redis, tenantId, id, '', MAX_LETTERS_PER_CALL);
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

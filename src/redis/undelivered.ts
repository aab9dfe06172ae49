import { MAX_DEAD_LETTERS } from '../core/webhook';
import { keys } from './keys';
import { run, whileStoreAnswers, type HubRedis } from './scripts';

/** An event by id, as JSON text. */
export interface EventText {
  id: string;
  text: string;
}

/** Keeps events that wait for another attempt, unless their receiver is gone: up to 1,000. */
export async function parkEvents(
  redis: HubRedis,
  tenantId: string,
  id: string,
  events: readonly EventText[],
): Promise<void> {
  if (events.length === 0) return;
  const fields = events.flatMap((event) => [event.id, event.text]);
  await run(redis, 'parkEvents', [
    keys.webhookState(tenantId, id),
    keys.webhookRetries(tenantId, id),
    ...fields,
  ]);
}

/** An event that waits for another attempt; null: it does not wait any more. */
export async function readParked(
  redis: HubRedis,
  tenantId: string,
  id: string,
  eventId: string,
): Promise<string | null> {
  return whileStoreAnswers(() => redis.hget(keys.webhookRetries(tenantId, id), eventId));
}

/** Ids of a receiver's events that wait for another attempt. */
export async function parkedIds(redis: HubRedis, tenantId: string, id: string): Promise<string[]> {
  return whileStoreAnswers(() => redis.hkeys(keys.webhookRetries(tenantId, id)));
}

/** Forgets events that waited for another attempt. */
export async function unparkEvents(
  redis: HubRedis,
  tenantId: string,
  id: string,
  eventIds: readonly string[],
): Promise<void> {
  if (eventIds.length === 0) return;
  await whileStoreAnswers(() => redis.hdel(keys.webhookRetries(tenantId, id), ...eventIds));
}

/**
 * Gives an event up: it waits no more, and is a dead letter, unless its receiver is gone. The
 * oldest over the bound go.
 */
export async function buryEvent(
  redis: HubRedis,
  tenantId: string,
  id: string,
  { id: eventId, text, failedMs }: EventText & { failedMs: number },
): Promise<void> {
  await run(redis, 'buryEvent', [
    keys.webhookState(tenantId, id),
    keys.webhookRetries(tenantId, id),
    keys.deadLetters(tenantId, id),
    keys.deadLetterTimes(tenantId, id),
    eventId,
    text,
    failedMs,
    MAX_DEAD_LETTERS,
  ]);
}

/** Where a dead letter stands among a receiver's: by time, then by event id. */
export interface LetterPlace {
  failedMs: number;
  eventId: string;
}

/** Dead letters, the oldest first, after a place, whether or not one is there still. */
export async function readDeadLetters(
  redis: HubRedis,
  tenantId: string,
  id: string,
  after: LetterPlace | undefined,
  count: number,
): Promise<EventText[]> {
  return whileStoreAnswers(async () => {
    const times = keys.deadLetterTimes(tenantId, id);
    const ids = after
      ? await idsAfter(redis, times, after, count)
      : await redis.zrange(times, '0', String(count - 1));
    return pickDeadLetters(redis, tenantId, id, ids);
  });
}

async function idsAfter(
  redis: HubRedis,
  times: string,
  { failedMs, eventId }: LetterPlace,
  count: number,
): Promise<string[]> {
  const [same, later] = await Promise.all([
    redis.zrangebyscore(times, failedMs, failedMs),
    redis.zrangebyscore(times, `(${failedMs}`, '+inf', 'LIMIT', 0, count),
  ]);
  return [...same.filter((other) => other > eventId), ...later].slice(0, count);
}

/** How many dead letters a receiver has. */
export async function countDeadLetters(
  redis: HubRedis,
  tenantId: string,
  id: string,
): Promise<number> {
  return whileStoreAnswers(() => redis.zcard(keys.deadLetterTimes(tenantId, id)));
}

/** Some dead letters by event id; those that are not there are left out. */
export async function pickDeadLetters(
  redis: HubRedis,
  tenantId: string,
  id: string,
  eventIds: readonly string[],
): Promise<EventText[]> {
  if (eventIds.length === 0) return [];
  const texts = await whileStoreAnswers(() =>
    redis.hmget(keys.deadLetters(tenantId, id), ...eventIds),
  );
  return eventIds.flatMap((eventId, i) => {
    const text = texts[i];
    return text ? [{ id: eventId, text }] : [];
  });
}

/** Removes dead letters. */
export async function removeDeadLetters(
  redis: HubRedis,
  tenantId: string,
  id: string,
  eventIds: readonly string[],
): Promise<void> {
  if (eventIds.length === 0) return;
  await whileStoreAnswers(() =>
    redis
      .multi()
      .hdel(keys.deadLetters(tenantId, id), ...eventIds)
      .zrem(keys.deadLetterTimes(tenantId, id), ...eventIds)
      .exec(),
  );
}

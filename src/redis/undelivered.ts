import { MAX_DEAD_LETTERS } from '../core/webhook';
import { keys } from './keys';
import { whileStoreAnswers, type HubRedis } from './scripts';

/** An event by id, as JSON text. */
export interface EventText {
  id: string;
  text: string;
}

/** Keeps events that wait for another attempt. */
export async function parkEvents(
  redis: HubRedis,
  tenantId: string,
  id: string,
  events: readonly EventText[],
): Promise<void> {
  if (events.length === 0) return;
  const fields = events.flatMap((event) => [event.id, event.text]);
  await whileStoreAnswers(() => redis.hset(keys.webhookRetries(tenantId, id), ...fields));
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

/** Gives an event up: it waits no more, and is a dead letter. The oldest over the bound go. */
export async function buryEvent(
  redis: HubRedis,
  tenantId: string,
  id: string,
  { id: eventId, text, failedMs }: EventText & { failedMs: number },
): Promise<void> {
  const [letters, times] = [keys.deadLetters(tenantId, id), keys.deadLetterTimes(tenantId, id)];
  await whileStoreAnswers(async () => {
    await redis
      .multi()
      .hset(letters, eventId, text)
      .zadd(times, failedMs, eventId)
      .hdel(keys.webhookRetries(tenantId, id), eventId)
      .exec();
    const tooMany = (await redis.zcard(times)) - MAX_DEAD_LETTERS;
    if (tooMany <= 0) return;
    const oldest = await redis.zrange(times, '0', String(tooMany - 1));
    await removeDeadLetters(redis, tenantId, id, oldest);
  });
}

/** Dead letters, the oldest first, after one of them (empty: from the start). */
export async function readDeadLetters(
  redis: HubRedis,
  tenantId: string,
  id: string,
  after: string,
  count: number,
): Promise<EventText[]> {
  return whileStoreAnswers(async () => {
    const times = keys.deadLetterTimes(tenantId, id);
    const rank = after === '' ? -1 : await redis.zrank(times, after);
    if (rank === null) return [];
    const ids = await redis.zrange(times, String(rank + 1), String(rank + count));
    if (ids.length === 0) return [];
    const texts = await redis.hmget(keys.deadLetters(tenantId, id), ...ids);
    return ids.flatMap((eventId, i) => {
      const text = texts[i];
      return text ? [{ id: eventId, text }] : [];
    });
  });
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
): Promise<number> {
  if (eventIds.length === 0) return 0;
  return whileStoreAnswers(async () => {
    const removed = await redis.hdel(keys.deadLetters(tenantId, id), ...eventIds);
    await redis.zrem(keys.deadLetterTimes(tenantId, id), ...eventIds);
    return removed;
  });
}

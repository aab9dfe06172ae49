import { randomUUID } from 'node:crypto';
import {
  letterCursor,
  replayDeadLetters,
  deleteDeadLetters,
  listDeadLetters,
} from '../../src/events/deadLetters';
import { buryEvent } from '../../src/redis/undelivered';
import { subscriptionHealth } from '../../src/events/subscriptions';
import { deliveryHub, moveProducts, saveProduct } from '../support/deliveryHub';

const hub = deliveryHub();

async function giveUpOne() {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  to.behaviour = ({ event }) => (event.slug === 'created' ? 503 : 200);
  const { tenantId, subscription } = await subscribe(to);
  await saveProduct(redis, tenantId, 'mug', { tracked: true, quantity: 5 });
  const { id } = subscription;
  const letters = async () => (await listDeadLetters(hub(), tenantId, { id, first: 10 })).letters;
  // The first attempt and three more.
  await to.until(() => to.calls.length === 4);
  const eventId = to.calls[0]!.event.id;
  while ((await letters()).length === 0) await to.until(() => true);
  return { to, tenantId, id, eventId, letters };
}

test('an event is given up after the last attempt, listed, and sent when replayed', async () => {
  const { to, tenantId, id, eventId, letters } = await giveUpOne();
  expect(await letters()).toMatchObject([
    { id: eventId, type: 'created', attempts: 4, failure: 'status 503' },
  ]);
  expect(await subscriptionHealth(hub(), tenantId, id)).toMatchObject({
    waitingRetries: 0,
    deadLetters: 1,
    lastFailure: 'status 503',
  });
  to.behaviour = () => 200;
  expect(await replayDeadLetters(hub().deps, tenantId, { id })).toMatchObject({ count: 1 });
  await to.untilAccepted(1);
  expect(to.accepted.map(({ event }) => event.id)).toEqual([eventId]);
  expect(await letters()).toEqual([]);
});

test('a dead letter can be removed; that of another tenant is out of reach', async () => {
  const { tenantId, id, eventId, letters } = await giveUpOne();
  const stranger = randomUUID();
  const ask = { id, eventIds: [eventId] };
  for (const call of [
    deleteDeadLetters(hub(), stranger, ask),
    replayDeadLetters(hub().deps, stranger, ask),
    listDeadLetters(hub(), stranger, { id, first: 10 }),
  ]) {
    await expect(call).rejects.toMatchObject({ code: 'NO_SUCH_SUBSCRIPTION' });
  }
  expect(await letters()).toHaveLength(1);
  expect(await deleteDeadLetters(hub(), tenantId, ask)).toMatchObject({ count: 1 });
  expect(await letters()).toEqual([]);
});

test('dead letters are paged by place: none is missed when those before are gone', async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  to.behaviour = () => 503;
  const { tenantId, subscription } = await subscribe(to);
  const { id } = subscription;
  for (let i = 0; i < 5; i += 1) {
    await saveProduct(redis, tenantId, `mug${i}`, { tracked: true, quantity: i });
  }
  const page = (first: number, after?: string) =>
    listDeadLetters({ redis }, tenantId, { id, first, after });
  while ((await page(5)).letters.length < 5);
  const all = (await page(5)).letters;
  expect(all.map(letterCursor)).toEqual(
    [...all].sort((a, b) => a.failedMs - b.failedMs || (a.id < b.id ? -1 : 1)).map(letterCursor),
  );
  const first = await page(2);
  expect(first).toEqual({ letters: all.slice(0, 2), hasNextPage: true });
  await deleteDeadLetters({ redis }, tenantId, { id, eventIds: [all[0]!.id, all[1]!.id] });
  const second = await page(2, letterCursor(all[1]!));
  expect(second).toEqual({ letters: all.slice(2, 4), hasNextPage: true });
  expect(await page(100, letterCursor(all[3]!))).toEqual({
    letters: all.slice(4),
    hasNextPage: false,
  });
  for (const after of ['', all[1]!.id, `x-${all[1]!.id}`, `${all[1]!.failedMs}-x`]) {
    await expect(page(2, after)).rejects.toMatchObject({
      ...{ code: 'INVALID_INPUT', details: { field: 'after' } },
    });
  }
});

test('those given up in the same millisecond are paged by id', async () => {
  const { redis, receiver, subscribe } = hub();
  const { tenantId, subscription } = await subscribe(await receiver());
  const ids = Array.from({ length: 9 }, () => randomUUID()).sort();
  for (const eventId of ids) {
    const text = JSON.stringify({ id: eventId, failedMs: 7 });
    await buryEvent(redis, tenantId, subscription.id, { id: eventId, text, failedMs: 7 });
  }
  const seen: string[] = [];
  let after: string | undefined;
  for (let more = true; more;) {
    const ask = { id: subscription.id, first: 4, after };
    const { letters, hasNextPage } = await listDeadLetters({ redis }, tenantId, ask);
    seen.push(...letters.map((letter) => letter.id));
    after = letterCursor(letters.at(-1)!);
    more = hasNextPage;
  }
  expect(seen).toEqual(ids);
});

test('later events of the item arrive while one is tried again', async () => {
  const { to, tenantId } = await giveUpOne();
  await moveProducts(hub().redis, tenantId, { mug: -1 });
  await to.untilAccepted(2);
  expect(to.slugs()).toEqual(['updated_with_reason', 'updated']);
});

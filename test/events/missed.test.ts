import { randomUUID } from 'node:crypto';
import { replayEvents } from '../../src/events/replays';
import {
  changeSubscription,
  createSubscription,
  subscriptionHealth,
} from '../../src/events/subscriptions';
import { trimTenant } from '../../src/inventory/trim';
import { lastLedgerId } from '../../src/redis/reads';
import { deliveryHub, moveProducts, saveProduct } from '../support/deliveryHub';

const hub = deliveryHub();

/** Takes all but the newest movement out of a ledger, whoever still needs them. */
async function forceTrim(tenantId: string): Promise<number> {
  const { redis } = hub();
  const deps = { redis, ledgerRetentionMs: -60_000, retentionMs: -60_000 };
  return (await trimTenant(deps, tenantId, { limits: [] })).entries;
}

/** A receiver that was disabled while its movements were trimmed. */
async function trimmedBehind(movements: number) {
  const { redis, deps, receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  const { id } = subscription;
  await saveProduct(redis, tenantId, 'cup', { tracked: true, quantity: 100 });
  await to.untilAccepted(1);
  await changeSubscription(deps, tenantId, { id, revision: 1, enabled: false });
  const cursor = await lastLedgerId(redis, tenantId);
  for (let i = 0; i < movements; i += 1) await moveProducts(redis, tenantId, { cup: -1 });
  expect(await forceTrim(tenantId)).toBe(movements);
  return { to, tenantId, id, cursor };
}

test('who missed trimmed movements is told how many, once, and gets those after them', async () => {
  const { redis, deps, logged } = hub();
  const { to, tenantId, id } = await trimmedBehind(6);
  expect(await subscriptionHealth(hub(), tenantId, id)).toMatchObject({
    missedMovements: 0,
    missedSinceMs: null,
  });
  const before = Date.now();
  await changeSubscription(deps, tenantId, { id, revision: 2, enabled: true });
  await to.untilAccepted(3);
  await moveProducts(redis, tenantId, { cup: -1 });
  await to.untilAccepted(5);
  let health = await subscriptionHealth(hub(), tenantId, id);
  while (health.lag > 0) health = await subscriptionHealth(hub(), tenantId, id);
  expect(health).toMatchObject({ missedMovements: 5 });
  expect(health.missedSinceMs).toBeGreaterThanOrEqual(before);
  const lines = logged.filter((line) => line.includes('trimmed before') && line.includes(id));
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 'warn', tenantId, subscriptionId: id, missed: 5 },
  ]);
});

test('a receiver that is behind nothing has missed nothing', async () => {
  const { redis, receiver, subscribe } = hub();
  const to = await receiver();
  const { tenantId, subscription } = await subscribe(to);
  await saveProduct(redis, tenantId, 'cup', { tracked: true, quantity: 100 });
  for (let i = 0; i < 4; i += 1) await moveProducts(redis, tenantId, { cup: -1 });
  await to.untilAccepted(9);
  await forceTrim(tenantId);
  await moveProducts(redis, tenantId, { cup: -1 });
  await to.untilAccepted(11);
  const health = await subscriptionHealth(hub(), tenantId, subscription.id);
  expect(health).toMatchObject({ missedMovements: 0, missedSinceMs: null });
});

test('a start before what is kept is refused, and says so', async () => {
  const { redis, deps } = hub();
  const { to, tenantId, id, cursor } = await trimmedBehind(3);
  const gone = { code: 'CURSOR_GONE', details: { field: 'from' } };
  const { url } = to;
  for (const from of [cursor, `${cursor}+1`, '0-0']) {
    await expect(createSubscription(deps, tenantId, { url, from })).rejects.toMatchObject(gone);
    const ask = { id, from: { cursor: from } };
    await expect(replayEvents(deps, tenantId, ask)).rejects.toMatchObject(gone);
  }
  const early = replayEvents(deps, tenantId, { id, from: { timeMs: 0 } });
  await expect(early).rejects.toMatchObject(gone);
  const last = await lastLedgerId(redis, tenantId);
  await replayEvents(deps, tenantId, { id, from: { cursor: last } });
  // Another tenant's ledger says nothing about this one.
  const elsewhere = createSubscription(deps, randomUUID(), { url, from: cursor });
  await expect(elsewhere).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('a start that never was a place, or is after the end, is refused', async () => {
  const { redis, deps, receiver, subscribe } = hub();
  const to = await receiver();
  const { url } = to;
  const { tenantId, subscription } = await subscribe(to);
  const { id } = subscription;
  await saveProduct(redis, tenantId, 'cup', { tracked: true, quantity: 100 });
  await moveProducts(redis, tenantId, { cup: -1 });
  await to.untilAccepted(3);
  const last = await lastLedgerId(redis, tenantId);
  const [time, sequence] = last.split('-').map(Number) as [number, number];
  const wrong = (field: string) => ({ code: 'INVALID_INPUT', details: { field } });
  for (const from of [
    '4102444800000-9',
    `${time + 60_000}-${sequence}`,
    `${time}-${sequence + 500}`,
    `${time - 5}-0`,
    `${last}+99`,
  ]) {
    const created = createSubscription(deps, tenantId, { url, from });
    await expect(created).rejects.toMatchObject(wrong('from'));
    const ask = { id, from: { cursor: from } };
    await expect(replayEvents(deps, tenantId, ask)).rejects.toMatchObject(wrong('from'));
    const until = replayEvents(deps, tenantId, { id, from: { timeMs: 0 }, to: { cursor: from } });
    await expect(until).rejects.toMatchObject(wrong('to'));
  }
  for (const [from, end, field] of [
    [{ cursor: last }, { cursor: '0-0' }, 'to'],
    [{ cursor: last }, { timeMs: time - 60_000 }, 'to'],
    [{ timeMs: time }, { timeMs: time - 1 }, 'to'],
    [{ timeMs: Date.now() + 3_600_000 }, undefined, 'from'],
  ] as const) {
    const refused = replayEvents(deps, tenantId, { id, from, to: end });
    await expect(refused).rejects.toMatchObject(wrong(field));
  }
  await replayEvents(deps, tenantId, { id, from: { cursor: `${last}+1` }, to: { cursor: last } });
  await to.untilAccepted(4);
});

test('of replays without a key one at a time waits or runs for a receiver', async () => {
  const { redis, deps, receiver, subscribe } = hub();
  const [to, other] = [await receiver(), await receiver()];
  const { tenantId, subscription } = await subscribe(to);
  const second = await subscribe(other, tenantId);
  await saveProduct(redis, tenantId, 'cup', { tracked: true, quantity: 100 });
  await Promise.all([to.untilAccepted(1), other.untilAccepted(1)]);
  // It runs until the attempt times out.
  to.behaviour = () => 'handled';
  const ask = { id: subscription.id, from: { timeMs: 0 } };
  const answers = await Promise.allSettled([1, 2, 3].map(() => replayEvents(deps, tenantId, ask)));
  const refused = answers.filter((outcome) => outcome.status === 'rejected');
  expect(refused.map(({ reason }) => reason as unknown)).toMatchObject([
    { code: 'ALREADY_RUNNING', details: { field: 'subscriptionId' } },
    { code: 'ALREADY_RUNNING' },
  ]);
  await to.until(() => to.calls.length === 2);
  await expect(replayEvents(deps, tenantId, ask)).rejects.toMatchObject({
    code: 'ALREADY_RUNNING',
  });
  // One for another receiver stands beside it.
  await replayEvents(deps, tenantId, { ...ask, id: second.subscription.id });
  await other.untilAccepted(2);
  to.behaviour = () => 200;
  const again = () =>
    replayEvents(deps, tenantId, ask).then(
      () => true,
      () => false,
    );
  while (!(await again()));
  await to.untilAccepted(2);
});

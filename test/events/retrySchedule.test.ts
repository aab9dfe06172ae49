import { retryJobId } from '../../src/events/attempt';
import { listDeadLetters } from '../../src/events/deadLetters';
import { HUB_TAG } from '../../src/redis/keys';
import { webhookSettings } from '../../src/webhookSettings';
import { deliveryHub, saveProduct } from '../support/deliveryHub';

const SCHEDULE_SECONDS = [3600, 60, 172_800];

/** No retry comes by itself while this test runs: each is told to come. */
const hub = deliveryHub({ retryScheduleSeconds: SCHEDULE_SECONDS });

/** Wix's, Webhooks: how often and when a webhook is sent again; counted from the last failure. */
const WIX_MINUTES = [1, 10, 60, 120, 120, 120, 240, 240, 240, 480, 480, 720];

test('by default an event is sent again when Wix would', () => {
  const { default: schedule } = webhookSettings.webhookRetryScheduleSeconds;
  expect(schedule).toBe(WIX_MINUTES.map((minutes) => 60 * minutes).join(','));
});

test('each attempt waits as long as the schedule says, from the failure before it', async () => {
  const { redis, deps, receiver, subscribe } = hub();
  const to = await receiver();
  const failedFrom: number[] = [];
  to.behaviour = () => {
    failedFrom.push(Date.now());
    return 500;
  };
  const { tenantId, subscription } = await subscribe(to);
  const { id } = subscription;
  await saveProduct(redis, tenantId, 'cup', { tracked: true, quantity: 1 });
  await to.until(() => to.calls.length === 1);
  const eventId = to.calls[0]!.event.id;
  const jobId = retryJobId({ tenantId, id, eventId });

  /** When BullMQ will have the attempt made, ms since 1970: its score, less 12 bits. */
  const plannedMs = async (): Promise<number> => {
    for (;;) {
      const score = await redis.zscore(`${HUB_TAG}:webhook-retry:delayed`, jobId);
      if (score !== null) return Math.floor(Number(score) / 0x1000);
    }
  };
  for (const [i, seconds] of SCHEDULE_SECONDS.entries()) {
    const waitsFrom = (await plannedMs()) - 1000 * seconds;
    expect(waitsFrom).toBeGreaterThanOrEqual(failedFrom[i]!);
    expect(waitsFrom).toBeLessThanOrEqual(Date.now());
    expect(await deps.queues.retries.quick.promote([jobId])).toBe(1);
    await to.until(() => to.calls.length === i + 2);
  }
  const letters = async () => (await listDeadLetters(hub(), tenantId, { id, first: 5 })).letters;
  while ((await letters()).length === 0);
  expect(await letters()).toMatchObject([{ id: eventId, attempts: 1 + SCHEDULE_SECONDS.length }]);
  // Nothing of the job is kept.
  while ((await redis.exists(`${HUB_TAG}:webhook-retry:${jobId}`)) === 1);
});

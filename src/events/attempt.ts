import { signWebhook } from '../auth/webhookKey';
import type { PreparedEvent, UndeliveredEvent } from '../core/webhook';
import { receiverName, type DeliveryDeps, type RetryJob } from './deliveryDeps';
import type { Lane } from '../redis/webhooks';
import type { Receiver } from './receivers';
import type { AttemptOutcome } from './webhookSender';
import { envelopeOf } from './wixEnvelope';

/** Attempts at one receiver at a time, of one process and one kind (first or repeated). */
export const ATTEMPTS_AT_ONCE = 8;

/** Sends an event once, signed anew. Never throws. */
export async function attemptEvent(
  { appId, sender, metrics }: DeliveryDeps,
  { tenantId, url, key }: Receiver,
  event: PreparedEvent,
): Promise<AttemptOutcome> {
  const started = performance.now();
  const token = await signWebhook(key, appId, envelopeOf(event, tenantId, appId));
  const outcome = await sender.send(url, token);
  const seconds = (performance.now() - started) / 1000;
  metrics.attempt(outcome.delivered ? 'delivered' : 'failed', seconds);
  return outcome;
}

/** How an event is kept between attempts: as it was, and why the last one failed. */
export function undeliveredText(
  event: PreparedEvent,
  attempts: number,
  failure: string,
  failedMs: number,
): string {
  return JSON.stringify({ ...event, attempts, failure, failedMs } satisfies UndeliveredEvent);
}

/** Id of the job that has an event tried again. */
export function retryJobId(job: Omit<RetryJob, 'nextWait'>): string {
  return `${receiverName(job)}/${job.eventId}`;
}

/** Has events tried again on the schedule, or from its beginning at once. */
export async function scheduleRetries(
  { queues, retryDelaysMs }: Pick<DeliveryDeps, 'queues' | 'retryDelaysMs'>,
  events: readonly Omit<RetryJob, 'nextWait'>[],
  { atOnce = false, lane = 'quick' }: { atOnce?: boolean; lane?: Lane } = {},
): Promise<void> {
  const delayMs = atOnce ? 0 : (retryDelaysMs[0] ?? 0);
  await queues.retries[lane].addAll(
    events.map((event) => {
      const data = { ...event, nextWait: atOnce ? 0 : 1 };
      return { data, options: { id: retryJobId(event), delayMs } };
    }),
  );
}

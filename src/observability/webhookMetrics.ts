import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * How an attempt to deliver an event can end: `delivered`, or `failed`. A failed one is tried again
 * on the schedule; `given_up` counts, besides, the events that became dead letters.
 */
export const webhookOutcomes = ['delivered', 'failed', 'given_up'] as const;

/** Numbers of webhook delivery. */
export interface WebhookAttempts {
  /** Counts an attempt, from signing it to its outcome. */
  attempt(outcome: 'delivered' | 'failed', seconds: number): void;
  /** Counts an event that became a dead letter. */
  givenUp(): void;
  /** How many events of all tenants wait for another attempt. */
  retriesWaiting(count: number): void;
}

const bucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.25, 2.5, 5, 10];

/** Counts webhook delivery in a registry. */
export function countWebhooks(registry: Registry): WebhookAttempts {
  const outcomes = new Counter({
    name: 'hub_webhook_deliveries_total',
    help: 'Attempts to deliver an event, and events that were given up.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of webhookOutcomes) outcomes.inc({ outcome }, 0);
  const durations = new Histogram({
    name: 'hub_webhook_duration_seconds',
    help: 'Time from signing an event to the outcome of the attempt.',
    buckets: bucketsSeconds,
    registers: [registry],
  });
  const waiting = new Gauge({
    name: 'hub_webhook_retries_waiting',
    help: 'Events of all tenants that wait for another attempt.',
    registers: [registry],
  });
  return {
    attempt: (outcome, seconds) => {
      outcomes.inc({ outcome });
      durations.observe(seconds);
    },
    givenUp: () => {
      outcomes.inc({ outcome: 'given_up' });
    },
    retriesWaiting: (count) => {
      waiting.set(count);
    },
  };
}

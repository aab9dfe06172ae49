import { Counter, Histogram, type Registry } from 'prom-client';

/**
 * How a webhook of Wix can end. With 200: `applied`, `unchanged`, `repeated`, `stale`, `own`,
 * `ignored` (`src/events/receiveWixEvent.ts` says what they mean) and `rejected` (the hub can't
 * hold the item). Else: `malformed` (400, 405, 415), `unauthenticated` (401), `too_large` (413),
 * `unavailable` (503), `failed` (500).
 */
export const wixEventOutcomes = [
  'applied',
  'unchanged',
  'repeated',
  'stale',
  'own',
  'ignored',
  'rejected',
  'malformed',
  'unauthenticated',
  'too_large',
  'unavailable',
  'failed',
] as const;
/** One of {@link wixEventOutcomes}. */
export type WixEventOutcome = (typeof wixEventOutcomes)[number];

/** What is counted of Wix's webhooks. */
export interface WixEventMetrics {
  /**
   * Counts one webhook and its duration.
   * @param type a word of a fixed list; `unknown` when the webhook could not be opened
   */
  wixEvent(type: string, outcome: WixEventOutcome, seconds: number): void;
  /**
   * Counts one value that was cut or left out.
   * @param field a word of a fixed list
   */
  wixEventMisfit(field: string): void;
}

/** Wix waits 1.25 s for an answer. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.25, 2.5, 5];

/** Makes the metrics of Wix's webhooks in a registry. */
export function createWixEventMetrics(registry: Registry): WixEventMetrics {
  const events = new Counter({
    name: 'hub_wix_events_total',
    help: 'Webhooks of Wix by what became of them.',
    labelNames: ['type', 'outcome'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'hub_wix_event_duration_seconds',
    help: 'Time from the arrival of a webhook of Wix to its answer.',
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const misfits = new Counter({
    name: 'hub_wix_event_misfits_total',
    help: 'Values of webhooks that broke a limit and were cut or left out.',
    labelNames: ['field'],
    registers: [registry],
  });
  return {
    wixEvent: (type, outcome, seconds) => {
      events.inc({ type, outcome });
      durations.observe(seconds);
    },
    wixEventMisfit: (field) => {
      misfits.inc({ field });
    },
  };
}

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { countWebhooks, type WebhookAttempts } from './webhookMetrics';
import { createWixEventMetrics, type WixEventMetrics } from './wixEventMetrics';

/** The two calls of the Wix inventory service plugin. */
export const pluginOperations = ['decrement', 'increment'] as const;
/** One of {@link pluginOperations}. */
export type PluginOperation = (typeof pluginOperations)[number];

/**
 * How a plugin call can end: `applied` changed stock (200), `repeated` was a repeat (200),
 * `refused` broke a rule (428), `malformed` was no token (400, 415), `unauthenticated` (401),
 * `forbidden` (403), `too_large` (413), `unavailable` found no Redis (503), `failed` met a bug
 * (500).
 */
export const pluginOutcomes = [
  'applied',
  'repeated',
  'refused',
  'malformed',
  'unauthenticated',
  'forbidden',
  'too_large',
  'unavailable',
  'failed',
] as const;
/** One of {@link pluginOutcomes}. */
export type PluginOutcome = (typeof pluginOutcomes)[number];

/** The hub's metrics. Every method is a few property reads and additions; none waits. */
export interface Metrics extends WixEventMetrics {
  /** Counts one finished plugin call and its duration. */
  pluginRequest(operation: PluginOperation, outcome: PluginOutcome, seconds: number): void;
  /**
   * Counts one refusal.
   * @param code a code of `core/errors`: never a text from outside, each new one costs memory
   */
  refusal(operation: PluginOperation, code: string): void;
  /**
   * Records one call of a Redis script, from sending it to having its answer.
   * @param script name of the script's file without `.lua`
   */
  scriptCall(script: string, seconds: number): void;
  /** Numbers of webhook delivery. */
  readonly webhooks: WebhookAttempts;
  /** Records whether Redis answers. */
  redisUp(up: boolean): void;
  /** Content type of {@link Metrics.text}. */
  readonly contentType: string;
  /** All metrics in the Prometheus text format. */
  text(): Promise<string>;
  readonly registry: Registry;
}

const requestBucketsSeconds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];
const scriptBucketsSeconds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5,
];

function countPluginRequests(registry: Registry): Metrics['pluginRequest'] {
  const requests = new Counter({
    name: 'hub_plugin_requests_total',
    help: 'Finished plugin calls.',
    labelNames: ['operation', 'outcome'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'hub_plugin_request_duration_seconds',
    help: 'Time from the arrival of a plugin call to its answer.',
    labelNames: ['operation'],
    buckets: requestBucketsSeconds,
    registers: [registry],
  });
  const children = Object.fromEntries(
    pluginOperations.map((operation) => {
      const outcomes = pluginOutcomes.map((outcome) => {
        const child = requests.labels(operation, outcome);
        // A counter that is there from the start has a rate from its first increment on.
        child.inc(0);
        return [outcome, child];
      });
      const byOutcome = Object.fromEntries(outcomes) as Record<PluginOutcome, Counter.Internal>;
      return [operation, { byOutcome, duration: durations.labels(operation) }];
    }),
  ) as Record<
    PluginOperation,
    { byOutcome: Record<PluginOutcome, Counter.Internal>; duration: Histogram.Internal<string> }
  >;
  return (operation, outcome, seconds) => {
    const { byOutcome, duration } = children[operation];
    byOutcome[outcome].inc();
    duration.observe(seconds);
  };
}

function recordScriptCalls(registry: Registry): Metrics['scriptCall'] {
  const durations = new Histogram({
    name: 'hub_script_duration_seconds',
    help: 'Time from sending a script call to Redis to having its answer.',
    labelNames: ['script'],
    buckets: scriptBucketsSeconds,
    registers: [registry],
  });
  const children = new Map<string, Histogram.Internal<string>>();
  return (script, seconds) => {
    let child = children.get(script);
    if (child === undefined) {
      child = durations.labels(script);
      children.set(script, child);
    }
    child.observe(seconds);
  };
}

/**
 * Makes the hub's metrics in a registry of their own, beside the process metrics of prom-client
 * under their standard names (`process_*`, `nodejs_*`). `docs/reference/metrics.md` lists them all.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const refusals = new Counter({
    name: 'hub_refusals_total',
    help: 'Refused calls by the code of the refusal.',
    labelNames: ['operation', 'code'],
    registers: [registry],
  });
  const redisUp = new Gauge({
    name: 'hub_redis_up',
    help: '1 when Redis answered the last time the hub asked, else 0.',
    registers: [registry],
  });
  return {
    ...createWixEventMetrics(registry),
    pluginRequest: countPluginRequests(registry),
    refusal: (operation, code) => {
      refusals.inc({ operation, code });
    },
    scriptCall: recordScriptCalls(registry),
    webhooks: countWebhooks(registry),
    redisUp: (up) => {
      redisUp.set(up ? 1 : 0);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
    registry,
  };
}

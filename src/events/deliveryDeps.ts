import type { WebhookKey } from '../auth/webhookKey';
import type { InventoryEventType } from '../core/inventoryEvent';
import type { Logger } from '../observability/logger';
import type { WebhookAttempts } from '../observability/webhookMetrics';
import type { HubRedis } from '../redis/commands';
import type { JobQueue } from '../redis/queues';
import type { Lane } from '../redis/webhooks';
import type { TargetRules } from './targetAddress';
import type { WebhookSender } from './webhookSender';

/** A receiver's first attempts: they follow the ledger. */
export interface DrainJob {
  tenantId: string;
  id: string;
}

/** Another attempt of one event. */
export interface RetryJob extends DrainJob {
  eventId: string;
  /** Which wait of the schedule follows a failure, from 0; past its end the event is given up. */
  nextWait: number;
}

/** Events to be sent once more: those after a cursor, up to a ledger id. */
export interface ReplayJob extends DrainJob {
  cursor: string;
  to: string;
  /** Ids of events after the cursor that are done. */
  ahead?: readonly string[];
}

/** Jobs of delivery, shared by all processes. */
export interface DeliveryQueues {
  /** By what receivers they are of. */
  drains: Readonly<Record<Lane, JobQueue<DrainJob>>>;
  /** Likewise. */
  retries: Readonly<Record<Lane, JobQueue<RetryJob>>>;
  replay: JobQueue<ReplayJob>;
  sweep: JobQueue<Record<string, never>>;
}

/** What delivery works with; passed first. */
export interface DeliveryDeps {
  redis: HubRedis;
  queues: DeliveryQueues;
  sender: WebhookSender;
  rules: TargetRules;
  /** Audience of the tokens, and the app that made the changes. */
  appId: string;
  /** Longest wait for an answer, ms. */
  timeoutMs: number;
  /** Milliseconds between a failed attempt and the next; one per further attempt. */
  retryDelaysMs: readonly number[];
  /** Where the events of all tenants go besides. */
  target: { url: string; key: WebhookKey; eventTypes: ReadonlySet<InventoryEventType> } | undefined;
  /** Keys read so far, by public key. */
  signingKeys: Map<string, WebhookKey>;
  /** What runs now and is bounded, by kind: the retries of each receiver, and some replays. */
  inFlight: Map<string, number>;
  metrics: WebhookAttempts;
  logger: Logger;
  /** Aborted when the process stops: slices end early. */
  stopping: AbortSignal;
}

/** Names a receiver among all tenants'. */
export function receiverName({ tenantId, id }: DrainJob): string {
  return `${tenantId}/${id}`;
}

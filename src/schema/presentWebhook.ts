import type { DeliveryHealth, WebhookSubscription as Subscription } from '../core/webhook';
import type { DeadLetterPage } from '../events/deadLetters';
import { eventTypeToName } from './inventoryEventType';
import type { WebhookDeadLetterConnection, WebhookHealth } from './webhook.type';
import type { WebhookSubscription } from './webhook.type';

/** A receiver of events in the words of the schema. */
export function presentWebhook(subscription: Subscription): WebhookSubscription {
  const { id, url, eventTypes, enabled, revision, publicKeyPem } = subscription;
  return {
    id,
    url,
    eventTypes: eventTypes && eventTypes.map(eventTypeToName),
    enabled,
    revision,
    publicKey: publicKeyPem,
    createdDate: new Date(subscription.createdDate),
    updatedDate: new Date(subscription.updatedDate),
  };
}

export function presentHealth(health: DeliveryHealth): WebhookHealth {
  const { cursor, lag, lastSuccessMs, lastFailureMs, lastFailure } = health;
  const { consecutiveFailures, waitingRetries, deadLetters } = health;
  const date = (ms: number | null) => (ms === null ? null : new Date(ms));
  return {
    cursor,
    lag,
    lastSuccess: date(lastSuccessMs),
    lastFailure: date(lastFailureMs),
    lastFailureReason: lastFailure,
    consecutiveFailures,
    waitingRetries,
    deadLetters,
    missedMovements: health.missedMovements,
    missedSince: date(health.missedSinceMs),
  };
}

export function presentDeadLetters(
  { letters, hasNextPage }: DeadLetterPage,
  after: string | null,
): WebhookDeadLetterConnection {
  return {
    nodes: letters.map(({ id, type, itemId, timeMs, attempts, failedMs, failure }) => ({
      eventId: id,
      type: eventTypeToName(type),
      itemId,
      time: new Date(timeMs),
      attempts,
      failedDate: new Date(failedMs),
      failure,
    })),
    pageInfo: {
      hasNextPage,
      hasPreviousPage: after !== null,
      startCursor: letters[0]?.id ?? null,
      endCursor: letters.at(-1)?.id ?? null,
    },
  };
}

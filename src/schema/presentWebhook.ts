import type { DeliveryHealth, WebhookSubscription as Subscription } from '../core/webhook';
import { eventTypeToName } from './inventoryEventType';
import type { WebhookHealth, WebhookSubscription } from './webhook.type';

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

import { InventoryError } from './errors';
import type { InventoryEventType } from './inventoryEvent';

/** Id of the process-wide target among a tenant's receivers of events. */
export const HUB_TARGET_ID = 'hub';

/** Most subscriptions of one tenant. */
export const MAX_SUBSCRIPTIONS = 20;
/** Most characters of a receiver's URL. */
export const MAX_URL_LENGTH = 2000;
/** Most events of one subscription that wait for another attempt; then its delivery waits. */
export const MAX_WAITING_RETRIES = 10_000;
/** Most dead letters of one subscription; then the oldest are dropped. */
export const MAX_DEAD_LETTERS = 10_000;

/** @returns LIMIT_REACHED that names the bound */
export function tooManySubscriptions(): InventoryError {
  const message = `A tenant has up to ${MAX_SUBSCRIPTIONS} webhook subscriptions.`;
  return new InventoryError('LIMIT_REACHED', message);
}

/** A receiver of events, as it is stored. */
export interface StoredSubscription {
  url: string;
  /** Null: Wix's five, `wixEventTypes`. */
  eventTypes: InventoryEventType[] | null;
  enabled: boolean;
  /** Rises by one per change; 1 when created. */
  revision: number;
  /** SPKI, PEM: what receivers verify with. */
  publicKeyPem: string;
  /** Redis time, ms since 1970. */
  createdDate: number;
  updatedDate: number;
}

/** A tenant's receiver of events. */
export interface WebhookSubscription extends StoredSubscription {
  /** GUID. */
  id: string;
}

/** An event ready to be sent: what it says does not change any more, however often it is sent. */
export interface PreparedEvent {
  id: string;
  type: InventoryEventType;
  itemId: string;
  sequence: string;
  /** Redis time of the movement, ms since 1970. */
  timeMs: number;
  /** The domain event, JSON (part B of the envelope). */
  body: string;
}

/** An event that waits for another attempt, or was given up. */
export interface UndeliveredEvent extends PreparedEvent {
  /** Attempts so far. */
  attempts: number;
  /** When the last attempt failed, ms since 1970. */
  failedMs: number;
  /** Why it failed, in one or two words. */
  failure: string;
}

/** How delivery to one receiver goes. */
export interface DeliveryHealth {
  /** How far the ledger was delivered; empty: nothing yet. */
  cursor: string;
  /** Ledger entries behind the cursor's. */
  lag: number;
  lastSuccessMs: number | null;
  lastFailureMs: number | null;
  lastFailure: string | null;
  /** First attempts that failed since the last one that did not. */
  consecutiveFailures: number;
  delivered: number;
  waitingRetries: number;
  deadLetters: number;
  /** Movements that were trimmed before the receiver was told of them. */
  missedMovements: number;
  /** When the first of them were found missing, ms since 1970; null: none were. */
  missedSinceMs: number | null;
}

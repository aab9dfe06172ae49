import type { IncomingMessage, ServerResponse } from 'node:http';
import { readWixToken } from '../auth/readWixToken';
import { verifyWixWebhook, type WixTokenRules } from '../auth/wixToken';
import { InventoryError, type ErrorKind } from '../core/errors';
import { asInventoryError, causeOf } from '../error-reply';
import {
  openEnvelope,
  readEvent,
  type ReceivedEvent,
  type WixEnvelope,
} from '../events/receivedEvent';
import { receiveWixEvent, type Receipt } from '../events/receiveWixEvent';
import type { InventoryDeps } from '../inventory/deps';
import type { Logger } from '../observability/logger';
import type { WixEventMetrics, WixEventOutcome } from '../observability/wixEventMetrics';
import { sendError, sendSuccess } from './reply';

/** What the surface of Wix's webhooks works with. */
export interface WebhookDeps {
  inventory: InventoryDeps;
  token: WixTokenRules;
  /** Largest body that is read, bytes. */
  bodyLimitBytes: number;
  metrics: WixEventMetrics;
  logger: Logger;
}

const PATH = /^(?:\/[^?]*)?\/webhooks\/wix(?:\?|$)/;

/** Whether an address is the one Wix's webhooks come to; any base path may stand in front. */
export function isWixWebhook(url: string | undefined): boolean {
  return PATH.test(url ?? '');
}

/** A webhook as far as it could be understood, and what became of it. */
interface Understood {
  envelope?: WixEnvelope;
  event?: ReceivedEvent;
  receipt?: Receipt;
}

const OUTCOMES: Readonly<Record<ErrorKind, WixEventOutcome>> = {
  invalid: 'malformed',
  unauthenticated: 'unauthenticated',
  forbidden: 'unauthenticated',
  notFound: 'malformed',
  methodNotAllowed: 'malformed',
  conflict: 'failed',
  tooLarge: 'too_large',
  unsupported: 'malformed',
  refused: 'failed',
  limited: 'failed',
  unavailable: 'unavailable',
  bug: 'failed',
};

/**
 * Serves Wix's webhooks as a plain Node listener: it answers every request it is given. 200 means
 * that the event is done with and need not be sent again, whatever became of it.
 */
export function createWebhookListener(deps: WebhookDeps) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now();
    const understood: Understood = {};
    let outcome: WixEventOutcome;
    try {
      understood.receipt = await serveWebhook(deps, request, understood);
      ({ outcome } = understood.receipt);
      logWebhook(deps, understood, outcome);
      sendSuccess(response);
    } catch (thrown) {
      const error = asInventoryError(thrown);
      // Sent again it would be refused again.
      const rejected = understood.envelope !== undefined && error.code === 'INVALID_INPUT';
      outcome = rejected ? 'rejected' : OUTCOMES[error.kind];
      logWebhook(deps, understood, outcome, error);
      if (rejected) sendSuccess(response);
      else sendError(response, error);
    }
    const seconds = (performance.now() - started) / 1000;
    deps.metrics.wixEvent(understood.envelope?.type ?? 'unknown', outcome, seconds);
  };
}

async function serveWebhook(
  { inventory, token: rules, bodyLimitBytes, metrics }: WebhookDeps,
  request: IncomingMessage,
  understood: Understood,
): Promise<Receipt> {
  if (request.method !== 'POST') throw new InventoryError('METHOD_NOT_ALLOWED');
  const token = await readWixToken(request, bodyLimitBytes);
  understood.envelope = openEnvelope(await verifyWixWebhook(token, rules));
  const event = readEvent(understood.envelope, rules.appId);
  if (!event) return { outcome: 'ignored', misfits: [] };
  understood.event = event;
  const receipt = await receiveWixEvent(inventory, event);
  for (const field of receipt.misfits) metrics.wixEventMisfit(field);
  return receipt;
}

function logWebhook(
  { logger }: WebhookDeps,
  { envelope, event, receipt }: Understood,
  outcome: WixEventOutcome,
  error?: InventoryError,
): void {
  const misfits = receipt?.misfits.length ? receipt.misfits : undefined;
  const level = error?.kind === 'bug' ? 'error' : error || misfits ? 'warn' : 'debug';
  if (!logger.isLevelEnabled(level)) return;
  const line = {
    outcome,
    type: envelope?.type,
    tenantId: envelope?.tenantId,
    requestId: event?.id,
    wixItemId: event?.wixItemId,
    misfits,
    code: error?.code,
    detail: error?.message,
    cause: error === undefined ? undefined : causeOf(error),
  };
  logger[level](line, 'wix webhook');
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { readWixToken } from '../auth/readWixToken';
import { verifyWixToken, type WixTokenRules } from '../auth/wixToken';
import { InventoryError, type ErrorKind } from '../core/errors';
import { asInventoryError, causeOf } from '../error-reply';
import type { InventoryDeps } from '../inventory/deps';
import { moveForOrder, type OrderCall } from '../inventory/moveForOrder';
import type { Logger } from '../observability/logger';
import type { Metrics, PluginOutcome } from '../observability/metrics';
import { parseMetadata, parseOrderCall, type CallMetadata } from './parseOrderCall';
import { sendError, sendSuccess } from './reply';

/** What the plugin surface works with. */
export interface PluginDeps {
  inventory: InventoryDeps;
  token: WixTokenRules;
  /** Largest body that is read, bytes. */
  bodyLimitBytes: number;
  metrics: Metrics;
  logger: Logger;
}

type Operation = OrderCall['operation'];

/** Wix appends these to whatever base the app's deployment URI has. */
const PATH = /^(?:\/[^?]*)?\/v1\/(decrement|increment)(?:\?|$)/;

/** Which plugin method an address means; undefined when it is none of the plugin's. */
export function pluginOperation(url: string | undefined): Operation | undefined {
  const name = PATH.exec(url ?? '')?.[1];
  return name === undefined ? undefined : (name.toUpperCase() as Operation);
}

/** A call as far as it could be understood. */
interface Understood {
  metadata?: CallMetadata;
  call?: OrderCall;
}

const OUTCOMES: Readonly<Record<ErrorKind, PluginOutcome>> = {
  invalid: 'malformed',
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  notFound: 'malformed',
  methodNotAllowed: 'malformed',
  conflict: 'failed',
  tooLarge: 'too_large',
  unsupported: 'malformed',
  refused: 'refused',
  limited: 'refused',
  unavailable: 'unavailable',
  bug: 'failed',
};

/**
 * Serves the two calls of the Wix inventory service plugin as a plain Node listener: it answers
 * every request it is given, whatever happens.
 */
export function createPluginListener(deps: PluginDeps) {
  return async (
    operation: Operation,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const started = performance.now();
    const understood: Understood = {};
    let outcome: PluginOutcome;
    try {
      const { replayed } = await serveCall(deps, operation, request, understood);
      outcome = replayed ? 'repeated' : 'applied';
      logCall(deps, operation, understood, outcome);
      sendSuccess(response);
    } catch (thrown) {
      const error = asInventoryError(thrown);
      outcome = error.code === 'INVALID_INPUT' ? 'refused' : OUTCOMES[error.kind];
      if (outcome === 'refused') deps.metrics.refusal(metricName(operation), error.code);
      logCall(deps, operation, understood, outcome, error);
      sendError(response, error, understood.call, operation);
    }
    const seconds = (performance.now() - started) / 1000;
    deps.metrics.pluginRequest(metricName(operation), outcome, seconds);
  };
}

async function serveCall(
  { inventory, token: tokenOptions, bodyLimitBytes }: PluginDeps,
  operation: Operation,
  request: IncomingMessage,
  understood: Understood,
) {
  if (request.method !== 'POST') throw new InventoryError('METHOD_NOT_ALLOWED');
  const token = (await readWixToken(request, bodyLimitBytes)).trim();
  const { data } = await verifyWixToken(token, tokenOptions);
  understood.metadata = parseMetadata(data['metadata']);
  understood.call = parseOrderCall(
    operation,
    data['request'],
    understood.metadata,
    token,
    inventory.catalogIdentityOptions,
  );
  return moveForOrder(inventory, understood.call);
}

function metricName(operation: Operation) {
  return operation === 'DECREMENT' ? 'decrement' : 'increment';
}

function logCall(
  { logger }: PluginDeps,
  operation: Operation,
  { metadata, call }: Understood,
  outcome: PluginOutcome,
  error?: InventoryError,
): void {
  const level = error === undefined ? 'debug' : error.kind === 'bug' ? 'error' : 'warn';
  if (!logger.isLevelEnabled(level)) return;
  const line = {
    operation,
    outcome,
    requestId: metadata?.requestId,
    tenantId: metadata?.tenantId,
    orderId: call?.orderId,
    reason: call?.reason,
    lines: call?.lines.length,
    code: error?.code,
    detail: error?.message,
    shortages: error?.details.shortages,
    itemIds: error?.details.itemIds,
    cause: error === undefined ? undefined : causeOf(error),
  };
  logger[level](line, 'plugin call');
}

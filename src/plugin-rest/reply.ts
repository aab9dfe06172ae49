import type { ServerResponse } from 'node:http';
import type { InventoryError } from '../core/errors';
import { httpStatuses, RETRY_AFTER_SECONDS } from '../error-reply';
import type { OrderCall } from '../inventory/moveForOrder';

/** Wix inventory service plugin: the one code each method refuses with, as status 428. */
const REFUSAL_CODES: Readonly<Record<OrderCall['operation'], string>> = {
  DECREMENT: 'DECREMENT_NOT_POSSIBLE',
  INCREMENT: 'INCREMENT_NOT_POSSIBLE',
};

/** Sends the answer Wix documents for success: 200 and an empty object. */
export function sendSuccess(response: ServerResponse): void {
  send(response, 200, '{}');
}

/**
 * Sends an error in the plugin's envelope (`applicationError` at the top level). Every refusal and
 * every broken limit of a validly signed call is the method's own code under 428; a shortage names
 * its lines in `data`.
 */
export function sendError(
  response: ServerResponse,
  error: InventoryError,
  call: Pick<OrderCall, 'operation' | 'lines'> | undefined,
  operation: OrderCall['operation'],
): void {
  if (error.kind === 'refused' || error.code === 'INVALID_INPUT') {
    const data = call && error.code === 'INSUFFICIENT_AVAILABLE' && shortData(error, call.lines);
    const applicationError = { code: REFUSAL_CODES[operation], ...(data && { data }) };
    send(response, httpStatuses.refused, JSON.stringify({ applicationError }));
    return;
  }
  if (error.kind === 'unavailable') response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  if (error.kind === 'methodNotAllowed') response.setHeader('Allow', 'POST');
  if (error.kind === 'unauthenticated') response.setHeader('WWW-Authenticate', 'JWT');
  // What is left of an unread body would be taken for the next request.
  if (error.kind === 'tooLarge' || error.kind === 'unsupported') {
    response.setHeader('Connection', 'close');
  }
  const applicationError = { code: error.code, description: error.message };
  send(response, httpStatuses[error.kind], JSON.stringify({ applicationError }));
}

/** One entry per short line, in the order of the request. */
function shortData(error: InventoryError, lines: OrderCall['lines']) {
  const shortLines = (error.details.shortages ?? []).flatMap((short) =>
    (short.lines ?? []).map((index) => ({
      index,
      catalogItemId: lines[index]!.productId,
      variantId: lines[index]!.variantId,
      locationId: lines[index]!.locationId,
      requested: short.requested,
      available: short.available,
    })),
  );
  return { shortLines: shortLines.sort((a, b) => a.index - b.index) };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

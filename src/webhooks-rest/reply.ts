import type { ServerResponse } from 'node:http';
import type { InventoryError } from '../core/errors';
import { httpStatuses, RETRY_AFTER_SECONDS } from '../error-reply';

/** Sends the one answer Wix takes for success: 200 (Wix, webhooks). */
export function sendSuccess(response: ServerResponse): void {
  send(response, 200, '{}');
}

/** Sends an error in the envelope of the plugin. Wix sends the event again after any of them. */
export function sendError(response: ServerResponse, error: InventoryError): void {
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

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

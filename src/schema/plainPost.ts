import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type HTTPGraphQLResponse } from '@apollo/server';
import { InventoryError } from '../core/errors';
import { asInventoryError, causeOf, httpStatuses } from '../error-reply';
import type { Logger } from '../observability/logger';
import type { GraphqlContext } from './context';
import { requestErrorBody } from './formatError';

/** Largest request, in bytes. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

const PATH = /^\/graphql(?:\?|$)/;
const JSON_TYPE = /^application\/json(?: *; *charset="?utf-8"?)?$/i;

/**
 * Whether a request is an operation as servers and tools send it: JSON in UTF-8 by POST, of a known
 * length, not compressed, and not from a page of another origin. Most calls are; they need nothing
 * of Express.
 */
export function isPlainPost({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'POST' || url === undefined || !PATH.test(url)) return false;
  if (headers.origin !== undefined || headers['content-encoding'] !== undefined) return false;
  const length = Number(headers['content-length'] ?? 0);
  return length > 0 && length <= MAX_BODY_BYTES && JSON_TYPE.test(headers['content-type'] ?? '');
}

/** How requests that {@link isPlainPost} takes become answers. */
export interface PlainPostDeps {
  server: ApolloServer<GraphqlContext>;
  logger: Logger;
  contextOf: (request: IncomingMessage, response: ServerResponse) => Promise<GraphqlContext>;
}

/** Serves requests that {@link isPlainPost} takes; answers each of them, whatever happens. */
export async function servePlainPost(
  { server, logger, contextOf }: PlainPostDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readJson(request);
    const answer = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: headersOf(request), search: '', body },
      context: () => contextOf(request, response),
    });
    await send(response, answer);
  } catch (thrown) {
    const error = asInventoryError(thrown);
    if (error.kind === 'bug') logger.error({ cause: causeOf(error) }, 'request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.statusCode = httpStatuses[error.kind];
    sendText(response, JSON.stringify(requestErrorBody(error)), 'application/json; charset=utf-8');
  }
}

/** @throws InventoryError INVALID_INPUT for what is no JSON object or list, or breaks off */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readAll(request);
  // A byte order mark is no part of the text.
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // The parser's message repeats the body.
  }
  throw new InventoryError('INVALID_INPUT');
}

function readAll(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    // The caller went away; what is answered nobody gets.
    request.on('error', () => {
      reject(new InventoryError('INVALID_INPUT'));
    });
  });
}

function headersOf({ headers }: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

async function send(
  response: ServerResponse,
  { status, headers, body }: HTTPGraphQLResponse,
): Promise<void> {
  response.statusCode = status ?? 200;
  for (const [name, value] of headers) response.setHeader(name, value);
  if (body.kind === 'complete') {
    sendText(response, body.string);
    return;
  }
  for await (const chunk of body.asyncIterator) response.write(chunk);
  response.end();
}

function sendText(response: ServerResponse, text: string, type?: string): void {
  if (type !== undefined) response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

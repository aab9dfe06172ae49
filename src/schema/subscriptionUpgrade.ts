import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorTable, type ErrorCode } from '../core/errors';
import { httpStatuses } from '../error-reply';
import { STUDIO_ORIGIN } from './graphqlRoutes';

/**
 * Why an upgrade request is not for subscriptions; undefined: it is. Browsers name the page's
 * origin: beside the hub's own page those may connect that may call GraphQL.
 */
export function upgradeRefusal(
  { url = '', headers }: IncomingMessage,
  origins: readonly string[],
  full: boolean,
): ErrorCode | undefined {
  if (url.split('?', 1)[0] !== '/graphql') return 'NOT_FOUND';
  const { origin, host } = headers;
  const own = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
  const allowed = origin === undefined || own || [STUDIO_ORIGIN, ...origins].includes(origin);
  if (!allowed) return 'FORBIDDEN';
  return full ? 'LIMIT_REACHED' : undefined;
}

/** Answers an upgrade request with a status and ends its connection. */
export function refuseUpgrade(socket: Duplex, code: ErrorCode): void {
  // The client may be gone already.
  socket.on('error', () => undefined);
  const status =
    code === 'LIMIT_REACHED' ? httpStatuses.unavailable : httpStatuses[errorTable[code].kind];
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
}

import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a request id from outside may be: it goes into logs and answers as it is. */
const requestIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * The id under which a request appears in logs: its `x-request-id`, else its `x-wix-request-id`,
 * else a new random UUID. A header that is not 1..128 of the characters A-Z a-z 0-9 . _ : - is
 * ignored.
 */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  for (const name of ['x-request-id', 'x-wix-request-id']) {
    const value = headers[name];
    if (typeof value === 'string' && requestIdPattern.test(value)) return value;
  }
  return randomUUID();
}

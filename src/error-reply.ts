import { InventoryError, type ErrorCode, type ErrorKind } from './core/errors';
import type { RateLimit } from './core/rateLimit';

/** THE place where kinds of errors become HTTP statuses. */
export const httpStatuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  conflict: 409,
  tooLarge: 413,
  unsupported: 415,
  refused: 428,
  limited: 429,
  unavailable: 503,
  bug: 500,
};

/** Seconds after which a caller may try again when the store is away. */
export const RETRY_AFTER_SECONDS = 1;

/**
 * Seconds after which the same call may go through (the header `Retry-After`): for an outage and
 * for a limit. Undefined for any other error: trying again as it is won't help.
 */
export function retryAfterSeconds({ kind, details }: InventoryError): number | undefined {
  if (kind === 'unavailable') return RETRY_AFTER_SECONDS;
  return details.rateLimit?.resetSeconds;
}

/** Where a caller stands, as headers (draft-ietf-httpapi-ratelimit-headers, up to version 06). */
export function rateLimitHeaders({ limit, remaining, resetSeconds }: RateLimit) {
  return {
    'RateLimit-Limit': String(limit),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(resetSeconds),
  };
}

/** How the body parser words what is wrong with a request; anything else is a bug. */
const bodyErrorCodes: Readonly<Record<string, ErrorCode>> = {
  'entity.too.large': 'BODY_TOO_LARGE',
  'entity.parse.failed': 'INVALID_INPUT',
  'encoding.unsupported': 'UNSUPPORTED_ENCODING',
  'charset.unsupported': 'UNSUPPORTED_ENCODING',
  'request.aborted': 'INVALID_INPUT',
  'request.size.invalid': 'INVALID_INPUT',
};

/** Any thrown value as an error of the table: what is not one of ours is a bug. */
export function asInventoryError(error: unknown): InventoryError {
  if (error instanceof InventoryError) return error;
  const { type = '', status = 500 } = (error ?? {}) as { type?: string; status?: number };
  const code = bodyErrorCodes[type];
  if (code) return new InventoryError(code);
  // Express and its parsers give what the caller did wrong a status of its own.
  if (status >= 400 && status < 500) return new InventoryError('INVALID_INPUT');
  return new InventoryError('INTERNAL', undefined, undefined, { cause: error });
}

/** An error as the body of an answer, where no surface has an envelope of its own. */
export function errorBody({ code, message }: InventoryError) {
  return { error: { code, message } };
}

/**
 * What a log may say of an error's cause: its message, or its stack when it is a bug. Never the
 * cause itself: an ioredis error carries the whole command, a jose error the claims.
 */
export function causeOf({ kind, cause }: InventoryError): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  return kind === 'bug' ? cause.stack : cause.message;
}

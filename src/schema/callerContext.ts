import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { tokenFromHeader } from '../auth/apiToken';
import type { Principal } from '../auth/principal';
import { InventoryError } from '../core/errors';
import type { ConsumePoints, RateLimit } from '../core/rateLimit';
import { rateLimitHeaders, retryAfterSeconds } from '../error-reply';
import type { InventoryDeps } from '../inventory/deps';
import { requestIdOf } from '../observability/requestId';
import type { Caller, GraphqlContext } from './context';
import { asGraphqlError } from './formatError';
import { createLoaders } from './loaders';

/** Largest request that is looked at without a token, bytes: enough to ask for the schema. */
const MAX_ANONYMOUS_BYTES = 10_000;

/** How callers are let in. */
export interface CallerDeps {
  inventory: InventoryDeps;
  verifyToken: (token: string) => Promise<Principal>;
  /** Absent: no rate limit. */
  consumePoints?: ConsumePoints | undefined;
}

/** A caller who was let in, and where he stands in his minute (absent: no limit). */
export interface AdmittedCaller {
  caller: Caller;
  rateLimit: RateLimit | undefined;
}

/**
 * Verifies the token of an `Authorization` header and uses a point of it.
 *
 * @returns undefined without a token
 * @throws InventoryError UNAUTHENTICATED, AUTH_UNAVAILABLE, RATE_LIMITED, REDIS_UNAVAILABLE
 */
export async function admitCaller(
  { inventory, verifyToken, consumePoints }: CallerDeps,
  authorization: string | undefined,
): Promise<AdmittedCaller | undefined> {
  const token = tokenFromHeader(authorization);
  if (token === undefined) return undefined;
  const principal = await verifyToken(token);
  const rateLimit = consumePoints && (await consumePoints(principal, 1));
  const { tenantId } = principal;
  const loaders = createLoaders(inventory, principal);
  return { caller: { principal, tenantId, inventory, loaders }, rateLimit };
}

/**
 * What the resolvers of a request are given. Sets the headers that tell of the request and of the
 * caller's rate.
 *
 * @throws GraphQLError with the code and the status of what `admitCaller` throws
 */
export async function contextOf(
  deps: CallerDeps,
  headers: IncomingHttpHeaders,
  response: ServerResponse,
): Promise<GraphqlContext> {
  const requestId = requestIdOf(headers);
  response.setHeader('X-Request-Id', requestId);
  // Whatever is between here and the caller keeps no answer.
  response.setHeader('Cache-Control', 'no-store');
  const key = headers['idempotency-key'];
  try {
    const admitted = await admitCaller(deps, headers.authorization);
    setRateHeaders(response, admitted?.rateLimit);
    if (!admitted && isLarge(headers)) {
      const message = `A request of over ${MAX_ANONYMOUS_BYTES} bytes needs an API token.`;
      throw new InventoryError('UNAUTHENTICATED', message);
    }
    const idempotencyKey = typeof key === 'string' ? key : undefined;
    const caller = admitted && {
      ...admitted.caller,
      usePoints: pointsUser(deps, admitted.caller.principal, response),
    };
    return { requestId, idempotencyKey, caller };
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    tellRefused(response, error);
    if (error.kind === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer');
    throw asGraphqlError(error);
  }
}

/** Makes what uses more points of a caller's rate, and says where it then stands. */
function pointsUser(
  { consumePoints }: CallerDeps,
  principal: Principal,
  response: ServerResponse,
): Caller['usePoints'] {
  if (!consumePoints) return undefined;
  return async (points) => {
    try {
      setRateHeaders(response, await consumePoints(principal, points));
    } catch (error) {
      if (error instanceof InventoryError) tellRefused(response, error);
      throw error;
    }
  };
}

/** Sets the headers that tell of a refusal when to come again. */
function tellRefused(response: ServerResponse, error: InventoryError): void {
  setRateHeaders(response, error.details.rateLimit);
  const waitSeconds = retryAfterSeconds(error);
  if (waitSeconds !== undefined) response.setHeader('Retry-After', waitSeconds);
}

/** Whether a request is large, or does not say. */
function isLarge(headers: IncomingHttpHeaders): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return Number(headers['content-length'] ?? 0) > MAX_ANONYMOUS_BYTES;
}

function setRateHeaders(response: ServerResponse, rateLimit: RateLimit | undefined): void {
  if (!rateLimit) return;
  for (const [name, value] of Object.entries(rateLimitHeaders(rateLimit))) {
    response.setHeader(name, value);
  }
}

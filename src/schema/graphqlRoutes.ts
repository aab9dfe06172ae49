import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
// prettier-ignore
import {
  ApolloServerPluginLandingPageLocalDefault,
} from '@apollo/server/plugin/landingPage/default';
import { expressMiddleware } from '@as-integrations/express5';
import cors from 'cors';
import express, { type Request, type Response, type Router } from 'express';
import { GraphQLError } from 'graphql';
import { tokenFromHeader } from '../auth/apiToken';
import type { Principal } from '../auth/principal';
import { InventoryError } from '../core/errors';
import type { ConsumePoints, RateLimit } from '../core/rateLimit';
import { httpStatuses, RETRY_AFTER_SECONDS } from '../error-reply';
import type { InventoryDeps } from '../inventory/deps';
import type { Logger } from '../observability/logger';
import { requestIdOf } from '../observability/requestId';
import { buildHubSchema } from './buildSchema';
import type { GraphqlContext } from './context';
import { createErrorFormatter } from './formatError';
import { createLoaders } from './loaders';
import { complexityLimit, shapeLimits } from './requestLimits';
import { sandboxDocument } from './sandboxDocument';

/** What the GraphQL surface works with. */
export interface GraphqlDeps {
  inventory: InventoryDeps;
  logger: Logger;
  verifyToken: (token: string) => Promise<Principal>;
  /** Absent: no rate limit. */
  consumePoints?: ConsumePoints | undefined;
  introspection: boolean;
  /** Shows Apollo Sandbox in a browser, with this token in its headers. Absent: no page. */
  sandboxToken?: string | undefined;
  /** Origins of pages that may call besides Apollo Studio. */
  corsOrigins: readonly string[];
}

/** Largest request, in bytes. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const STUDIO_ORIGIN = 'https://studio.apollographql.com';

/** Serves `/graphql`. */
export async function createGraphqlRoutes(deps: GraphqlDeps): Promise<Router> {
  const server = new ApolloServer<GraphqlContext>({
    schema: buildHubSchema(),
    introspection: deps.introspection,
    // Else errors would tell the names that introspection does not.
    hideSchemaDetailsFromClientErrors: !deps.introspection,
    includeStacktraceInErrorResponses: false,
    formatError: createErrorFormatter(deps.logger),
    validationRules: shapeLimits(),
    plugins: [landingPage(deps.sandboxToken), complexityLimit()],
    stopOnTerminationSignals: false,
  });
  await server.start();
  const routes = express.Router();
  routes.use(
    cors({
      origin: [STUDIO_ORIGIN, ...deps.corsOrigins],
      exposedHeaders: ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'],
      maxAge: 600,
    }),
    express.json({ limit: MAX_BODY_BYTES }),
    expressMiddleware(server, { context: ({ req, res }) => contextOf(deps, req, res) }),
  );
  return routes;
}

async function contextOf(
  deps: GraphqlDeps,
  request: Request,
  response: Response,
): Promise<GraphqlContext> {
  const requestId = requestIdOf(request.headers);
  response.setHeader('X-Request-Id', requestId);
  const key = request.headers['idempotency-key'];
  try {
    const token = tokenFromHeader(request.headers.authorization);
    const principal = token === undefined ? undefined : await deps.verifyToken(token);
    if (principal && deps.consumePoints) {
      setRateHeaders(response, await deps.consumePoints(principal, 1));
    }
    const { inventory } = deps;
    return {
      requestId,
      idempotencyKey: typeof key === 'string' ? key : undefined,
      caller: principal && {
        principal,
        tenantId: principal.tenantId,
        inventory,
        loaders: createLoaders(inventory, principal),
      },
    };
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    const { rateLimit } = error.details;
    if (rateLimit) setRateHeaders(response, rateLimit);
    const waitSeconds = rateLimit?.resetSeconds ?? RETRY_AFTER_SECONDS;
    const retry = rateLimit !== undefined || error.kind === 'unavailable';
    if (retry) response.setHeader('Retry-After', waitSeconds);
    throw new GraphQLError(error.message, {
      extensions: { code: error.code, http: { status: httpStatuses[error.kind] } },
    });
  }
}

function setRateHeaders(response: Response, { limit, remaining, resetSeconds }: RateLimit): void {
  response.setHeader('RateLimit-Limit', limit);
  response.setHeader('RateLimit-Remaining', remaining);
  response.setHeader('RateLimit-Reset', resetSeconds);
}

function landingPage(sandboxToken: string | undefined) {
  if (sandboxToken === undefined) return ApolloServerPluginLandingPageDisabled();
  return ApolloServerPluginLandingPageLocalDefault({
    embed: { initialState: { pollForSchemaUpdates: false } },
    document: sandboxDocument,
    headers: { Authorization: `Bearer ${sandboxToken}` },
    footer: false,
  });
}

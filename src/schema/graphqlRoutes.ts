import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
// prettier-ignore
import {
  ApolloServerPluginLandingPageLocalDefault,
} from '@apollo/server/plugin/landingPage/default';
import { expressMiddleware } from '@as-integrations/express5';
import cors from 'cors';
import express, { type ErrorRequestHandler, type Router } from 'express';
import { asInventoryError, causeOf, httpStatuses } from '../error-reply';
import type { Logger } from '../observability/logger';
import { buildHubSchema } from './buildSchema';
import { contextOf, type CallerDeps } from './callerContext';
import { complexityLimit } from './complexityLimit';
import type { GraphqlContext } from './context';
import { parseLimits, shapeLimits } from './documentLimits';
import { createErrorFormatter, requestErrorBody } from './formatError';
import { idempotentOnMutations } from './idempotency';
import { answerOverruns } from './overrun';
import { isPlainPost, MAX_BODY_BYTES, servePlainPost } from './plainPost';
import { sandboxDocument } from './sandboxDocument';

/** What the GraphQL surface works with. */
export interface GraphqlDeps extends CallerDeps {
  logger: Logger;
  introspection: boolean;
  /** Shows Apollo Sandbox in a browser, with the token in its headers. Absent: no page. */
  sandbox?: { token?: string } | undefined;
  /** Origins of pages that may call besides Apollo Studio. */
  corsOrigins: readonly string[];
}

/** How `/graphql` is served. */
export interface GraphqlRoutes {
  /** Whether `serve` takes a request; the routes take any. */
  takes: (request: IncomingMessage) => boolean;
  /** Without Express, which costs as much as the operation. Answers whatever happens. */
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  routes: Router;
}

/** Headers of answers that pages of other origins may read. */
const EXPOSED_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'X-Request-Id',
];

/** Where Apollo's own Studio calls from. */
export const STUDIO_ORIGIN = 'https://studio.apollographql.com';

/** Serves `/graphql`. */
export async function createGraphqlRoutes(deps: GraphqlDeps): Promise<GraphqlRoutes> {
  const server = new ApolloServer<GraphqlContext>({
    schema: buildHubSchema(),
    introspection: deps.introspection,
    // Else errors would tell the names that introspection does not.
    hideSchemaDetailsFromClientErrors: !deps.introspection,
    includeStacktraceInErrorResponses: false,
    formatError: createErrorFormatter(deps.logger, deps.introspection),
    parseOptions: parseLimits,
    validationRules: [...shapeLimits(), idempotentOnMutations],
    plugins: [
      landingPage(deps.sandbox),
      // It would look at every field; nothing of the hub may be kept anyway (`contextOf`).
      ApolloServerPluginCacheControlDisabled(),
      complexityLimit,
      answerOverruns(),
    ],
    stopOnTerminationSignals: false,
  });
  await server.start();
  const context = ({ headers }: IncomingMessage, response: ServerResponse) =>
    contextOf(deps, headers, response);
  const routes = express.Router();
  routes.use(
    cors({
      origin: [STUDIO_ORIGIN, ...deps.corsOrigins],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
    }),
    express.json({ limit: MAX_BODY_BYTES }),
    expressMiddleware(server, { context: ({ req, res }) => context(req, res) }),
    answerErrors(deps.logger),
  );
  const plain = { server, logger: deps.logger, contextOf: context };
  return {
    takes: isPlainPost,
    serve: (request, response) => servePlainPost(plain, request, response),
    routes,
  };
}

/** Answers what was no operation at all. */
function answerErrors(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const error = asInventoryError(thrown);
    if (error.kind === 'bug') logger.error({ cause: causeOf(error) }, 'request failed');
    response.status(httpStatuses[error.kind]).json(requestErrorBody(error));
  };
}

function landingPage(sandbox: GraphqlDeps['sandbox']) {
  if (!sandbox) return ApolloServerPluginLandingPageDisabled();
  return ApolloServerPluginLandingPageLocalDefault({
    embed: { initialState: { pollForSchemaUpdates: false } },
    document: sandboxDocument,
    // An empty one counts as none; there a token goes.
    headers: { Authorization: sandbox.token === undefined ? '' : `Bearer ${sandbox.token}` },
    footer: false,
  });
}

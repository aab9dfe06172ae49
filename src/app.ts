import type { RequestListener } from 'node:http';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { InventoryError } from './core/errors';
import { asInventoryError, causeOf, httpStatuses } from './error-reply';
import {
  createPluginListener,
  pluginOperation,
  type PluginDeps,
} from './plugin-rest/pluginListener';
import { storeAnswers } from './redis/reads';
import { createGraphqlRoutes, type GraphqlDeps } from './schema/graphqlRoutes';

/** The hub's HTTP side, without a socket. */
export interface App {
  listener: RequestListener;
  /** From now on not ready, and every answer asks the caller to close its connection. */
  drain(): void;
}

/** What the surfaces work with. */
export interface AppDeps extends PluginDeps {
  /** How GraphQL lets callers in; absent: it is not served. */
  graphql?: Omit<GraphqlDeps, 'inventory' | 'logger'> | undefined;
}

/**
 * Puts the surfaces together. Plugin calls are dispatched before Express, which alone would halve
 * their rate (see docs/decisions).
 */
export async function createApp({ graphql, ...deps }: AppDeps): Promise<App> {
  let draining = false;
  const servePlugin = createPluginListener(deps);
  const { inventory, logger } = deps;
  const routes = graphql && (await createGraphqlRoutes({ ...graphql, inventory, logger }));
  const other = createRoutes(deps, routes, () => draining);
  return {
    listener: (request, response) => {
      if (draining) response.setHeader('Connection', 'close');
      const operation = pluginOperation(request.url);
      if (operation) void servePlugin(operation, request, response);
      else other(request, response);
    },
    drain: () => {
      draining = true;
    },
  };
}

/** GraphQL, and what operators and their tools ask: alive, ready, how is it going. */
function createRoutes(
  { metrics, inventory, logger }: PluginDeps,
  graphql: Router | undefined,
  draining: () => boolean,
) {
  const routes = express();
  routes.disable('x-powered-by');
  routes.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  routes.get('/readyz', async (_request, response) => {
    const redis = await storeAnswers(inventory.redis);
    metrics.redisUp(redis);
    const ready = redis && !draining();
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : draining() ? 'draining' : 'not ready',
      redis: redis ? 'up' : 'down',
    });
  });
  routes.get('/metrics', async (_request, response) => {
    metrics.redisUp(await storeAnswers(inventory.redis));
    response.type(metrics.contentType).send(await metrics.text());
  });
  if (graphql) routes.use('/graphql', graphql);
  routes.use(() => {
    throw new InventoryError('NOT_FOUND');
  });
  // Express knows an error handler by its four parameters.
  routes.use((thrown: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const error = asInventoryError(thrown);
    if (error.kind === 'bug') logger.error({ cause: causeOf(error) }, 'request failed');
    const { code, message } = error;
    response.status(httpStatuses[error.kind]).json({ error: { code, message } });
  });
  return routes;
}

import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { InventoryError } from './core/errors';
import { asInventoryError, causeOf, errorBody, httpStatuses } from './error-reply';
import { createItemsRoutes } from './items-rest/itemsRoutes';
import { readOpenapi } from './openapi';
import {
  createPluginListener,
  pluginOperation,
  type PluginDeps,
} from './plugin-rest/pluginListener';
import { storeAnswers } from './redis/reads';
import { createGraphqlRoutes, type GraphqlDeps } from './schema/graphqlRoutes';
import type { SubscriptionLimits } from './schema/subscriptionLimits';
import { createSubscriptionServer } from './schema/subscriptionServer';
import { refuseUpgrade } from './schema/subscriptionUpgrade';
import { createWebhookListener, isWixWebhook } from './webhooks-rest/webhookListener';

/** What jobs over many items can do; the process runs them. */
export { itemJobKinds } from './items-rest/itemJobKinds';

/** The hub's HTTP side, without a socket. */
export interface App {
  listener: RequestListener;
  /** Takes requests that ask for a WebSocket: subscriptions of GraphQL. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * From now on not ready, and every answer asks the caller to close its connection. WebSockets are
   * closed.
   */
  drain(): void;
}

/** What the surfaces work with. */
export interface AppDeps extends PluginDeps {
  /** How GraphQL and the items' REST let callers in; absent: they are not served. */
  graphql?: Omit<GraphqlDeps, 'inventory' | 'logger'> | undefined;
  /** Default: `defaultSubscriptionLimits`. */
  subscriptions?: Partial<SubscriptionLimits> | undefined;
}

/**
 * Puts the surfaces together. Calls of Wix are dispatched before Express, which alone would halve
 * their rate (see docs/decisions).
 */
export async function createApp({
  graphql,
  subscriptions: limits,
  ...deps
}: AppDeps): Promise<App> {
  let draining = false;
  const servePlugin = createPluginListener(deps);
  const serveWebhook = createWebhookListener(deps);
  const { inventory, logger } = deps;
  const operations = graphql && (await createGraphqlRoutes({ ...graphql, inventory, logger }));
  const subscriptions =
    graphql && createSubscriptionServer({ ...graphql, inventory, logger, limits });
  const items = graphql && createItemsRoutes({ ...graphql, inventory, logger });
  const other = createRoutes(deps, { graphql: operations?.routes, items }, () => draining);
  return {
    listener: (request, response) => {
      if (draining) response.setHeader('Connection', 'close');
      const operation = pluginOperation(request.url);
      if (operation) void servePlugin(operation, request, response);
      else if (operations?.takes(request)) void operations.serve(request, response);
      else if (isWixWebhook(request.url)) void serveWebhook(request, response);
      else other(request, response);
    },
    upgrade: (request, socket, head) => {
      if (subscriptions) subscriptions.upgrade(request, socket, head);
      else refuseUpgrade(socket, 'NOT_FOUND');
    },
    drain: () => {
      draining = true;
      subscriptions?.drain();
    },
  };
}

/** GraphQL, items, and what operators and their tools ask: alive, ready, how is it going. */
function createRoutes(
  { metrics, inventory, logger }: PluginDeps,
  { graphql, items }: { graphql: Router | undefined; items: Router | undefined },
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
  const openapi = readOpenapi();
  routes.get('/openapi.yaml', (_request, response) => {
    response.type('application/yaml').send(openapi);
  });
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.yaml']) {
    routes.all(path, (_request, response) => {
      response.setHeader('Allow', 'GET, HEAD');
      throw new InventoryError('METHOD_NOT_ALLOWED', 'Only GET is served here.');
    });
  }
  if (graphql) routes.use('/graphql', graphql);
  if (items) routes.use('/stores/v3', items);
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
    response.status(httpStatuses[error.kind]).json(errorBody(error));
  });
  return routes;
}

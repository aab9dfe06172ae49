import cors from 'cors';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { tokenFromHeader } from '../auth/apiToken';
import { requireScope, type Principal, type Scope } from '../auth/principal';
import { InventoryError } from '../core/errors';
import type { ConsumePoints } from '../core/rateLimit';
import { causeOf, rateLimitHeaders } from '../error-reply';
import type { InventoryDeps } from '../inventory/deps';
import type { Logger } from '../observability/logger';
import { requestIdOf } from '../observability/requestId';
import { bulkCreate, bulkDelete, bulkUpdate } from './bulkEdits';
import {
  bulkDecrement,
  bulkDecrementByVariant,
  bulkIncrement,
  bulkIncrementByVariant,
} from './bulkMoves';
import { bulkUpsert } from './bulkUpsert';
import { asRestError, errorAnswer } from './errorEnvelope';
import { queryRoutes } from './queryHandlers';
import { itemJobRoutes } from './itemJobs';
import { createItem, deleteItem, getItem, updateItem } from './item';
import { readJson } from './jsonBody';
import { getDefaultLocation, getLocation, queryStoresLocations } from './location';
import type { Handler, Route } from './route';

/** What the items REST surface works with. */
export interface ItemsRestDeps {
  inventory: InventoryDeps;
  logger: Logger;
  verifyToken: (token: string) => Promise<Principal>;
  /** Absent: no rate limit. */
  consumePoints?: ConsumePoints | undefined;
  /** Origins of pages that may call. */
  corsOrigins: readonly string[];
}

/** Largest request, in bytes; and of one with many whole items, as a page of them was read. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const MAX_BULK_BODY_BYTES = 16 * 1024 * 1024;

/**
 * THE methods (Wix Inventory Items V3 and Stores Locations V3). Of two paths that fit, the first
 * one counts: `query` is no id.
 */
const ROUTES: readonly Route[] = [
  ...queryRoutes,
  write('post', '/inventory-items', createItem),
  read('get', '/inventory-items/:id', getItem),
  write('patch', '/inventory-items/:id', updateItem),
  write('delete', '/inventory-items/:id', deleteItem),
  write('post', '/bulk/inventory-items/create', bulkCreate),
  write('post', '/bulk/inventory-items/update', bulkUpdate),
  write('post', '/bulk/inventory-items/upsert', bulkUpsert),
  write('post', '/bulk/inventory-items/delete', bulkDelete),
  write('post', '/bulk/inventory-items/increment', bulkIncrement),
  write('post', '/bulk/inventory-items/decrement', bulkDecrement),
  write('post', '/bulk/inventory-items/increment-by-variant-and-location', bulkIncrementByVariant),
  write('post', '/bulk/inventory-items/decrement-by-variant-and-location', bulkDecrementByVariant),
  ...itemJobRoutes,
  read('get', '/locations/default', getDefaultLocation),
  read('post', '/locations/query', queryStoresLocations),
  read('get', '/locations/:id', getLocation),
];

function read(verb: Route['verb'], path: string, handler: Handler): Route {
  return { verb, path, scope: 'inventory:read', handler };
}

function write(verb: Route['verb'], path: string, handler: Handler): Route {
  return { verb, path, scope: 'inventory:write', handler };
}

/** Serves `/stores/v3`: 200 and JSON for all that succeeds, Wix's error envelope for the rest. */
export function createItemsRoutes(deps: ItemsRestDeps): Router {
  const routes = express.Router();
  const exposed = ['X-Wix-Request-Id', 'RateLimit-Limit', 'RateLimit-Remaining'];
  routes.use(
    nameRequest,
    cors({
      origin: [...deps.corsOrigins],
      exposedHeaders: [...exposed, 'RateLimit-Reset', 'Retry-After'],
      maxAge: 600,
    }),
  );
  // A body is read for those only who may call.
  const readBodies = { one: readJson(MAX_BODY_BYTES), many: readJson(MAX_BULK_BODY_BYTES) };
  for (const path of new Set(ROUTES.map((route) => route.path))) {
    const known = ROUTES.filter((route) => route.path === path);
    const place = routes.route(path);
    const readBody = readBodies[path.startsWith('/bulk/') ? 'many' : 'one'];
    for (const route of known)
      place[route.verb](admit(deps, route.scope), readBody, serve(deps, route));
    const allowed = known.map(({ verb }) => verb.toUpperCase()).join(', ');
    place.all((_request, response) => {
      response.setHeader('Allow', allowed);
      throw new InventoryError('METHOD_NOT_ALLOWED', `Only ${allowed} is served here.`);
    });
  }
  routes.use(() => {
    throw new InventoryError('NOT_FOUND');
  });
  routes.use(answerErrors(deps.logger));
  return routes;
}

function nameRequest(request: Request, response: Response, next: NextFunction): void {
  const requestId = requestIdOf(request.headers);
  response.locals['requestId'] = requestId;
  response.setHeader('X-Wix-Request-Id', requestId);
  next();
}

/** Lets a caller in whose token allows the scope and is for the site that the call names. */
function admit({ verifyToken, consumePoints }: ItemsRestDeps, scope: Scope) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const token = tokenFromHeader(request.headers.authorization);
    const principal = token === undefined ? undefined : await verifyToken(token);
    if (principal && consumePoints) {
      response.set(rateLimitHeaders(await consumePoints(principal, 1)));
    }
    const { tenantId } = requireScope(principal, scope);
    const site = request.headers['wix-site-id'];
    if (site !== undefined && String(site).trim().toLowerCase() !== tenantId) {
      throw new InventoryError('FORBIDDEN', 'The token is not for the site of wix-site-id.');
    }
    response.locals['principal'] = principal;
    next();
  };
}

function serve({ inventory }: ItemsRestDeps, { handler }: Route) {
  return async (request: Request, response: Response): Promise<void> => {
    const principal = response.locals['principal'] as Principal;
    const key = request.headers['idempotency-key'];
    const answer = await handler({
      deps: inventory,
      principal,
      tenantId: principal.tenantId,
      params: request.params as Record<string, string>,
      body: request.body as unknown,
      query: request.query,
      requestId: response.locals['requestId'] as string,
      idempotencyKey: typeof key === 'string' ? key : undefined,
    });
    send(response, answer);
  };
}

// Express knows an error handler by its four parameters.
function answerErrors(logger: Logger) {
  return (thrown: unknown, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const error = asRestError(thrown);
    if (error instanceof InventoryError && error.kind === 'bug') {
      const requestId = response.locals['requestId'] as string;
      logger.error({ requestId, cause: causeOf(error) }, 'request failed');
    }
    const { status, headers, body } = errorAnswer(error);
    response.status(status).set(headers);
    send(response, body);
  };
}

/** Not by Express, whose ETag could turn a 200 into a 304. */
function send(response: Response, body: object): void {
  response.type('json').set('Cache-Control', 'no-store').end(JSON.stringify(body));
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs } from 'graphql';
import { GraphQLError } from 'graphql';
import { handleProtocols, makeServer, type Context, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Principal } from '../auth/principal';
import { InventoryError } from '../core/errors';
import { asInventoryError, causeOf } from '../error-reply';
import { LiveFeeds } from '../events/liveFeeds';
import { buildHubSchema } from './buildSchema';
import type { Caller, GraphqlContext } from './context';
import type { GraphqlDeps } from './graphqlRoutes';
import { createLoaders } from './loaders';
import { tokenOfConnection, watchToken } from './subscriptionCaller';
import { createDocumentReader, type SubscriptionRequest } from './subscriptionDocument';
import { createSubscriptionErrorFormatter } from './subscriptionErrors';
import {
  closeCodes,
  defaultSubscriptionLimits,
  type SubscriptionLimits,
} from './subscriptionLimits';
import { SubscriptionMessages } from './subscriptionMessages';
import { SubscriptionSocket } from './subscriptionSocket';
import { refuseUpgrade, upgradeRefusal } from './subscriptionUpgrade';

/** What the WebSocket side works with. */
export interface SubscriptionDeps extends GraphqlDeps {
  /** Default: {@link defaultSubscriptionLimits}. */
  limits?: Partial<SubscriptionLimits> | undefined;
}

/** Serves subscriptions over WebSocket, protocol graphql-transport-ws. */
export interface SubscriptionServer {
  /** Takes an upgrade request to `/graphql`, or refuses it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every connection with 1001 and takes no more: clients connect elsewhere. */
  drain(): void;
}

/** One connection, as graphql-ws hands it to its callbacks. */
interface Connection {
  request: IncomingMessage;
  socket: SubscriptionSocket;
  principal?: Principal;
  onClose: (() => void)[];
}

type ConnectionContext = Context<Record<string, unknown>, Connection>;

/** Puts the WebSocket side together. It opens no connection to Redis before it has a subscriber. */
export function createSubscriptionServer(deps: SubscriptionDeps): SubscriptionServer {
  const limits = { ...defaultSubscriptionLimits, ...deps.limits };
  const sockets = new Set<SubscriptionSocket>();
  const protocol = createProtocol(deps, limits);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    handleProtocols,
  });
  let draining = false;
  const opened = (socket: WebSocket, request: IncomingMessage) => {
    const client = new SubscriptionSocket(socket, limits, deps.logger);
    sockets.add(client);
    const connection: Connection = { request, socket: client, onClose: [] };
    const closed = protocol.opened(client, connection);
    socket.once('close', (code, reason) => {
      sockets.delete(client);
      for (const release of connection.onClose) release();
      void closed(code, reason.toString());
    });
  };
  return {
    upgrade: (request, socket, head) => {
      const full = draining || sockets.size >= limits.connections;
      const refusal = upgradeRefusal(request, deps.corsOrigins, full);
      if (refusal) refuseUpgrade(socket, refusal);
      else server.handleUpgrade(request, socket, head, opened);
    },
    drain: () => {
      draining = true;
      for (const socket of sockets) socket.close(closeCodes.goingAway, 'The hub is stopping.');
    },
  };
}

/** The protocol, without the sockets. */
function createProtocol(deps: SubscriptionDeps, limits: SubscriptionLimits) {
  const schema = buildHubSchema();
  const feeds = new LiveFeeds(deps.inventory.redis, (error) => {
    const { stack } = error instanceof Error ? error : new Error(String(error));
    deps.logger.error({ cause: stack }, 'ledger not followed');
  });
  const readDocument = createDocumentReader(schema, deps.introspection);
  const messages = new SubscriptionMessages();
  const formatErrors = createSubscriptionErrorFormatter(deps.logger);
  const admit = createAdmission(deps, limits);
  return makeServer<Record<string, unknown>, Connection>({
    schema,
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect: admit,
    onSubscribe: async (context, _id, payload) => {
      const { principal, socket } = context.extra;
      const checked = readDocument(payload);
      if ('errors' in checked) return checked.errors;
      const refusal = await refusalOf(deps, limits, context);
      if (refusal) return [refusal];
      const live = { feeds, ready: socket.ready };
      const contextValue: GraphqlContext = {
        requestId: randomUUID(),
        idempotencyKey: undefined,
        caller: principal && callerFor(deps, principal),
        live,
      };
      return { schema, document: checked.document, contextValue, ...optionsOf(payload) };
    },
    subscribe: (args) => messages.open(toRunnable(args)),
    // Errors end a subscription, so a message has none.
    onError: (_context, _id, _payload, errors) => formatErrors(errors),
  });
}

function toRunnable({ schema, document, contextValue, ...args }: ExecutionArgs) {
  const { operationName, variableValues } = args;
  const request: SubscriptionRequest = {
    query: document.loc!.source.body,
    operationName,
    variables: variableValues,
  };
  const context = contextValue as GraphqlContext & { caller: Caller };
  return { schema, document, request, context };
}

function optionsOf({ operationName, variables }: SubscribePayload) {
  return { operationName: operationName ?? null, variableValues: variables ?? {} };
}

function callerFor({ inventory }: SubscriptionDeps, principal: Principal): Caller {
  const { tenantId } = principal;
  return { principal, tenantId, inventory, loaders: createLoaders(inventory, principal) };
}

/** Why a connection may not subscribe now. */
async function refusalOf(
  { consumePoints }: SubscriptionDeps,
  { subscriptionsPerConnection: most }: SubscriptionLimits,
  { extra, subscriptions }: ConnectionContext,
): Promise<GraphQLError | undefined> {
  try {
    if (!extra.principal) throw new InventoryError('UNAUTHENTICATED');
    if (Object.keys(subscriptions).length > most) {
      const message = `A connection has at most ${most} subscriptions at a time.`;
      throw new InventoryError('LIMIT_REACHED', message);
    }
    await consumePoints?.(extra.principal, 1);
    return undefined;
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    return new GraphQLError(error.message, { originalError: error });
  }
}

/** Makes the function that lets clients in, by token and number, and out when it expires. */
function createAdmission(deps: SubscriptionDeps, limits: SubscriptionLimits) {
  const connectionsOf = new Map<string, number>();
  const count = (tenantId: string, more: number) => {
    const connections = (connectionsOf.get(tenantId) ?? 0) + more;
    if (connections === 0) connectionsOf.delete(tenantId);
    else connectionsOf.set(tenantId, connections);
  };
  return async ({ extra, connectionParams }: ConnectionContext): Promise<boolean> => {
    const { socket, request, onClose } = extra;
    try {
      const token = tokenOfConnection(request, connectionParams);
      const principal = await deps.verifyToken(token);
      const { tenantId } = principal;
      if ((connectionsOf.get(tenantId) ?? 0) >= limits.connectionsPerTenant) {
        const most = `${limits.connectionsPerTenant} connections`;
        throw new InventoryError('LIMIT_REACHED', `The tenant has ${most} to this hub already.`);
      }
      if (socket.isClosed) return false;
      count(tenantId, 1);
      onClose.push(() => {
        count(tenantId, -1);
      });
      const expired = () => {
        socket.close(closeCodes.tokenExpired, 'The token has expired.');
      };
      onClose.push(watchToken(token, deps.verifyToken, expired));
      extra.principal = principal;
      return true;
    } catch (thrown) {
      const error = asInventoryError(thrown);
      if (error.kind === 'bug') {
        deps.logger.error({ cause: causeOf(error) }, 'subscription failed');
        socket.close(closeCodes.failed, error.message);
      } else {
        const refused = error.kind === 'unauthenticated';
        socket.close(refused ? closeCodes.unauthorized : closeCodes.tryAgainLater, error.message);
      }
      return false;
    }
  };
}

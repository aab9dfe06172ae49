import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createSourceEventStream,
  execute,
  GraphQLError,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { InventoryError } from '../core/errors';
import type { LiveChange } from '../events/liveFeedReader';
import type { LiveChanges } from '../events/liveFeeds';
import type { Caller, GraphqlContext } from './context';
import { createLoaders } from './loaders';
import { messageKey, type SubscriptionRequest } from './subscriptionDocument';

/** Messages kept for subscribers that ask the same of the same movement. */
const MESSAGES_KEPT = 256;
/** Pause between tries while Redis is away, ms. */
const RETRY_MS = 200;

/** A subscription to run. */
export interface RunnableSubscription {
  schema: GraphQLSchema;
  document: DocumentNode;
  request: SubscriptionRequest;
  context: GraphqlContext & { caller: Caller };
}

type Message = Promise<ExecutionResult>;

/**
 * Turns the changes of subscriptions into messages. Subscribers of a tenant with the same document
 * share theirs, where the same changes pass their filters: each is made once.
 */
export class SubscriptionMessages {
  private readonly made = new Map<string, Message>();

  /**
   * Opens a subscription. What goes wrong is thrown by `next`; `return` ends one that waits.
   */
  open(subscription: RunnableSubscription): AsyncIterableIterator<ExecutionResult> {
    const { document, request, context } = subscription;
    const args: ExecutionArgs = {
      schema: subscription.schema,
      document,
      operationName: request.operationName,
      variableValues: request.variables,
      contextValue: context,
    };
    const key = hash('sha256', messageKey(request, document), 'base64url');
    let source: Promise<LiveChanges> | undefined;
    let ended = false;
    return {
      next: async () => {
        source ??= openSource(args);
        const changes = await source;
        if (ended) await changes.return();
        const next = await changes.next();
        if (next.done) return { done: true, value: undefined };
        const message = () => this.message(args, context, key, next.value);
        try {
          return { done: false, value: await whole(message, () => ended) };
        } catch (error) {
          // Whoever iterates calls no `return` after an error.
          ended = true;
          await changes.return();
          throw error;
        }
      },
      return: async () => {
        ended = true;
        await source?.then(
          (changes) => changes.return(),
          () => undefined,
        );
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  private message(
    args: ExecutionArgs,
    { caller, ...context }: RunnableSubscription['context'],
    key: string,
    change: LiveChange,
  ): Message {
    const full = `${caller.tenantId} ${change.cursor} ${key} ${passing(change)}`;
    const known = this.made.get(full);
    if (known) return known;
    // What is looked up for a message is as of the message.
    const loaders = createLoaders(caller.inventory, caller.principal);
    const contextValue: GraphqlContext = { ...context, caller: { ...caller, loaders } };
    const message = Promise.resolve(execute({ ...args, rootValue: change, contextValue }));
    this.made.set(full, message);
    // Whoever asks again shall have it made again.
    void message.then(({ errors }) => errors && this.made.delete(full));
    if (this.made.size > MESSAGES_KEPT) this.made.delete(this.made.keys().next().value!);
    return message;
  }
}

/** Which changes of a movement a message tells of. */
function passing({ movement }: LiveChange): string {
  if (!movement) return '';
  const { live, changes } = movement;
  if (changes.length === live.entry.lines.length) return 'all';
  return changes.map(({ line }) => line.itemId).join();
}

/**
 * Gives a message without errors, also when Redis was away. A change that could not be told of in
 * full would else be lost to a subscriber who does not look.
 *
 * @throws GraphQLError any other error
 */
async function whole(make: () => Message, ended: () => boolean): Promise<ExecutionResult> {
  for (;;) {
    const message = await make();
    const [error] = message.errors ?? [];
    if (!error || ended()) return message;
    const thrown = error.originalError;
    const away = thrown instanceof InventoryError && thrown.code === 'REDIS_UNAVAILABLE';
    if (!away) throw error;
    await pause(RETRY_MS);
  }
}

/** @throws GraphQLError */
async function openSource(args: ExecutionArgs): Promise<LiveChanges> {
  const source = await createSourceEventStream(args);
  if (Symbol.asyncIterator in source) return source as LiveChanges;
  throw source.errors?.[0] ?? new GraphQLError('The subscription could not be opened.');
}

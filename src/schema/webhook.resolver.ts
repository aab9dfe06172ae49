import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, FieldResolver, ID, Info, Int, Mutation } from 'type-graphql';
import { Query, Resolver, Root } from 'type-graphql';
import { InventoryError } from '../core/errors';
import { deleteDeadLetters, listDeadLetters, replayDeadLetters } from '../events/deadLetters';
import type { DeliveryDeps } from '../events/deliveryDeps';
import { replayEvents } from '../events/replays';
import {
  changeSubscription,
  createSubscription,
  deleteSubscription,
  listSubscriptions,
  rotateSubscriptionKey,
  type SubscriptionOutcome,
} from '../events/subscriptions';
import { callOf } from '../inventory/keyedInput';
import { callerOf, type GraphqlContext } from './context';
import { eventTypeOfName } from './inventoryEventType';
import { presentDeadLetters, presentHealth, presentWebhook } from './presentWebhook';
import { keyedMutation } from './keyedMutation';
import { listCost } from './requestLimits';
import { withUserErrors, type ErrorPlace } from './userError.type';
import {
  WebhookDeadLettersPayload,
  WebhookReplayInput,
  WebhookReplayPayload,
  WebhookSubscriptionCreateInput,
  WebhookSubscriptionDeletePayload,
  WebhookSubscriptionPayload,
  WebhookSubscriptionUpdateInput,
} from './webhook.input';
import { WebhookDeadLetterConnection, WebhookHealth, WebhookSubscription } from './webhook.type';

/** Delivery, and the caller's tenant. */
function deliveryOf(context: GraphqlContext): { webhooks: DeliveryDeps; tenantId: string } {
  const { inventory, tenantId } = callerOf(context);
  if (!inventory.webhooks) throw new InventoryError('NOT_FOUND', 'No webhooks are served here.');
  return { webhooks: inventory.webhooks, tenantId };
}

/** A mutation's key, which stands for its field and input; undefined: it has none. */
function keyedCall(
  context: GraphqlContext,
  info: GraphQLResolveInfo,
  input: unknown,
): ReturnType<typeof callOf>['call'] {
  const keyed = keyedMutation(context, info);
  return callOf(callerOf(context).inventory, keyed, [info.fieldName, input]).call;
}

async function present(
  place: ErrorPlace,
  action: () => Promise<SubscriptionOutcome>,
): Promise<WebhookSubscriptionPayload> {
  const payload = await withUserErrors(place, async () => {
    const { subscription, replayed } = await action();
    return { subscription: presentWebhook(subscription), replayed };
  });
  return { replayed: false, ...payload };
}

@Resolver(() => WebhookSubscription)
export class WebhookResolver {
  @Authorized('inventory:admin')
  @Query(() => [WebhookSubscription], {
    description: 'All receivers of events, the oldest first. Scope: inventory:admin.',
  })
  async webhookSubscriptions(@Ctx() context: GraphqlContext): Promise<WebhookSubscription[]> {
    const { inventory, tenantId } = callerOf(context);
    return (await listSubscriptions(inventory, tenantId)).map(presentWebhook);
  }

  @Authorized('inventory:admin')
  @Query(() => WebhookSubscription, {
    nullable: true,
    description: 'One receiver of events. Null: there is none. Scope: inventory:admin.',
  })
  async webhookSubscription(
    @Arg('id', () => ID, { description: 'Subscription id, a GUID.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<WebhookSubscription | null> {
    const all = await this.webhookSubscriptions(context);
    return all.find((subscription) => subscription.id === id) ?? null;
  }

  @FieldResolver(() => WebhookHealth)
  async health(
    @Root() { id }: WebhookSubscription,
    @Ctx() context: GraphqlContext,
  ): Promise<WebhookHealth> {
    return presentHealth(await callerOf(context).loaders.webhookHealths.load(id));
  }

  @Authorized('inventory:admin')
  @Mutation(() => WebhookSubscriptionPayload, {
    description: 'Creates a receiver of events with keys of its own. Scope: inventory:admin.',
  })
  async webhookSubscriptionCreate(
    @Arg('input', () => WebhookSubscriptionCreateInput, { description: 'The receiver.' })
    { url, eventTypes, enabled, from }: WebhookSubscriptionCreateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<WebhookSubscriptionPayload> {
    const { webhooks, tenantId } = deliveryOf(context);
    const types = eventTypes?.map(eventTypeOfName);
    return present({ input: 'input' }, () =>
      createSubscription(webhooks, tenantId, {
        url,
        eventTypes: types,
        enabled: enabled ?? undefined,
        from: from ?? undefined,
        call: keyedCall(context, info, [url, types, enabled, from]),
      }),
    );
  }

  @Authorized('inventory:admin')
  @Mutation(() => WebhookSubscriptionPayload, {
    description: 'Changes a receiver of events. Scope: inventory:admin.',
  })
  async webhookSubscriptionUpdate(
    @Arg('input', () => WebhookSubscriptionUpdateInput, { description: 'What to change.' })
    { id, revision, url, eventTypes, enabled }: WebhookSubscriptionUpdateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<WebhookSubscriptionPayload> {
    const { webhooks, tenantId } = deliveryOf(context);
    const types = eventTypes === null ? null : eventTypes?.map(eventTypeOfName);
    return present({ input: 'input' }, () =>
      changeSubscription(webhooks, tenantId, {
        id,
        revision,
        url: url ?? undefined,
        eventTypes: types,
        enabled: enabled ?? undefined,
        call: keyedCall(context, info, { id, revision, url, types, enabled }),
      }),
    );
  }

  @Authorized('inventory:admin')
  @Mutation(() => WebhookSubscriptionPayload, {
    description:
      'Gives a receiver new keys: every attempt from now on is signed with them. ' +
      'Scope: inventory:admin.',
  })
  async webhookSubscriptionRotateKey(
    @Arg('id', () => ID, { description: 'Subscription id, a GUID.' }) id: string,
    @Arg('revision', () => Int, {
      description: 'The revision the caller knows, 1 or more: another one now refuses the change.',
    })
    revision: number,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<WebhookSubscriptionPayload> {
    const { webhooks, tenantId } = deliveryOf(context);
    return present({}, () => {
      const call = keyedCall(context, info, [id, revision]);
      return rotateSubscriptionKey(webhooks, tenantId, { id, revision, call });
    });
  }

  @Authorized('inventory:admin')
  @Mutation(() => WebhookSubscriptionDeletePayload, {
    description:
      'Deletes a receiver with all that waits for it and its dead letters. ' +
      'Scope: inventory:admin.',
  })
  async webhookSubscriptionDelete(
    @Arg('id', () => ID, { description: 'Subscription id, a GUID.' }) id: string,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<WebhookSubscriptionDeletePayload> {
    const { inventory, tenantId } = callerOf(context);
    const payload = await withUserErrors({}, async () => {
      const call = keyedCall(context, info, [id]);
      const { replayed } = await deleteSubscription(inventory, tenantId, id, call);
      return { deletedId: id, replayed };
    });
    return { replayed: false, ...payload };
  }

  @Authorized('inventory:admin')
  @Query(() => WebhookDeadLetterConnection, {
    complexity: listCost(20),
    description: 'Events of a receiver that were given up. Scope: inventory:admin.',
  })
  async webhookDeadLetters(
    @Arg('subscriptionId', () => ID, { description: 'Subscription id, a GUID.' }) id: string,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many, 1..100. Default: 20.' })
    first: number,
    @Arg('after', () => String, {
      nullable: true,
      description: 'A cursor: id of the event they come after, a GUID.',
    })
    after: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<WebhookDeadLetterConnection> {
    const { inventory, tenantId } = callerOf(context);
    const ask = { id, first, after: after ?? undefined };
    return presentDeadLetters(await listDeadLetters(inventory, tenantId, ask), after);
  }

  @Authorized('inventory:admin')
  @Mutation(() => WebhookDeadLettersPayload, {
    description: 'Has dead letters tried again, at once. Scope: inventory:admin.',
  })
  async webhookDeadLettersReplay(
    @Arg('subscriptionId', () => ID, { description: 'Subscription id, a GUID.' }) id: string,
    @Arg('eventIds', () => [ID], {
      nullable: true,
      description: 'Event ids, 1..100 GUIDs. Absent or null: the oldest 100.',
    })
    eventIds: string[] | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<WebhookDeadLettersPayload> {
    const { webhooks, tenantId } = deliveryOf(context);
    const payload = await withUserErrors({}, () => {
      const call = keyedCall(context, info, [id, eventIds]);
      return replayDeadLetters(webhooks, tenantId, { id, eventIds: eventIds ?? undefined, call });
    });
    return { replayed: false, ...payload };
  }

  @Authorized('inventory:admin')
  @Mutation(() => WebhookDeadLettersPayload, {
    description: 'Removes dead letters. Scope: inventory:admin.',
  })
  async webhookDeadLettersDelete(
    @Arg('subscriptionId', () => ID, { description: 'Subscription id, a GUID.' }) id: string,
    @Arg('eventIds', () => [ID], { description: 'Event ids, 1..100 GUIDs.' }) eventIds: string[],
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<WebhookDeadLettersPayload> {
    const { inventory, tenantId } = callerOf(context);
    const payload = await withUserErrors({}, () => {
      const call = keyedCall(context, info, [id, eventIds]);
      return deleteDeadLetters(inventory, tenantId, { id, eventIds, call });
    });
    return { replayed: false, ...payload };
  }

  @Authorized('inventory:admin')
  @Mutation(() => WebhookReplayPayload, {
    description:
      'Sends a receiver events of the past once more, beside the new ones. ' +
      'Scope: inventory:admin.',
  })
  async webhookReplay(
    @Arg('input', () => WebhookReplayInput, { description: 'What to send.' })
    { subscriptionId, from, to }: WebhookReplayInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<WebhookReplayPayload> {
    const { webhooks, tenantId } = deliveryOf(context);
    const bound = ({ cursor, time }: WebhookReplayInput['from']) => ({
      cursor: cursor ?? undefined,
      timeMs: time?.getTime(),
    });
    const payload = await withUserErrors({ input: 'input' }, async () => {
      const ask = { id: subscriptionId, from: bound(from), to: to ? bound(to) : undefined };
      const call = keyedCall(context, info, ask);
      const { replayed } = await replayEvents(webhooks, tenantId, { ...ask, call });
      return { accepted: true, replayed };
    });
    return { replayed: false, ...payload };
  }
}

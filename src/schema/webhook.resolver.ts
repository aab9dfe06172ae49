import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, FieldResolver, ID, Info, Int, Mutation } from 'type-graphql';
import { Query, Resolver, Root } from 'type-graphql';
import {
  changeSubscription,
  createSubscription,
  deleteSubscription,
  listSubscriptions,
  rotateSubscriptionKey,
  type SubscriptionOutcome,
} from '../events/subscriptions';
import { callerOf, type GraphqlContext } from './context';
import { eventTypeOfName } from './inventoryEventType';
import { presentHealth, presentWebhook } from './presentWebhook';
import { withUserErrors, type ErrorPlace } from './userError.type';
import {
  WebhookSubscriptionCreateInput,
  WebhookSubscriptionDeletePayload,
  WebhookSubscriptionPayload,
  WebhookSubscriptionUpdateInput,
} from './webhook.input';
import { WebhookHealth, WebhookSubscription } from './webhook.type';
import { deliveryOf, keyedCall } from './webhookCall';

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
}

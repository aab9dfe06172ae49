import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, ID, Info, Int, Mutation, Query, Resolver } from 'type-graphql';
import {
  countDeadLetters,
  deleteDeadLetters,
  listDeadLetters,
  replayDeadLetters,
} from '../events/deadLetters';
import { replayEvents } from '../events/replays';
import { retryWaiting } from '../events/retryWaiting';
import { callerOf, type GraphqlContext } from './context';
import { WebhookDeadLetterConnection } from './deadLetter.type';
import { presentDeadLetters, type PresentedDeadLetters } from './presentDeadLetters';
import { listCost } from './requestLimits';
import { withUserErrors } from './userError.type';
import { deliveryOf, keyedCall } from './webhookCall';
import {
  WebhookDeadLettersPayload,
  WebhookReplayInput,
  WebhookReplayPayload,
  WebhookRetryNowPayload,
} from './webhook.input';

@Resolver()
export class WebhookDeliveriesResolver {
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
      description:
        'A cursor of dead letters that they come after, whether or not it is there still.',
    })
    after: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedDeadLetters> {
    const { inventory, tenantId } = callerOf(context);
    const ask = { id, first, after: after ?? undefined };
    const page = await listDeadLetters(inventory, tenantId, ask);
    const count = () => countDeadLetters(inventory, tenantId, id);
    return presentDeadLetters(page, ask.after, count);
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
      'Sends a receiver events of the past once more, beside the new ones. CURSOR_GONE when ' +
      'movements after `from` are no longer kept. Without an idempotency key one at a time per ' +
      'receiver, else ALREADY_RUNNING. Scope: inventory:admin.',
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

  @Authorized('inventory:admin')
  @Mutation(() => WebhookRetryNowPayload, {
    description:
      'Has the events of a receiver that wait for another attempt tried now, and what it is ' +
      'behind with sent without a pause. A failed attempt is followed by the next wait of the ' +
      'schedule. Doing it again is harmless, also without a key. Scope: inventory:admin.',
  })
  async webhookRetryNow(
    @Arg('id', () => ID, { description: 'Subscription id, a GUID.' }) id: string,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<WebhookRetryNowPayload> {
    const { webhooks, tenantId } = deliveryOf(context);
    const payload = await withUserErrors({}, () => {
      const call = keyedCall(context, info, [id]);
      return retryWaiting(webhooks, tenantId, { id, call });
    });
    return { replayed: false, ...payload };
  }
}

import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { InventoryEventTypeEnum, type InventoryEventTypeName } from './inventoryEventType';
import { UserError } from './userError.type';
import { WebhookSubscription } from './webhook.type';

@InputType({ description: 'A new receiver of events.' })
export class WebhookSubscriptionCreateInput {
  @Field(() => String, {
    description:
      'Where events are sent: https (outside production also http), up to 2,000 characters, no ' +
      'private address.',
  })
  url!: string;

  @Field(() => [InventoryEventTypeEnum], {
    nullable: true,
    description:
      'Types of events to send, 1..6. Absent or null: the five of Wix, all but LOW_STOCK.',
  })
  eventTypes?: InventoryEventTypeName[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether events are sent. Default: true.' })
  enabled?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'A cursor of `events` after which its events begin. Absent or null: from now on.',
  })
  from?: string | null;
}

@InputType({ description: 'What to change of a receiver of events; what is absent stays.' })
export class WebhookSubscriptionUpdateInput {
  @Field(() => ID, { description: 'Subscription id, a GUID.' })
  id!: string;

  @Field(() => Int, {
    description: 'The revision the caller knows, 1 or more: another one now refuses the change.',
  })
  revision!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Where events are sent: https (outside production also http), up to 2,000 ' +
      'characters, no private address. Absent or null: as it is.',
  })
  url?: string | null;

  @Field(() => [InventoryEventTypeEnum], {
    nullable: true,
    description:
      'Types of events to send, 1..6. Absent: as they are. Null: the five of Wix, all but ' +
      'LOW_STOCK.',
  })
  eventTypes?: InventoryEventTypeName[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'False stops delivery and keeps its place; true goes on from there.',
  })
  enabled?: boolean | null;
}

@InputType({ description: 'An end of a range of movements: a cursor or a time, not both.' })
export class WebhookReplayBound {
  @Field(() => String, { nullable: true, description: 'A cursor of `events`.' })
  cursor?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'A time, RFC 3339, 1970 or later.' })
  time?: Date | null;
}

@InputType({ description: 'Events to send once more.' })
export class WebhookReplayInput {
  @Field(() => ID, { description: 'Subscription id, a GUID.' })
  subscriptionId!: string;

  @Field(() => WebhookReplayBound, {
    description: 'Where to begin: after the cursor, or at the time.',
  })
  from!: WebhookReplayBound;

  @Field(() => WebhookReplayBound, {
    nullable: true,
    description:
      'The last movement: of the cursor, or up to the time. Default: the last one there is.',
  })
  to?: WebhookReplayBound | null;
}

@ObjectType({ description: 'The receiver after the change.' })
export class WebhookSubscriptionPayload {
  @Field(() => WebhookSubscription, { nullable: true, description: 'Null: nothing was changed.' })
  subscription?: WebhookSubscription;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'What was deleted.' })
export class WebhookSubscriptionDeletePayload {
  @Field(() => ID, {
    nullable: true,
    description: 'Id of the subscription that is gone, a GUID. Null: nothing was deleted.',
  })
  deletedId?: string;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'What became of dead letters.' })
export class WebhookDeadLettersPayload {
  @Field(() => Int, {
    nullable: true,
    description: 'Number of events, 0..100. Null: nothing was done.',
  })
  count?: number;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'What is tried now.' })
export class WebhookRetryNowPayload {
  @Field(() => Int, {
    nullable: true,
    description: 'Number of events that waited for another attempt. Null: nothing is tried.',
  })
  count?: number;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing is tried now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'Whether a replay was begun.' })
export class WebhookReplayPayload {
  @Field(() => Boolean, { nullable: true, description: 'Null: nothing is sent.' })
  accepted?: boolean;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

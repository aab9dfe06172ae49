import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { InventoryEventTypeName } from './inventoryEventType';
import { InventoryEventTypeEnum } from './inventoryEventType';

@ObjectType({ description: 'How delivery to a receiver goes.' })
export class WebhookHealth {
  @Field(() => String, { description: 'How far events were delivered: a cursor of `events`.' })
  cursor!: string;

  @Field(() => Int, { description: 'Number of movements behind that place.' })
  lag!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When an attempt last succeeded, UTC. Null: none has.',
  })
  lastSuccess!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When an attempt last failed, UTC. Null: none has.',
  })
  lastFailure!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why it failed: `timeout`, `status 500` (or another), `unreachable`, `no address` (its ' +
      'name has none, or nobody said so in time), `address refused`, or `not https` in ' +
      'production. Null: none has.',
  })
  lastFailureReason!: string | null;

  @Field(() => Int, {
    description: 'Number of first attempts that failed since the last that did not.',
  })
  consecutiveFailures!: number;

  @Field(() => Int, { description: 'Number of events that wait for another attempt.' })
  waitingRetries!: number;

  @Field(() => Int, { description: 'Number of events that were given up, 0..10,000.' })
  deadLetters!: number;

  @Field(() => Int, {
    description:
      'Number of movements that were trimmed before the receiver was told of them: read the ' +
      'items afresh. 0: it missed none.',
  })
  missedMovements!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the first of them were found missing, UTC. Null: it missed none.',
  })
  missedSince!: Date | null;
}

@ObjectType({ description: 'A receiver of events (docs/reference/events.md).' })
export class WebhookSubscription {
  @Field(() => ID, { description: 'Subscription id, a GUID.' })
  id!: string;

  @Field(() => String, { description: 'URL that events are sent to.' })
  url!: string;

  @Field(() => [InventoryEventTypeEnum], {
    nullable: true,
    description: 'Types of events that are sent. Null: the five of Wix, all but LOW_STOCK.',
  })
  eventTypes!: InventoryEventTypeName[] | null;

  @Field(() => Boolean, { description: 'False: nothing is sent, and its place is kept.' })
  enabled!: boolean;

  @Field(() => Int, { description: 'Rises by one per change, from 1 on.' })
  revision!: number;

  @Field(() => String, { description: 'What to verify its webhooks with: RSA, SPKI in PEM.' })
  publicKey!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was created, UTC.' })
  createdDate!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it was last changed, UTC.' })
  updatedDate!: Date;

  @Field(() => WebhookHealth, { description: 'How delivery goes.' })
  health?: WebhookHealth;
}

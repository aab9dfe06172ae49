import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { InventoryEventTypeName } from './inventoryEventType';
import { InventoryEventTypeEnum } from './inventoryEventType';
import { PageInfo } from './pageInfo.type';

@ObjectType({ description: 'An event that was given up after its last attempt.' })
export class WebhookDeadLetter {
  @Field(() => ID, { description: 'Event id, a GUID.' })
  eventId!: string;

  @Field(() => InventoryEventTypeEnum, { description: 'Type of the event.' })
  type!: InventoryEventTypeName;

  @Field(() => String, {
    description:
      'The type as webhooks name it, such as `wix.stores.catalog.v3.inventory_item_updated`.',
  })
  eventType!: string;

  @Field(() => ID, { description: 'Id of the item it is about, a GUID.' })
  itemId!: string;

  @Field(() => GraphQLDateTime, { description: 'When the movement was, UTC.' })
  time!: Date;

  @Field(() => Int, { description: 'Number of attempts that were made.' })
  attempts!: number;

  @Field(() => GraphQLDateTime, { description: 'When the last attempt failed, UTC.' })
  failedDate!: Date;

  @Field(() => String, { description: 'Why it failed, as in `WebhookHealth.lastFailureReason`.' })
  failure!: string;

  @Field(() => GraphQLJSONObject, {
    description: 'The domain event as webhooks carry it, with the item as of the movement.',
  })
  payload!: Record<string, unknown>;
}

@ObjectType({ description: 'A dead letter and its place.' })
export class WebhookDeadLetterEdge {
  @Field(() => String, { description: 'Where it is: `<when it failed, ms>-<event id>`.' })
  cursor!: string;

  @Field(() => WebhookDeadLetter, { description: 'The dead letter.' })
  node!: WebhookDeadLetter;
}

@ObjectType({ description: 'Some dead letters, the oldest first.' })
export class WebhookDeadLetterConnection {
  @Field(() => [WebhookDeadLetter], { description: 'The dead letters.' })
  nodes!: WebhookDeadLetter[];

  @Field(() => [WebhookDeadLetterEdge], { description: 'The dead letters with their cursors.' })
  edges!: WebhookDeadLetterEdge[];

  @Field(() => PageInfo, { description: 'Where the page is.' })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'Number of all dead letters of the receiver, 0..10,000.' })
  totalCount!: number;
}

import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { InventoryEventTypeEnum, type InventoryEventTypeName } from './inventoryEventType';

@ObjectType({ description: 'Something that a movement did to an item (docs/reference/events.md).' })
export class InventoryEvent {
  @Field(() => ID, { description: 'Event id, a GUID: the same in webhooks, however often sent.' })
  id!: string;

  @Field(() => InventoryEventTypeEnum, { description: 'What happened.' })
  type!: InventoryEventTypeName;

  @Field(() => String, { description: 'The type as webhooks name it.' })
  eventType!: string;

  @Field(() => ID, { description: 'The item it is about.' })
  itemId!: string;

  @Field(() => String, { description: 'Rises from event to event of an item, for ever.' })
  sequence!: string;

  @Field(() => GraphQLDateTime, { description: 'When the movement was.' })
  time!: Date;

  @Field(() => GraphQLJSONObject, {
    description: 'The domain event as webhooks carry it, with the item as of the movement.',
  })
  payload!: Record<string, unknown>;

  @Field(() => String, { description: 'The place after it, for `after`.' })
  cursor!: string;
}

@ObjectType({ description: 'Some events, in the order of the ledger.' })
export class InventoryEventPage {
  @Field(() => [InventoryEvent], { description: 'The events.' })
  nodes!: InventoryEvent[];

  @Field(() => String, {
    description: 'Where to go on: after the last event, or after movements that made none.',
  })
  endCursor!: string;

  @Field(() => Boolean, { description: 'Whether there are more now.' })
  hasNextPage!: boolean;
}

import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { PageInfo } from './pageInfo.type';
import { InventoryEventTypeEnum, type InventoryEventTypeName } from './inventoryEventType';

@ObjectType({ description: 'Something that a movement did to an item (docs/reference/events.md).' })
export class InventoryEvent {
  @Field(() => ID, { description: 'Event id, a GUID: the same in webhooks, however often sent.' })
  id!: string;

  @Field(() => InventoryEventTypeEnum, { description: 'What happened.' })
  type!: InventoryEventTypeName;

  @Field(() => String, {
    description:
      'The type as webhooks name it, such as ' + '`wix.stores.catalog.v3.inventory_item_updated`.',
  })
  eventType!: string;

  @Field(() => ID, { description: 'Id of the item it is about, a GUID.' })
  itemId!: string;

  @Field(() => String, {
    description:
      'Rises from event to event of an item, for ever: a whole number as text, up ' +
      'to 64 bits. Gaps mean nothing.',
  })
  sequence!: string;

  @Field(() => GraphQLDateTime, { description: 'When the movement was, UTC.' })
  time!: Date;

  @Field(() => GraphQLJSONObject, {
    description: 'The domain event as webhooks carry it, with the item as of the movement.',
  })
  payload!: Record<string, unknown>;
}

@ObjectType({ description: 'An event and its place.' })
export class InventoryEventEdge {
  @Field(() => InventoryEvent, { description: 'The event.' })
  node!: InventoryEvent;

  @Field(() => String, {
    description:
      'The place after it, for `after`: a ledger id `<ms>-<sequence>`, or ' +
      '`<ms>-<sequence>+<done>` within a movement.',
  })
  cursor!: string;
}

@ObjectType({
  description:
    'Some events, in the order of the ledger (a Relay connection). There may be fewer than ' +
    '`first`, even none, although more follow. `endCursor` of `pageInfo` is never null: it is ' +
    'the place after the last event, or after movements that made none.',
})
export class InventoryEventConnection {
  @Field(() => [InventoryEventEdge], { description: 'The events with their places.' })
  edges!: InventoryEventEdge[];

  @Field(() => [InventoryEvent], { description: 'The events, up to `first`.' })
  nodes!: InventoryEvent[];

  @Field(() => PageInfo, { description: 'Whether there is more now, and where to go on.' })
  pageInfo!: PageInfo;
}

import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { causeDescriptions } from './causeDescriptions';
import { RefusalCodeEnum } from './enums';
import { InventoryItem } from './item.type';
import { TimeRangeInput } from './item.input';
import { PageInfo } from './pageInfo.type';

@InputType({
  description:
    'Which refusals to find. All fields that are given must hold. Null is as ' + 'good as absent.',
})
export class RefusalFilterInput {
  @Field(() => TimeRangeInput, { nullable: true, description: 'When it was refused.' })
  time?: TimeRangeInput | null;

  @Field(() => ID, { nullable: true, description: 'Id of an item it was refused for, a GUID.' })
  itemId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Order id, a GUID.' })
  orderId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason, exactly, such as ORDER_PLACED.',
  })
  reason?: string | null;
}

@ObjectType({ description: 'A product or variant at a location, as an order named it.' })
export class ItemReference {
  @Field(() => ID, { description: 'Catalog app id, 1..100 characters; of Wix apps a GUID.' })
  appId!: string;

  @Field(() => ID, { description: 'Product id, 1..36 characters.' })
  productId!: string;

  @Field(() => ID, { nullable: true, description: 'Variant id, a GUID. Null: none was named.' })
  variantId!: string | null;

  @Field(() => ID, { description: 'Location id, a GUID; the default one when none was named.' })
  locationId!: string;
}

@ObjectType({ description: 'An item that a call was refused for.' })
export class RefusedLine {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  item?: InventoryItem | null;

  @Field(() => RefusalCodeEnum, {
    description: 'Why: of one call some may be short, some unknown.',
  })
  code!: 'INSUFFICIENT_AVAILABLE' | 'UNKNOWN_ITEM';

  @Field(() => ItemReference, {
    nullable: true,
    description: 'Of an unknown item: what the order named. Null: the item id says it.',
  })
  reference?: ItemReference | null;

  @Field(() => GraphQLSafeInt, {
    description: 'Units the whole call asked of the item, 0 or more.',
  })
  requested!: number;

  @Field(() => GraphQLSafeInt, {
    description:
      'Units it could have had, 0 or more: stock, for an order also preorder capacity; 0 of an ' +
      'unknown item.',
  })
  available!: number;

  @Field(() => GraphQLSafeInt, { description: 'Units of it that the order had taken by then.' })
  taken!: number;
}

@ObjectType({ description: 'A call that was refused for want of stock or for an unknown item.' })
export class Refusal {
  @Field(() => ID, { description: 'Id `<ms>-<number>`; rises from refusal to refusal.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was refused, UTC.' })
  time!: Date;

  @Field(() => RefusalCodeEnum, {
    description: 'What was answered: UNKNOWN_ITEM also when other items were short besides.',
  })
  code!: 'INSUFFICIENT_AVAILABLE' | 'UNKNOWN_ITEM';

  @Field(() => String, { description: 'What was to be done, such as DECREMENT.' })
  operation!: string;

  @Field(() => String, { nullable: true, description: causeDescriptions.reason })
  reason!: string | null;

  @Field(() => ID, { nullable: true, description: causeDescriptions.orderId })
  orderId!: string | null;

  @Field(() => String, { nullable: true, description: causeDescriptions.actor })
  actor!: string | null;

  @Field(() => String, { nullable: true, description: causeDescriptions.requestId })
  requestId!: string | null;

  @Field(() => [RefusedLine], { description: 'Every item it was refused for.' })
  lines!: RefusedLine[];
}

@ObjectType({ description: 'A refusal in a list, with its place in it.' })
export class RefusalEdge {
  @Field(() => String, { description: "The refusal's id `<ms>-<number>`; give it as `after`." })
  cursor!: string;

  @Field(() => Refusal, { description: 'The refusal.' })
  node!: Refusal;
}

@ObjectType({ description: 'A page of refusals, newest first.' })
export class RefusalConnection {
  @Field(() => [RefusalEdge], { description: 'The refusals with their places.' })
  edges!: RefusalEdge[];

  @Field(() => [Refusal], { description: 'The refusals.' })
  nodes!: Refusal[];

  @Field(() => PageInfo, { description: 'Whether there is more, and where.' })
  pageInfo!: PageInfo;
}

@ObjectType({
  description: 'What was not sold of an item, for one code and one reason of the calls.',
})
export class LostSale {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  item?: InventoryItem | null;

  @Field(() => RefusalCodeEnum, { description: 'Why it was not sold.' })
  code!: 'INSUFFICIENT_AVAILABLE' | 'UNKNOWN_ITEM';

  @Field(() => ItemReference, {
    nullable: true,
    description: 'Of an unknown item: what the newest order named. Null: the item id says it.',
  })
  reference?: ItemReference | null;

  @Field(() => String, {
    nullable: true,
    description: 'The reason, such as ORDER_PLACED. Null: none was given.',
  })
  reason!: string | null;

  @Field(() => Int, {
    description: 'Number of orders that wanted it and did not take all of it later.',
  })
  orders!: number;

  @Field(() => GraphQLSafeInt, {
    description: 'Units they asked for and did not take later, 1 or more.',
  })
  requested!: number;

  @Field(() => GraphQLSafeInt, { description: 'Units of those that there were not, 1 or more.' })
  missing!: number;

  @Field(() => GraphQLDateTime, { description: 'When it was last refused, UTC.' })
  lastTime!: Date;
}

@ObjectType({ description: 'What was not sold in a time.' })
export class LostSales {
  @Field(() => [LostSale], {
    description: 'By item, code and reason, most missing units first; at most the first 1,000.',
  })
  sales!: LostSale[];

  @Field(() => Int, { description: 'Number of refused calls of orders in that time.' })
  refusals!: number;
}

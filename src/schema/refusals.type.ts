import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { RefusalCodeEnum } from './enums';
import { InventoryItem } from './item.type';
import { TimeRangeInput } from './item.input';
import { PageInfo } from './pageInfo.type';

@InputType({ description: 'Which refusals to find. All fields that are given must hold.' })
export class RefusalFilterInput {
  @Field(() => TimeRangeInput, { nullable: true, description: 'When it was refused.' })
  time?: TimeRangeInput | null;

  @Field(() => ID, { nullable: true, description: 'An item it was refused for.' })
  itemId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The order.' })
  orderId?: string | null;

  @Field(() => String, { nullable: true, description: 'The reason, such as ORDER_PLACED.' })
  reason?: string | null;
}

@ObjectType({ description: 'A product or variant at a location, as an order named it.' })
export class ItemReference {
  @Field(() => ID, { description: 'Catalog app id.' })
  appId!: string;

  @Field(() => ID, { description: 'Product id.' })
  productId!: string;

  @Field(() => ID, { nullable: true, description: 'Variant id. Null: none was named.' })
  variantId!: string | null;

  @Field(() => ID, { description: 'Location id.' })
  locationId!: string;
}

@ObjectType({ description: 'An item that a call was refused for.' })
export class RefusedLine {
  @Field(() => ID, { description: 'Inventory item id.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  item?: InventoryItem | null;

  @Field(() => ItemReference, {
    nullable: true,
    description: 'What the order named. Null: the call named the item id.',
  })
  reference?: ItemReference | null;

  @Field(() => GraphQLSafeInt, { description: 'Units the whole call asked of the item.' })
  requested!: number;

  @Field(() => GraphQLSafeInt, { description: 'Units it could have had; 0: it was unknown.' })
  available!: number;
}

@ObjectType({ description: 'A call that was refused for want of stock or for an unknown item.' })
export class Refusal {
  @Field(() => ID, { description: 'Id `<ms>-<number>`; rises from refusal to refusal.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was refused.' })
  time!: Date;

  @Field(() => RefusalCodeEnum, { description: 'Why it was refused.' })
  code!: 'INSUFFICIENT_AVAILABLE' | 'UNKNOWN_ITEM';

  @Field(() => String, { description: 'What was to be done, such as DECREMENT.' })
  operation!: string;

  @Field(() => String, { nullable: true, description: 'Why it was to be done.' })
  reason!: string | null;

  @Field(() => ID, { nullable: true, description: 'The order it was for.' })
  orderId!: string | null;

  @Field(() => String, { nullable: true, description: 'Who, `<kind>:<id>`.' })
  actor!: string | null;

  @Field(() => String, { nullable: true, description: "The caller's id of the call." })
  requestId!: string | null;

  @Field(() => [RefusedLine], { description: 'Every item it was refused for.' })
  lines!: RefusedLine[];
}

@ObjectType({ description: 'A refusal in a list, with its place in it.' })
export class RefusalEdge {
  @Field(() => String, { description: "The refusal's id; give it as `after`." })
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

@ObjectType({ description: 'What was not sold of an item, for one reason of the calls.' })
export class LostSale {
  @Field(() => ID, { description: 'Inventory item id.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  item?: InventoryItem | null;

  @Field(() => ItemReference, { nullable: true, description: 'What the newest order named.' })
  reference?: ItemReference | null;

  @Field(() => String, { nullable: true, description: 'The reason, such as ORDER_PLACED.' })
  reason!: string | null;

  @Field(() => Int, { description: 'Orders that wanted it and did not take it later.' })
  orders!: number;

  @Field(() => GraphQLSafeInt, { description: 'Units they asked for.' })
  requested!: number;

  @Field(() => GraphQLSafeInt, { description: 'Units of those that there were not.' })
  missing!: number;

  @Field(() => GraphQLDateTime, { description: 'When it was last refused.' })
  lastTime!: Date;
}

@ObjectType({ description: 'What was not sold in a time.' })
export class LostSales {
  @Field(() => [LostSale], {
    description: 'By item and reason, most missing units first; at most the first 1,000.',
  })
  sales!: LostSale[];

  @Field(() => Int, { description: 'Refused calls of orders in that time.' })
  refusals!: number;
}

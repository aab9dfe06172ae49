import { Field, ID, InputType } from 'type-graphql';
import { operationWords } from './causeDescriptions';
import { TimeRangeInput } from './item.input';

@InputType({
  description:
    'Which movements to find. All fields that are given must hold; a list holds when one of ' +
    'its entries does, an empty one never. Null is as good as absent. Up to 1,000 list ' +
    'entries in all. Served without a search: orderId, and itemIds with one item that is ' +
    'there now, whose trail goes back to its creation and does not hold lines that the ' +
    'settings ignore.',
})
export class MovementFilterInput {
  @Field(() => [ID], {
    nullable: true,
    description: 'Inventory item ids, GUIDs; a line is about one.',
  })
  itemIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Product ids of a line, each 1..36 characters.',
  })
  productIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Location ids of a line, GUIDs.' })
  locationIds?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Order id, a GUID; its newest 1,000 movements.' })
  orderId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Reasons, exactly, such as ORDER_PLACED.' })
  reasons?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: `Operations: ${operationWords}. Another word finds nothing.`,
  })
  operations?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Who, exactly: `<kind>:<id>`.' })
  actor?: string | null;

  @Field(() => TimeRangeInput, { nullable: true, description: 'When it happened.' })
  time?: TimeRangeInput | null;
}

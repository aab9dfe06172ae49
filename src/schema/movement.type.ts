import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { InventoryItem } from './item.type';

@ObjectType({ description: 'What a movement did to one item.' })
export class MovementLine {
  @Field(() => ID, { description: 'Inventory item id.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: it was deleted since.',
  })
  item?: InventoryItem | null;

  @Field(() => Int, {
    description: 'Units that were to move, signed; also of untracked and ignored lines.',
  })
  units!: number;

  @Field(() => Int, { description: 'Change of the quantity on hand.' })
  delta!: number;

  @Field(() => Int, { nullable: true, description: 'Units on hand right after. Null: ignored.' })
  quantityAfter!: number | null;

  @Field(() => Int, { nullable: true, description: 'Reserved units right after. Null: ignored.' })
  reservedAfter!: number | null;

  @Field(() => Int, { description: 'Change of the preordered units.' })
  preorderDelta!: number;

  @Field(() => String, {
    nullable: true,
    description: "The item's revision right after, a whole number as text. Null: ignored.",
  })
  revision!: string | null;

  @Field(() => Boolean, {
    description: 'A subscription line that the settings ignore: nothing changed.',
  })
  ignored!: boolean;

  @Field(() => Boolean, { description: 'Accepted although it was not available.' })
  shortfall!: boolean;

  @Field(() => Boolean, { description: 'More was given back than the order had taken.' })
  overReturn!: boolean;
}

@ObjectType({ description: 'One change of stock, as the ledger keeps it: all its lines at once.' })
export class Movement {
  @Field(() => ID, { description: 'Ledger id `<ms>-<sequence>`; rises from movement to movement.' })
  id!: string;

  @Field(() => String, {
    description: 'Number of the movement in the tenant, a whole number as text, without gaps.',
  })
  sequence!: string;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  time!: Date;

  @Field(() => String, { description: 'What was done, such as DECREMENT or SET.' })
  operation!: string;

  @Field(() => String, { nullable: true, description: 'Why.' })
  reason!: string | null;

  @Field(() => ID, { nullable: true, description: 'The order it was for.' })
  orderId!: string | null;

  @Field(() => String, { nullable: true, description: 'Who, `<kind>:<id>`.' })
  actor!: string | null;

  @Field(() => String, { nullable: true, description: "The caller's id of the call." })
  requestId!: string | null;

  @Field(() => String, { nullable: true, description: 'URI of the document behind it.' })
  reference!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Of a stock take: the place in the ledger it was counted as of.',
  })
  asOf!: string | null;

  @Field(() => [MovementLine], { description: 'One line per item.' })
  lines!: MovementLine[];
}

import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { causeDescriptions } from './causeDescriptions';
import { InventoryItem } from './item.type';

@ObjectType({ description: 'What a movement did to one item.' })
export class MovementLine {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  item?: InventoryItem | null;

  @Field(() => Int, {
    description:
      'Units that were to move, signed, ±2,000,000,000; also of untracked and ignored lines.',
  })
  units!: number;

  @Field(() => Int, { description: 'Change of the units on hand, ±2,000,000,000.' })
  delta!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Units on hand right after, ±1,000,000,000; 0 of an untracked or deleted ' +
      'item. Null: ignored.',
  })
  quantityAfter!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Reserved units right after, 0..1,000,000,000. Null: ignored.',
  })
  reservedAfter!: number | null;

  @Field(() => Int, { description: 'Change of the preordered units, ±100,000.' })
  preorderDelta!: number;

  @Field(() => String, {
    nullable: true,
    description:
      "The item's revision right after, a whole number as text, 1 or more. Null: ignored.",
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
    description:
      'Number of the movement in the tenant: a whole number as text, from 1 on, without gaps.',
  })
  sequence!: string;

  @Field(() => GraphQLDateTime, { description: 'When it happened, UTC.' })
  time!: Date;

  @Field(() => String, { description: causeDescriptions.operation })
  operation!: string;

  @Field(() => String, { nullable: true, description: causeDescriptions.reason })
  reason!: string | null;

  @Field(() => ID, { nullable: true, description: causeDescriptions.orderId })
  orderId!: string | null;

  @Field(() => String, { nullable: true, description: causeDescriptions.actor })
  actor!: string | null;

  @Field(() => String, { nullable: true, description: causeDescriptions.requestId })
  requestId!: string | null;

  @Field(() => String, { nullable: true, description: causeDescriptions.reference })
  reference!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: causeDescriptions.asOf,
  })
  asOf!: string | null;

  @Field(() => [MovementLine], { description: 'One line per item.' })
  lines!: MovementLine[];
}

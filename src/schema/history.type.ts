import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AvailabilityStatus } from '../core/item';
import { causeDescriptions } from './causeDescriptions';
import { AvailabilityStatusEnum } from './enums';
import { Movement } from './movement.type';
import { PageInfo } from './pageInfo.type';

@ObjectType({ description: 'A movement in a list, with its place in it.' })
export class MovementEdge {
  @Field(() => String, { description: 'The ledger id `<ms>-<sequence>`; give it as `after`.' })
  cursor!: string;

  @Field(() => Movement, { description: 'The movement.' })
  node!: Movement;
}

@ObjectType({
  description:
    'A page of movements. It may be short, even empty, although more follow: one page looks at ' +
    'a bounded part of the ledger.',
})
export class MovementConnection {
  @Field(() => [MovementEdge], { description: 'The movements with their places.' })
  edges!: MovementEdge[];

  @Field(() => [Movement], { description: 'The movements.' })
  nodes!: Movement[];

  @Field(() => PageInfo, { description: 'Whether there is more, and where.' })
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'What one movement did to one item.' })
export class ItemMovement {
  @Field(() => ID, { description: 'Ledger id `<ms>-<sequence>` of the movement.' })
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

  @Field(() => Int, { description: 'Units that were to move, signed, ±2,000,000,000.' })
  units!: number;

  @Field(() => Int, { description: 'Change of the units on hand, ±2,000,000,000.' })
  delta!: number;

  @Field(() => Int, { description: 'Change of the preordered units, ±100,000.' })
  preorderDelta!: number;

  @Field(() => Int, {
    description: 'Units on hand right after, ±1,000,000,000; 0 of an untracked item.',
  })
  quantityAfter!: number;

  @Field(() => Int, { description: 'Reserved units right after, 0..1,000,000,000.' })
  reservedAfter!: number;

  @Field(() => Int, {
    description: 'Units on hand less reserved ones right after, -2,000,000,000..1,000,000,000.',
  })
  availableAfter!: number;

  @Field(() => String, {
    description: "The item's revision right after, a whole number as text, 1 or more.",
  })
  revision!: string;

  @Field(() => AvailabilityStatusEnum, {
    nullable: true,
    description: 'Status right before. Null: the movement created the item.',
  })
  statusBefore!: AvailabilityStatus | null;

  @Field(() => AvailabilityStatusEnum, { description: 'Status right after.' })
  statusAfter!: AvailabilityStatus;

  @Field(() => Boolean, { description: 'The movement created the item.' })
  created!: boolean;

  @Field(() => Boolean, { description: 'Accepted although it was not available.' })
  shortfall!: boolean;

  @Field(() => Boolean, { description: 'More was given back than the order had taken.' })
  overReturn!: boolean;
}

@ObjectType({ description: 'A movement of an item, with its place in the history.' })
export class ItemMovementEdge {
  @Field(() => String, { description: 'The ledger id `<ms>-<sequence>`; give it as `after`.' })
  cursor!: string;

  @Field(() => ItemMovement, { description: 'The movement.' })
  node!: ItemMovement;
}

@ObjectType({ description: "A page of an item's movements since it was created." })
export class ItemMovementConnection {
  @Field(() => [ItemMovementEdge], { description: 'The movements with their places.' })
  edges!: ItemMovementEdge[];

  @Field(() => [ItemMovement], { description: 'The movements.' })
  nodes!: ItemMovement[];

  @Field(() => PageInfo, { description: 'Whether there is more, and where.' })
  pageInfo!: PageInfo;
}

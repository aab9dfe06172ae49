import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AvailabilityStatus } from '../core/item';
import { causeDescriptions } from './causeDescriptions';
import { AvailabilityStatusEnum, OpeningKindEnum } from './enums';
import { InventoryItem } from './item.type';

@ObjectType({ description: "An item's stock at a moment." })
export class StockAt {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  item?: InventoryItem | null;

  @Field(() => Boolean, { description: 'Whether there was such an item.' })
  existed!: boolean;

  @Field(() => Boolean, {
    description:
      'False: the item may have been there before it was deleted or created again; too many ' +
      'movements lie between to know.',
  })
  exact!: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether stock was counted. Null: there was no item.',
  })
  tracked!: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Units on hand, ±1,000,000,000. Null: untracked, or there was no item.',
  })
  quantity!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Reserved units, 0..1,000,000,000. Null: there was no item.',
  })
  reserved!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'On hand less reserved units, -2,000,000,000..1,000,000,000. Null: untracked, or there ' +
      'was no item.',
  })
  available!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether an untracked item could be sold. Null: tracked, or there was no item.',
  })
  inStock!: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Units on preorder, 0..100,000. Null: there was no item.',
  })
  preordered!: number | null;

  @Field(() => AvailabilityStatusEnum, {
    nullable: true,
    description: 'Whether the item could be sold. Null: there was no item.',
  })
  availabilityStatus!: AvailabilityStatus | null;
}

@ObjectType({ description: 'What an explanation begins with.' })
export class StockOpening {
  @Field(() => OpeningKindEnum, { description: 'What it is.' })
  kind!: 'CREATED' | 'KEPT' | 'LIMIT';

  @Field(() => Int, { description: 'Units on hand, ±1,000,000,000; 0 of an untracked item.' })
  quantity!: number;

  @Field(() => Int, { description: 'Units on preorder, 0..100,000.' })
  preordered!: number;

  @Field(() => ID, {
    nullable: true,
    description:
      'Ledger id `<ms>-<sequence>` of the creation, else of the oldest movement that is ' +
      'summed. Null: none is.',
  })
  movementId!: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When that happened, UTC. Null: nothing is summed.',
  })
  time!: Date | null;
}

@ObjectType({ description: 'The movements of an item that have one operation and one reason.' })
export class StockChange {
  @Field(() => String, { description: causeDescriptions.operation })
  operation!: string;

  @Field(() => String, { nullable: true, description: causeDescriptions.reason })
  reason!: string | null;

  @Field(() => Int, { description: 'Number of the movements, 1..20,000.' })
  movements!: number;

  @Field(() => GraphQLSafeInt, {
    description: 'Sum of their changes of the units on hand, signed.',
  })
  quantity!: number;

  @Field(() => GraphQLSafeInt, {
    description: 'Sum of their changes of the preordered units, signed.',
  })
  preordered!: number;

  @Field(() => ID, { description: 'Ledger id `<ms>-<sequence>` of the newest.' })
  lastMovementId!: string;

  @Field(() => GraphQLDateTime, { description: 'When the newest happened, UTC.' })
  lastTime!: Date;
}

@ObjectType({
  description:
    'Why stock is what it is: opening and changes add up to the quantity and to the preordered ' +
    'units; available is the quantity less what is reserved.',
})
export class StockExplanation {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => Boolean, { description: 'Whether stock is counted.' })
  tracked!: boolean;

  @Field(() => Int, { description: 'Units on hand now, ±1,000,000,000; 0 of an untracked item.' })
  quantity!: number;

  @Field(() => Int, { description: 'Units held by open reservations now, 0..1,000,000,000.' })
  reserved!: number;

  @Field(() => Int, {
    description: 'Units on hand less reserved ones now, -2,000,000,000..1,000,000,000.',
  })
  available!: number;

  @Field(() => Int, { description: 'Units on preorder now, 0..100,000.' })
  preordered!: number;

  @Field(() => StockOpening, { description: 'What the sums begin with.' })
  opening!: StockOpening;

  @Field(() => [StockChange], { description: 'What changed it since, most movements first.' })
  changes!: StockChange[];

  @Field(() => Int, { description: 'Number of movements that were summed, 0..20,000.' })
  movements!: number;
}

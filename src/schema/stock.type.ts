import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AvailabilityStatus } from '../core/item';
import { AvailabilityStatusEnum, OpeningKindEnum } from './enums';
import { InventoryItem } from './item.type';

@ObjectType({ description: "An item's stock at a moment." })
export class StockAt {
  @Field(() => ID, { description: 'Inventory item id.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: it was deleted since.',
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

  @Field(() => Boolean, { nullable: true, description: 'Whether stock was counted.' })
  tracked!: boolean | null;

  @Field(() => Int, { nullable: true, description: 'Units on hand. Null: untracked.' })
  quantity!: number | null;

  @Field(() => Int, { nullable: true, description: 'Reserved units.' })
  reserved!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'On hand less reserved units. Null: untracked.',
  })
  available!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether an untracked item could be sold. Null: tracked.',
  })
  inStock!: boolean | null;

  @Field(() => Int, { nullable: true, description: 'Units on preorder.' })
  preordered!: number | null;

  @Field(() => AvailabilityStatusEnum, {
    nullable: true,
    description: 'Whether the item could be sold.',
  })
  availabilityStatus!: AvailabilityStatus | null;
}

@ObjectType({ description: 'What an explanation begins with.' })
export class StockOpening {
  @Field(() => OpeningKindEnum, { description: 'What it is.' })
  kind!: 'CREATED' | 'KEPT' | 'LIMIT';

  @Field(() => Int, { description: 'Units on hand.' })
  quantity!: number;

  @Field(() => Int, { description: 'Units on preorder.' })
  preordered!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'Ledger id of the creation, else of the oldest movement that is summed.',
  })
  movementId!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When that happened.' })
  time!: Date | null;
}

@ObjectType({ description: 'The movements of an item that have one operation and one reason.' })
export class StockChange {
  @Field(() => String, { description: 'What was done, such as DECREMENT or SET.' })
  operation!: string;

  @Field(() => String, { nullable: true, description: 'Why.' })
  reason!: string | null;

  @Field(() => Int, { description: 'How many they are.' })
  movements!: number;

  @Field(() => GraphQLSafeInt, { description: 'Sum of their changes of the quantity.' })
  quantity!: number;

  @Field(() => GraphQLSafeInt, { description: 'Sum of their changes of the preordered units.' })
  preordered!: number;

  @Field(() => ID, { description: 'Ledger id of the newest.' })
  lastMovementId!: string;

  @Field(() => GraphQLDateTime, { description: 'When the newest happened.' })
  lastTime!: Date;
}

@ObjectType({
  description:
    'Why stock is what it is: opening and changes add up to the quantity and to the preordered ' +
    'units; available is the quantity less what is reserved.',
})
export class StockExplanation {
  @Field(() => ID, { description: 'Inventory item id.' })
  itemId!: string;

  @Field(() => Boolean, { description: 'Whether stock is counted.' })
  tracked!: boolean;

  @Field(() => Int, { description: 'Units on hand now.' })
  quantity!: number;

  @Field(() => Int, { description: 'Units held by open reservations now.' })
  reserved!: number;

  @Field(() => Int, { description: 'Units that can be sold now: on hand less reserved.' })
  available!: number;

  @Field(() => Int, { description: 'Units on preorder now.' })
  preordered!: number;

  @Field(() => StockOpening, { description: 'What the sums begin with.' })
  opening!: StockOpening;

  @Field(() => [StockChange], { description: 'What changed it since, most movements first.' })
  changes!: StockChange[];

  @Field(() => Int, { description: 'How many movements were summed.' })
  movements!: number;
}

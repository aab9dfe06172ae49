import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { InventoryItem } from './item.type';
import { Movement } from './movement.type';
import { UserError } from './userError.type';

@InputType({ description: 'What was counted of an item.' })
export class CountLineInput {
  @Field(() => ID, { description: 'Inventory item id, a GUID. Each item once.' })
  itemId!: string;

  @Field(() => Int, { description: 'Units that were counted, 0..1,000,000,000.' })
  countedQuantity!: number;
}

@InputType({ description: 'A stock take: all of its lines, or none.' })
export class InventoryCountInput {
  @Field(() => [CountLineInput], { description: '1..300 lines.' })
  lines!: CountLineInput[];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When it was counted, RFC 3339, 1970 or later and not in the future: all that happened ' +
      'up to it, its own millisecond included, is in the count. Absent or null: now.',
  })
  asOfTime?: Date | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Instead of a time: a ledger id `<ms>-<sequence>`. That movement and all before it are ' +
      'counted.',
  })
  asOfMovementId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'URI of the document behind it, up to 500 characters.',
  })
  reference?: string | null;
}

@ObjectType({ description: 'What a stock take found of an item.' })
export class CountedLine {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: it was deleted since.',
  })
  item?: InventoryItem | null;

  @Field(() => Int, { description: 'Units that were counted, 0..1,000,000,000.' })
  countedQuantity!: number;

  @Field(() => Int, {
    description:
      'Units on hand as of the count, as the hub knew them, ±1,000,000,000, corrected by what ' +
      'counts of that or an earlier moment have found since.',
  })
  expectedQuantity!: number;

  @Field(() => Int, {
    description:
      'Units that the stock take added: counted less expected, -1,000,000,000..2,000,000,000. ' +
      '0 when superseded.',
  })
  difference!: number;

  @Field(() => Boolean, {
    description:
      'True: something newer has stated the quantity since (a count of a later moment, a ' +
      'quantity set, a saved item), and stands.',
  })
  superseded!: boolean;

  @Field(() => Int, {
    nullable: true,
    description:
      'Units on hand now, with what happened since the count, ±1,000,000,000. Null: the item ' +
      'was deleted.',
  })
  presentQuantity!: number | null;
}

@ObjectType({ description: 'What a stock take did.' })
export class InventoryCountPayload {
  @Field(() => ID, {
    nullable: true,
    description:
      'Ledger id `<ms>-<sequence>` of the place it was counted as of. Null: it was refused.',
  })
  asOf?: string;

  @Field(() => [CountedLine], {
    description: 'One line per line of the input, in its order; empty when it was refused.',
  })
  lines!: CountedLine[];

  @Field(() => Movement, {
    nullable: true,
    description:
      'A line per item that is not superseded, also without a difference. Null: all are ' +
      'superseded, or it was refused.',
  })
  movement?: Movement | null;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

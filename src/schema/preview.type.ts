import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Movement, MovementLine } from './movement.type';
import { UserError } from './userError.type';

@InputType({ description: 'A line of a movement to try.' })
export class PreviewLineInput {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => Int, { description: 'Units to add, or to take when negative. ±1,000,000,000.' })
  units!: number;
}

@ObjectType({ description: 'What a movement would do now.' })
export class InventoryPreviewPayload {
  @Field(() => Boolean, { description: 'Whether it would be done.' })
  possible!: boolean;

  @Field(() => [MovementLine], {
    description: 'What it would do, one line per item; empty when it would be refused.',
  })
  lines!: MovementLine[];

  @Field(() => [UserError], { description: 'Why it would be refused.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'What became of a mutation that carried an idempotency key.' })
export class OperationOutcome {
  @Field(() => String, { description: 'The key, 1..255 characters.' })
  key!: string;

  @Field(() => String, {
    description:
      'Name of the mutation, such as inventoryAdjustQuantities; `unknown`: recorded without it.',
  })
  mutation!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was recorded, UTC.' })
  recordedAt!: Date;

  @Field(() => Boolean, {
    description:
      'Whether all of it is done. False: a mutation of several steps, such as a location closed ' +
      'with a transfer, is under way or was broken off; send it again with the same key to ' +
      'finish it.',
  })
  finished!: boolean;

  @Field(() => Movement, {
    nullable: true,
    description:
      'The ledger entry it made. Null: it made none, as changes of settings, locations and ' +
      'webhooks do not; it made several, as the transfer of locationDeactivate does; or it is no ' +
      'longer kept.',
  })
  movement!: Movement | null;

  @Field(() => [ID], {
    description:
      'Ids of the items that `movement` created, changed or deleted, GUIDs, in the order of the ' +
      'input. Empty without one.',
  })
  itemIds!: string[];

  @Field(() => Int, {
    nullable: true,
    description:
      'How many items a finished locationDeactivate with a transfer moved, 0 or more. Null: it ' +
      'is not finished, or nothing of that kind.',
  })
  transferredItems!: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The location it was about, a GUID. Null: none.',
  })
  locationId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The subscription it was about, a GUID. Null: none.',
  })
  subscriptionId!: string | null;
}

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

@ObjectType({ description: 'What became of a call that carried an idempotency key.' })
export class OperationOutcome {
  @Field(() => String, { description: 'The key, 1..255 characters.' })
  key!: string;

  @Field(() => Movement, {
    nullable: true,
    description:
      'The movement it made. Null: it made none, as changes of settings, locations and ' +
      'webhooks do.',
  })
  movement!: Movement | null;
}

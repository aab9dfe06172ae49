import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'One thing that is not as the ledger says.' })
export class Drift {
  @Field(() => ID, { nullable: true, description: 'Inventory item id. Null: not about an item.' })
  itemId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The order whose record is wrong.' })
  orderId?: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The ledger entry that contradicts the ones before it.',
  })
  ledgerId?: string;

  @Field(() => String, { description: 'What is wrong, such as `quantity` or `statusIndex`.' })
  field!: string;

  @Field(() => String, { nullable: true, description: 'What is stored. Null: nothing is.' })
  stored!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the ledger says it must be. Null: there must be nothing.',
  })
  expected!: string | null;
}

@ObjectType({ description: 'What a comparison of all that is stored with the ledger found.' })
export class VerifyReport {
  @Field(() => Int, { description: 'Ledger entries read, after the checkpoint.' })
  entries!: number;

  @Field(() => Int, { description: 'Items compared.' })
  items!: number;

  @Field(() => Int, { description: 'How many things differ; 0: all is well.' })
  driftCount!: number;

  @Field(() => [Drift], { description: 'The first 1,000 of them.' })
  drift!: Drift[];
}

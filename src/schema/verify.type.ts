import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'One thing that is not as the ledger says.' })
export class Drift {
  @Field(() => ID, {
    nullable: true,
    description:
      'Inventory item id, a GUID; where none should stand, what stands there. ' +
      'Null: not about an item.',
  })
  itemId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the order whose record is wrong, a GUID. Null: not about an order.',
  })
  orderId?: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'Ledger id `<ms>-<sequence>` of the entry that contradicts the ones before it. Null: not ' +
      'about an entry.',
  })
  ledgerId?: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The Redis key that is wrong, 1..512 characters, where no item, order or movement can be ' +
      'named; else null.',
  })
  key?: string;

  @Field(() => String, { description: 'What is wrong, such as `quantity` or `statusIndex`.' })
  field!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'What is stored, as text: a number, a word, or a digest such as of a ' +
      'document. Null: nothing is.',
  })
  stored!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What the ledger says it must be, such as `stored` may be. Null: there must be nothing.',
  })
  expected!: string | null;
}

@ObjectType({ description: 'What a comparison of all that is stored with the ledger found.' })
export class VerifyReport {
  @Field(() => Int, { description: 'Number of ledger entries read, after the checkpoint.' })
  entries!: number;

  @Field(() => Int, { description: 'Number of items compared.' })
  items!: number;

  @Field(() => Int, { description: 'Number of things that differ; 0: all is well.' })
  driftCount!: number;

  @Field(() => [Drift], { description: 'The first 1,000 of them.' })
  drift!: Drift[];
}

import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A place that holds stock.' })
export class Location {
  @Field(() => ID, { description: 'Location id, a GUID.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Name, 1..150 characters. Null: items name the location, but nobody created it.',
  })
  name!: string | null;

  @Field(() => Boolean, { description: 'Whether Wix calls that name no location mean this one.' })
  isDefault!: boolean;

  @Field(() => Boolean, { description: 'False after it was deactivated.' })
  active!: boolean;

  @Field(() => Int, { description: 'Rises by one per change, from 1 on; 0: nobody created it.' })
  revision!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was created, UTC. Null: nobody created it.',
  })
  createdDate!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it was last changed, UTC. Null: nobody created it.',
  })
  updatedDate!: Date | null;
}

import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Location } from './location.type';
import { UserError } from './userError.type';

@InputType({ description: 'A new location.' })
export class LocationCreateInput {
  @Field(() => String, { description: 'Name, 1..150 characters.' })
  name!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Id, a GUID, such as the one Wix gave it. Default: a new one.',
  })
  id?: string | null;
}

@InputType({ description: 'What to change of a location; what is absent stays.' })
export class LocationUpdateInput {
  @Field(() => ID, { description: 'Location id, a GUID.' })
  id!: string;

  @Field(() => Int, {
    description: 'The revision the caller knows, 1 or more: another one now refuses the change.',
  })
  revision!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Name, 1..150 characters. Absent or null: stays.',
  })
  name?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: opens a closed location. locationDeactivate closes one.',
  })
  active?: boolean | null;
}

@InputType({ description: 'A location to close.' })
export class LocationDeactivateInput {
  @Field(() => ID, { description: 'Location id, a GUID. Not the default location.' })
  id!: string;

  @Field(() => Int, {
    description: 'The revision the caller knows, 1 or more: another one now refuses the change.',
  })
  revision!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'Where its stock goes: location id, a GUID. Must be given while there is any.',
  })
  transferToLocationId?: string | null;
}

@ObjectType({ description: 'A closed location.' })
export class LocationDeactivatePayload {
  @Field(() => Location, { nullable: true, description: 'Null: nothing was changed.' })
  location?: Location;

  @Field(() => Int, { description: 'Number of items that were moved.' })
  transferredItems!: number;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The location after the change.' })
export class LocationPayload {
  @Field(() => Location, { nullable: true, description: 'Null: nothing was changed.' })
  location?: Location;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { MovementReason } from '../core/movement';
import { MovementGuardEnum, MovementReasonEnum } from './enums';
import { Movement } from './movement.type';
import { UserError } from './userError.type';

@InputType({ description: 'So many units more or less of an item.' })
export class AdjustQuantityInput {
  @Field(() => ID, {
    description: 'Inventory item id, a GUID. It may come again, but not beside a comparison.',
  })
  itemId!: string;

  @Field(() => Int, { description: 'Units to add, or to take when negative. ±1,000,000,000.' })
  delta!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Units on hand there must be now, ±1,000,000,000; else nothing changes ' +
      '(COMPARE_QUANTITY_STALE tells the present ones). Must be given: an explicit null skips ' +
      'the comparison.',
  })
  compareQuantity?: number | null;
}

@InputType({ description: 'Exactly so many units of an item.' })
export class SetQuantityInput {
  @Field(() => ID, { description: 'Inventory item id, a GUID. Each item once.' })
  itemId!: string;

  @Field(() => Int, { description: 'Units on hand from now on. ±1,000,000,000.' })
  quantity!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Units on hand there must be now, ±1,000,000,000; else nothing changes ' +
      '(COMPARE_QUANTITY_STALE tells the present ones). Must be given: an explicit null skips ' +
      'the comparison.',
  })
  compareQuantity?: number | null;
}

@InputType({ description: 'Units that go from one location to another.' })
export class MoveQuantityInput {
  @Field(() => ID, { description: 'Inventory item id, a GUID, at the location the units leave.' })
  fromItemId!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'Inventory item id, a GUID, of the same variant elsewhere. This or `toLocationId`, not both.',
  })
  toItemId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Location id, a GUID, that the units go to. The item of the same variant there is created ' +
      'when there is none, with the same names and fields. This or `toItemId`, not both.',
  })
  toLocationId?: string | null;

  @Field(() => Int, { description: 'Units to move, 1..1,000,000,000.' })
  quantity!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Units on hand `fromItemId` must have now, ±1,000,000,000; else nothing changes. Must be ' +
      'given: an explicit null skips the comparison.',
  })
  compareQuantity?: number | null;
}

@InputType({ description: 'Why stock is changed.' })
class ChangeCauseInput {
  @Field(() => MovementReasonEnum, { description: 'Why.' })
  reason!: MovementReason;

  @Field(() => String, {
    nullable: true,
    description: "With CUSTOM: one of the tenant's own codes, 1..50 characters.",
  })
  reasonCode?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'URI of the document behind it, up to 500 characters.',
  })
  reference?: string | null;
}

@InputType({ description: 'Changes of stock by units: all of them, or none.' })
export class InventoryAdjustQuantitiesInput extends ChangeCauseInput {
  @Field(() => [AdjustQuantityInput], { description: '1..300 changes.' })
  changes!: AdjustQuantityInput[];

  @Field(() => MovementGuardEnum, {
    defaultValue: 'STRICT',
    description: 'How far items may go. Default: STRICT.',
  })
  guard!: 'STRICT' | 'UNRESTRICTED';
}

@InputType({ description: 'New quantities: all of them, or none.' })
export class InventorySetQuantitiesInput extends ChangeCauseInput {
  @Field(() => [SetQuantityInput], { description: '1..300 changes.' })
  changes!: SetQuantityInput[];
}

@InputType({ description: 'Moves between locations: all of them, or none.' })
export class InventoryMoveQuantitiesInput extends ChangeCauseInput {
  @Field(() => [MoveQuantityInput], { description: '1..300 changes.' })
  changes!: MoveQuantityInput[];
}

@ObjectType({ description: 'What a change of stock did.' })
export class InventoryChangePayload {
  @Field(() => Movement, {
    nullable: true,
    description: 'The movement as the ledger keeps it. Null: nothing was changed.',
  })
  movement?: Movement;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

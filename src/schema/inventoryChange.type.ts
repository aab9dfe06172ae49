import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { AvailabilityStatus } from '../core/item';
import { AvailabilityStatusEnum } from './enums';
import { InventoryItem } from './item.type';
import { Movement } from './movement.type';

@InputType({
  description:
    'Which changes to be told of. All fields that are given must hold; a list holds when one ' +
    'of its entries does, an empty one never. Null is as good as absent. At most 1,000 list ' +
    'entries in all.',
})
export class InventoryChangedFilterInput {
  @Field(() => [ID], { nullable: true, description: 'Inventory item ids, GUIDs.' })
  itemIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Product ids, each 1..36 characters.' })
  productIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Location ids, GUIDs.' })
  locationIds?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Only while no more units than this are available after the change, ±1,000,000,000. ' +
      'Leaves out untracked items.',
  })
  availableAtMost?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: only items that are low on stock after the change: tracked, and available is at or ' +
      "below the threshold that was in force then, the item's own or the tenant's default. " +
      'False: only those that are not. A deleted item counts as it was right before.',
  })
  lowStock?: boolean | null;
}

@ObjectType({ description: 'What a movement did to one item, as of that movement.' })
export class InventoryItemChange {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  itemId!: string;

  @Field(() => InventoryItem, {
    description: 'The item right after the movement; of a deleted item, right before.',
  })
  item!: InventoryItem;

  @Field(() => Int, { description: 'Change of the units on hand, ±2,000,000,000.' })
  delta!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Units on hand right after, ±1,000,000,000. Null: untracked or deleted.',
  })
  quantityAfter!: number | null;

  @Field(() => AvailabilityStatusEnum, {
    nullable: true,
    description: 'Whether it could be sold right before. Null: the movement created it.',
  })
  statusBefore!: AvailabilityStatus | null;

  @Field(() => AvailabilityStatusEnum, {
    nullable: true,
    description: 'Whether it can be sold right after. Null: the movement deleted it.',
  })
  statusAfter!: AvailabilityStatus | null;

  @Field(() => Boolean, { description: 'Available units came down to the low stock threshold.' })
  fellLow!: boolean;
}

@ObjectType({ description: 'A movement that concerns a subscriber, or only a newer cursor.' })
export class InventoryChange {
  @Field(() => String, {
    description:
      'A ledger id `<ms>-<sequence>`. Give the last one as `after` to go on behind it, with no ' +
      'gap and no repeat.',
  })
  cursor!: string;

  @Field(() => Movement, {
    nullable: true,
    description:
      'The movement, all of it. Null: only the cursor is new, as in the first message and now ' +
      'and then while no change passes the filter.',
  })
  movement!: Movement | null;

  @Field(() => [InventoryItemChange], {
    description: 'What it did to the items that pass the filter; empty without a movement.',
  })
  changes!: InventoryItemChange[];
}

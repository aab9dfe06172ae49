import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { ErrorPolicy } from '../inventory/refusedRows';
import { ErrorPolicyEnum } from './enums';
import { InventoryItem } from './item.type';
import { UserError } from './userError.type';

@InputType({
  description:
    'What can be said of an item. Absent: stays as it is. Null: taken away; but `quantity`, ' +
    '`inStock`, `preorderEnabled` and `preorderLimit` stay.',
})
class ItemValuesInput {
  @Field(() => String, { nullable: true, description: 'Product name, 1..80 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Variant name, 1..250 characters.' })
  variantName?: string | null;

  @Field(() => String, { nullable: true, description: 'Stock keeping unit, 1..40 characters.' })
  sku?: string | null;

  @Field(() => String, { nullable: true, description: 'Barcode, 1..40 characters.' })
  barcode?: string | null;

  @Field(() => ID, { nullable: true, description: 'Brand id, a GUID.' })
  brandId?: string | null;

  @Field(() => String, { nullable: true, description: 'Brand name, 1..50 characters.' })
  brandName?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the variant is visible.' })
  visible?: boolean | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Category ids, up to 2,000 GUIDs. Empty: taken away.',
  })
  categoryIds?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Units on hand, ±1,000,000,000; makes the item tracked. Not with `inStock`. In an update ' +
      'only of an untracked item: movements change the quantity of a tracked one.',
  })
  quantity?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it can be sold; makes the item untracked, with quantity 0; its preorder limit ' +
      'is kept for when it is tracked again. Not with `quantity`.',
  })
  inStock?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether preorder is enabled.' })
  preorderEnabled?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'Shown to buyers when only preorder is left, 1..250 characters.',
  })
  preorderMessage?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Units that may be preordered, 0..100,000. Tracked items only. Of an item that was ' +
      'given none: 100,000.',
  })
  preorderLimit?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'At or below this many available units the item is low on stock, 0..10,000,000.',
  })
  lowStockThreshold?: number | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'Custom fields by app namespace, up to 65,536 characters of JSON; they replace those ' +
      'there are.',
  })
  extendedFields?: Record<string, Record<string, unknown>> | null;
}

@InputType({
  description: 'A new item. `quantity` or `inStock` must be given. Null is as good as absent.',
})
export class InventoryItemCreateInput extends ItemValuesInput {
  @Field(() => ID, { description: 'Product id, 1..36 characters.' })
  productId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Variant id, a GUID. Absent, null and the nil GUID: no variant.',
  })
  variantId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Location id, a GUID. Default: the default location.',
  })
  locationId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Catalog app id, 1..100 characters. Default: Wix Stores.',
  })
  appId?: string | null;
}

@InputType({
  description:
    'A change of an item. What is absent stays. Null takes a value away; but ' +
    '`quantity`, `inStock`, `preorderEnabled` and `preorderLimit` stay.',
})
export class InventoryItemUpdateInput extends ItemValuesInput {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  id!: string;

  @Field(() => String, {
    description:
      'The revision the caller knows, a whole number as text, 1 or more: another one now ' +
      'refuses the change.',
  })
  revision!: string;
}

@InputType({ description: 'An item to delete.' })
export class InventoryItemDeleteInput {
  @Field(() => ID, { description: 'Inventory item id, a GUID. Each item once.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The revision the caller knows, a whole number as text, 1 or more. Absent or null: ' +
      'whatever it is.',
  })
  revision?: string | null;
}

@InputType({ description: 'New items.' })
export class InventoryItemsCreateInput {
  @Field(() => [InventoryItemCreateInput], { description: '1..1,000 items.' })
  items!: InventoryItemCreateInput[];

  @Field(() => ErrorPolicyEnum, {
    defaultValue: 'REJECT_ALL',
    description: 'What happens to good rows when others are refused. Default: REJECT_ALL.',
  })
  errorPolicy!: ErrorPolicy;
}

@InputType({ description: 'Changes of items.' })
export class InventoryItemsUpdateInput {
  @Field(() => [InventoryItemUpdateInput], { description: '1..1,000 items, each once.' })
  items!: InventoryItemUpdateInput[];

  @Field(() => ErrorPolicyEnum, {
    defaultValue: 'REJECT_ALL',
    description: 'What happens to good rows when others are refused. Default: REJECT_ALL.',
  })
  errorPolicy!: ErrorPolicy;
}

@InputType({ description: 'Items to delete.' })
export class InventoryItemsDeleteInput {
  @Field(() => [InventoryItemDeleteInput], { description: '1..1,000 items, each once.' })
  items!: InventoryItemDeleteInput[];

  @Field(() => ErrorPolicyEnum, {
    defaultValue: 'REJECT_ALL',
    description: 'What happens to good rows when others are refused. Default: REJECT_ALL.',
  })
  errorPolicy!: ErrorPolicy;
}

@ObjectType({ description: 'What an edit of items did.' })
export class InventoryItemsPayload {
  @Field(() => [InventoryItem], {
    nullable: 'items',
    description: 'By row, right after the edit, of a repeat too. Null where nothing was stored.',
  })
  items!: (InventoryItem | null)[];

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend, by row; empty on success.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'What an edit of one item did.' })
export class InventoryItemPayload {
  @Field(() => InventoryItem, {
    nullable: true,
    description: 'The item right after the edit, of a repeat too. Null: nothing was stored.',
  })
  item?: InventoryItem | null;

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'What a deletion of items did.' })
export class InventoryItemsDeletePayload {
  @Field(() => [ID], {
    description: 'Ids of the items that were deleted, GUIDs; empty: nothing changed.',
  })
  deletedIds!: string[];

  @Field(() => Boolean, {
    description: 'True: an earlier call with the same key did it; nothing changed now.',
  })
  replayed!: boolean;

  @Field(() => [UserError], { description: 'What the caller can mend, by row; empty on success.' })
  userErrors!: UserError[];
}

import { GraphQLDateTime, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AvailabilityStatus } from '../core/item';
import { AvailabilityStatusEnum } from './enums';
import { Location } from './location.type';
import { PageInfo } from './pageInfo.type';

@ObjectType({ description: 'The brand of a product.' })
export class Brand {
  @Field(() => ID, { nullable: true, description: 'Brand id, a GUID. Null: not known.' })
  id?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Brand name, 1..50 characters. Null: not known.',
  })
  name?: string;
}

@ObjectType({ description: 'Selling beyond stock, as Wix preorders do.' })
export class Preorder {
  @Field(() => Boolean, { description: 'Whether preorder is enabled for the item.' })
  enabled!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Shown to buyers when only preorder is left, 1..250 characters. Null: none.',
  })
  message?: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Units that may be preordered after stock is gone, 0..100,000. Null: untracked.',
  })
  limit?: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Units that are preordered now, 0..100,000. Null: untracked.',
  })
  counter?: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Units that can still be preordered, 0..100,000. Null: untracked.',
  })
  remaining?: number;
}

@ObjectType({
  description:
    'A variant (or a product without variants) at a location, with its stock. ' +
    'Its id is derived from catalog app, variant and location.',
})
export class InventoryItem {
  @Field(() => ID, { description: 'Inventory item id, a GUID.' })
  id!: string;

  @Field(() => ID, { description: 'Catalog app id, 1..100 characters; of Wix apps a GUID.' })
  appId!: string;

  @Field(() => ID, { description: 'Product id, 1..36 characters.' })
  productId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Variant id, a GUID. Null: the product has no variants.',
  })
  variantId!: string | null;

  @Field(() => ID, { description: 'Location id, a GUID.' })
  locationId!: string;

  @Field(() => Location, { description: 'The location the stock is at.' })
  location!: Location;

  @Field(() => String, {
    nullable: true,
    description: 'Product name, 1..80 characters. Null: not known.',
  })
  name?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Variant name, 1..250 characters. Null: not known.',
  })
  variantName?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Stock keeping unit, 1..40 characters. Null: none.',
  })
  sku?: string;

  @Field(() => String, { nullable: true, description: 'Barcode, 1..40 characters. Null: none.' })
  barcode?: string;

  @Field(() => Brand, { nullable: true, description: 'The brand. Null: not known.' })
  brand?: Brand;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the variant is visible in the shop. Null: not known.',
  })
  visible?: boolean;

  @Field(() => [ID], {
    description: 'Ids of the categories the product is in directly, up to 2,000 GUIDs.',
  })
  categoryIds!: string[];

  @Field(() => Boolean, {
    description: 'True: stock is counted in `quantity`. False: `inStock` says.',
  })
  tracked!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Units on hand, ±1,000,000,000. Null: untracked.',
  })
  quantity?: number;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether an untracked item can be sold. Null: tracked.',
  })
  inStock?: boolean;

  @Field(() => Int, { description: 'Units held for somebody and not available, 0..1,000,000,000.' })
  reserved!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Units that can be sold now: on hand less reserved, -2,000,000,000..1,000,000,000. Null: ' +
      'untracked.',
  })
  available?: number;

  @Field(() => AvailabilityStatusEnum, { description: 'Whether the item can be sold now.' })
  availabilityStatus!: AvailabilityStatus;

  @Field(() => Preorder, { description: 'Selling beyond stock.' })
  preorder!: Preorder;

  @Field(() => Int, {
    nullable: true,
    description:
      'At or below this many available units the item is low on stock, 0..10,000,000. Null: ' +
      "the tenant's default.",
  })
  lowStockThreshold!: number | null;

  @Field(() => String, {
    description:
      'Rises by one per change: a whole number as text, 1 when created. Updates must name it.',
  })
  revision!: string;

  @Field(() => GraphQLDateTime, { description: 'When the item was created, UTC.' })
  createdDate!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the item was last changed, UTC.' })
  updatedDate!: Date;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'Custom fields by app namespace, as the apps sent them, up to 65,536 characters of JSON. ' +
      'Null: none.',
  })
  extendedFields?: Record<string, unknown>;
}

@ObjectType({ description: 'An item in a list, with its place in it.' })
export class InventoryItemEdge {
  @Field(() => String, {
    description:
      'The place in the list, a cursor; give it as `after` or `before`. Carries filter and sort.',
  })
  cursor!: string;

  @Field(() => InventoryItem, { description: 'The item.' })
  node!: InventoryItem;
}

@ObjectType({ description: 'A page of items.' })
export class InventoryItemConnection {
  @Field(() => [InventoryItemEdge], { description: 'The items with their places.' })
  edges!: InventoryItemEdge[];

  @Field(() => [InventoryItem], { description: 'The items.' })
  nodes!: InventoryItem[];

  @Field(() => PageInfo, { description: 'Whether there is more, and where.' })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'Number of items that the filter finds in all.' })
  totalCount!: number;
}

@ObjectType({ description: 'All stock of a product.' })
export class ProductInventory {
  @Field(() => ID, { description: 'Product id, 1..36 characters.' })
  productId!: string;

  @Field(() => [InventoryItem], {
    description: 'Every variant at every location, ordered by variant and location.',
  })
  items!: InventoryItem[];

  @Field(() => GraphQLSafeInt, { description: 'Units on hand of the tracked items, summed.' })
  totalQuantity!: number;

  @Field(() => GraphQLSafeInt, { description: 'Available units of the tracked items, summed.' })
  totalAvailable!: number;

  @Field(() => GraphQLSafeInt, { description: 'Reserved units of the tracked items, summed.' })
  totalReserved!: number;
}

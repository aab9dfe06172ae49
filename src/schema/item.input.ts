import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { AvailabilityStatus } from '../core/item';
import type { ItemSortField } from '../core/itemOrder';
import { AvailabilityStatusEnum, ItemSortFieldEnum } from './enums';

@InputType({ description: 'Whole numbers from `min` to `max`, both inclusive.' })
export class IntRangeInput {
  @Field(() => Int, { nullable: true, description: 'Smallest number; absent: no lower bound.' })
  min?: number | null;

  @Field(() => Int, { nullable: true, description: 'Largest number; absent: no upper bound.' })
  max?: number | null;
}

@InputType({ description: 'Times from `from` to `to`, both inclusive.' })
export class TimeRangeInput {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'Absent: from the beginning.' })
  from?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Absent: to the end.' })
  to?: Date | null;
}

@InputType({
  description:
    'Which items to find. All fields that are given must hold; a list holds when one of its ' +
    'entries does. ids, productIds, variantIds, skus, locationIds, statuses, lowStock and text ' +
    'are served from indexes. At most 50 conditions, 10 deep, 1,000 list entries and 60,000 ' +
    'characters of JSON in all. Over 4,000 characters it must be given with a cursor, too.',
})
export class InventoryItemFilterInput {
  @Field(() => [ID], { nullable: true, description: 'Inventory item ids.' })
  ids?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Product ids.' })
  productIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Variant ids, GUIDs.' })
  variantIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Stock keeping units, exactly.' })
  skus?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Location ids, GUIDs.' })
  locationIds?: string[] | null;

  @Field(() => [AvailabilityStatusEnum], {
    nullable: true,
    description: 'Availability statuses.',
  })
  statuses?: AvailabilityStatus[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether stock is counted.' })
  tracked?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether available units are at or below the low stock threshold.',
  })
  lowStock?: boolean | null;

  @Field(() => IntRangeInput, {
    nullable: true,
    description: 'Units on hand. An untracked item has none and is in no range.',
  })
  quantity?: IntRangeInput | null;

  @Field(() => IntRangeInput, {
    nullable: true,
    description: 'On hand less reserved units. An untracked item is in no range.',
  })
  available?: IntRangeInput | null;

  @Field(() => TimeRangeInput, { nullable: true, description: 'Time of creation.' })
  created?: TimeRangeInput | null;

  @Field(() => TimeRangeInput, { nullable: true, description: 'Time of the last change.' })
  updated?: TimeRangeInput | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Words, up to 100 characters in all. Each must begin a word of name, variant name or sku; ' +
      'case does not matter.',
  })
  text?: string | null;

  @Field(() => [InventoryItemFilterInput], {
    nullable: true,
    description: 'All of these must hold too.',
  })
  and?: InventoryItemFilterInput[] | null;

  @Field(() => [InventoryItemFilterInput], {
    nullable: true,
    description: 'One of these must hold too.',
  })
  or?: InventoryItemFilterInput[] | null;

  @Field(() => InventoryItemFilterInput, { nullable: true, description: 'This must not hold.' })
  not?: InventoryItemFilterInput | null;
}

@InputType({ description: 'An order of items.' })
export class InventoryItemSortInput {
  @Field(() => ItemSortFieldEnum, {
    description: 'What to order by. Untracked items have quantity and available 0 here.',
  })
  field!: ItemSortField;

  @Field(() => Boolean, { defaultValue: false, description: 'Largest first. Default: false.' })
  descending!: boolean;
}

@InputType({ description: 'A product or variant as a Wix order names it.' })
export class CatalogReferenceInput {
  @Field(() => ID, { description: 'Catalog app id.' })
  appId!: string;

  @Field(() => ID, { description: 'Product id, 1..36 characters.' })
  catalogItemId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Variant id, a GUID (Wix Stores: `options.variantId`). Not with `options`.',
  })
  variantId?: string | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'As the order line has them. Wix Stores: `variantId`; another catalog: the option keys ' +
      'that make one item differ from another (CATALOG_IDENTITY_OPTIONS). Others change nothing.',
  })
  options?: Record<string, unknown> | null;
}

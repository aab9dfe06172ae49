import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { AvailabilityStatus } from '../core/item';
import type { ItemSortField } from '../core/itemOrder';
import { AvailabilityStatusEnum, ItemSortFieldEnum } from './enums';

@InputType({
  description:
    'Units from `min` to `max`, both inclusive. Without a bound: any number of ' + 'them.',
})
export class IntRangeInput {
  @Field(() => Int, {
    nullable: true,
    description: 'Fewest units, any 32-bit integer. Absent or null: no lower bound.',
  })
  min?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Most units, any 32-bit integer. Absent or null: no upper bound.',
  })
  max?: number | null;
}

@InputType({ description: 'Times from `from` to `to`, both inclusive, to the millisecond.' })
export class TimeRangeInput {
  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'First time, RFC 3339 with a zone. Absent or null: from the beginning.',
  })
  from?: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Last time, RFC 3339 with a zone. Absent or null: to the end.',
  })
  to?: Date | null;
}

@InputType({
  description:
    'Which items to find. All fields that are given must hold; a list holds when one of its ' +
    'entries does. Null is as good as absent. Served from indexes: ids, productIds, ' +
    'variantIds, skus, locationIds, statuses, lowStock, text, and the ranges quantity, ' +
    'available, created and updated. Checked item by item: tracked, not. At most 50 ' +
    'conditions, 10 deep, 1,000 list entries and 60,000 characters of JSON in all. Over 4,000 ' +
    'characters it must be given with a cursor, too.',
})
export class InventoryItemFilterInput {
  @Field(() => [ID], {
    nullable: true,
    description: 'Inventory item ids, GUIDs. Empty: finds nothing.',
  })
  ids?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Product ids, each 1..36 characters. Empty: finds nothing.',
  })
  productIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Variant ids, GUIDs; the nil GUID: no variant. Empty: finds nothing.',
  })
  variantIds?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Stock keeping units, exactly, each 1..40 characters. Empty: finds nothing.',
  })
  skus?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Location ids, GUIDs. Empty: finds nothing.' })
  locationIds?: string[] | null;

  @Field(() => [AvailabilityStatusEnum], {
    nullable: true,
    description: 'Availability statuses. Empty: finds nothing.',
  })
  statuses?: AvailabilityStatus[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether stock is counted.' })
  tracked?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether available units are at or below the low stock threshold in force. Untracked ' +
      'items never are.',
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
      'Words, up to 100 characters in all. Each must begin a word of name, variant name or ' +
      'sku; case does not matter. Without a word: all items.',
  })
  text?: string | null;

  @Field(() => [InventoryItemFilterInput], {
    nullable: true,
    description: 'All of these must hold too. Empty: they do.',
  })
  and?: InventoryItemFilterInput[] | null;

  @Field(() => [InventoryItemFilterInput], {
    nullable: true,
    description: 'One of these must hold too. Empty: finds nothing.',
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
  @Field(() => ID, { description: 'Catalog app id, 1..100 characters; of Wix apps a GUID.' })
  appId!: string;

  @Field(() => ID, { description: 'Product id, 1..36 characters.' })
  catalogItemId!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'Variant id, a GUID (Wix Stores: `options.variantId`). Null and the nil GUID: no variant. ' +
      'Not with `options`.',
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

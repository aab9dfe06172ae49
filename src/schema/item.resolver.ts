import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Authorized,
  Ctx,
  FieldResolver,
  ID,
  Info,
  Int,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { invalidInput } from '../core/errors';
import { isGuid } from '../core/identity';
import { itemIdOf, itemsOfProduct } from '../inventory/items';
import { DEFAULT_PAGE_SIZE, listItems, type ListItems } from '../inventory/listItems';
import { callerOf, type GraphqlContext } from './context';
import {
  CatalogReferenceInput,
  InventoryItemFilterInput,
  InventoryItemSortInput,
} from './item.input';
import { InventoryItem, InventoryItemConnection, ProductInventory } from './item.type';
import { createCheckSpender } from './itemChecks';
import { toItemFilter } from './itemFilter';
import { Location } from './location.type';
import { presentItem, type PresentedItem } from './presentItem';
import { presentPage, type PresentedPage } from './presentPage';
import { presentLocation } from './presentLocation';
import { listCost } from './requestLimits';

@Resolver(() => InventoryItem)
export class ItemResolver {
  @Authorized('inventory:read')
  @Query(() => InventoryItem, {
    nullable: true,
    description: 'One item by its id. Null: there is none. Scope: inventory:read.',
  })
  async inventoryItem(
    @Arg('id', () => ID, { description: 'Inventory item id, a GUID.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedItem | null> {
    const { loaders } = callerOf(context);
    const item = await loaders.items.load(guid(id, 'id'));
    return item && presentItem(item);
  }

  @Authorized('inventory:read')
  @Query(() => InventoryItem, {
    nullable: true,
    description:
      'The item that a Wix order line means: a product or variant at a location. ' +
      'Null: there is none. Scope: inventory:read.',
  })
  async inventoryItemByReference(
    @Arg('catalogReference', () => CatalogReferenceInput, {
      description: 'The product or variant.',
    })
    { appId, catalogItemId, variantId, options }: CatalogReferenceInput,
    @Arg('locationId', () => ID, {
      nullable: true,
      description: 'Location id, a GUID. Default: the default location.',
    })
    locationId: string | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedItem | null> {
    const { inventory, tenantId, loaders } = callerOf(context);
    if (variantId != null && options) {
      throw invalidInput('catalogReference.variantId', variantId, 'absent: options are given');
    }
    const reference = { appId, catalogItemId, options: options ?? { variantId } };
    const place = locationId
      ? guid(locationId, 'locationId')
      : (await loaders.settings()).defaultLocationId;
    const item = await loaders.items.load(await itemIdOf(inventory, tenantId, reference, place));
    return item && presentItem(item);
  }

  @Authorized('inventory:read')
  @Query(() => InventoryItemConnection, {
    complexity: listCost(DEFAULT_PAGE_SIZE),
    description:
      'Items page by page. Sees all that was acknowledged before. Scope: inventory:read.',
  })
  async inventoryItems(
    @Arg('filter', () => InventoryItemFilterInput, {
      nullable: true,
      description: "Which items. Default: the cursor's, else all.",
    })
    filter: InventoryItemFilterInput | null | undefined,
    @Arg('sort', () => InventoryItemSortInput, {
      nullable: true,
      description: "In which order. Default: the cursor's, else oldest first.",
    })
    sort: InventoryItemSortInput | null | undefined,
    @Arg('first', () => Int, {
      nullable: true,
      description: 'Length of the page, 1..250. Default: 50.',
    })
    first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Start after this cursor.' })
    after: string | null | undefined,
    @Arg('last', () => Int, {
      nullable: true,
      description: 'Length of a page taken from the end, 1..250. Not with `first`.',
    })
    last: number | null | undefined,
    @Arg('before', () => String, { nullable: true, description: 'End before this cursor.' })
    before: string | null | undefined,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<PresentedPage> {
    const caller = callerOf(context);
    const asked: ListItems = {
      filter: filter ? toItemFilter(filter) : undefined,
      // Not the input's own class: a sort is compared with the one a cursor carries.
      sort: sort ? { field: sort.field, descending: sort.descending } : undefined,
      first: first ?? undefined,
      after: after ?? undefined,
      last: last ?? undefined,
      before: before ?? undefined,
    };
    const spend = createCheckSpender(info, caller);
    return presentPage(await listItems(caller.inventory, caller.tenantId, asked, spend));
  }

  @Authorized('inventory:read')
  @Query(() => ProductInventory, {
    complexity: listCost(50),
    description: 'All stock of a product: every variant and location. Scope: inventory:read.',
  })
  async productInventory(
    @Arg('productId', () => ID, { description: 'Product id, 1..36 characters.' }) productId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<Omit<ProductInventory, 'items'> & { items: PresentedItem[] }> {
    const { inventory, tenantId } = callerOf(context);
    const items = await itemsOfProduct(inventory, tenantId, productId);
    const tracked = items.filter((item) => item.tracked);
    const sum = (numberOf: (item: (typeof items)[number]) => number) =>
      tracked.reduce((total, item) => total + numberOf(item), 0);
    return {
      productId,
      items: items.map(presentItem),
      totalQuantity: sum((item) => item.quantity),
      totalAvailable: sum((item) => item.quantity - item.reserved),
      totalReserved: sum((item) => item.reserved),
    };
  }

  @FieldResolver(() => Location, { description: 'The location the stock is at.' })
  async location(
    @Root() { locationId }: PresentedItem,
    @Ctx() context: GraphqlContext,
  ): Promise<Location> {
    const locations = await callerOf(context).loaders.locations();
    return presentLocation(locations.get(locationId));
  }
}

function guid(id: string, field: string): string {
  if (!isGuid(id)) throw invalidInput(field, id, 'a GUID');
  return id.toLowerCase();
}

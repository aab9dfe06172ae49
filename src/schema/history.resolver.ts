import { GraphQLDateTime } from 'graphql-scalars';
import type { GraphQLResolveInfo } from 'graphql';
import type { ComplexityEstimator } from 'graphql-query-complexity';
import {
  Arg,
  Authorized,
  Ctx,
  Extensions,
  FieldResolver,
  ID,
  Info,
  Int,
  Query,
  Resolver,
} from 'type-graphql';
import { Root } from 'type-graphql';
import { explainStock } from '../inventory/explainStock';
import { listMovements } from '../inventory/movements';
import { stockAt } from '../inventory/stockAt';
import { callerOf, type GraphqlContext } from './context';
import { MovementFilterInput } from './history.input';
import { ItemMovementConnection, MovementConnection } from './history.type';
import { InventoryItem } from './item.type';
import { toMovementFilter } from './movementFilter';
import { presentExplanation, presentHistory, presentMovements } from './presentHistory';
import { presentStockAt } from './presentHistory';
import { presentItem, type PresentedItem } from './presentItem';
import { listCost, searchCost } from './requestLimits';
import { spendFields, type UsesFields } from './resultLimit';
import { StockAt, StockExplanation } from './stock.type';

const PAGE = 50;
/** What a movement of an item's history costs, in fields of an answer. */
const FIELDS_PER_STEP = 5;
/** Points of the way back to where a page oldest first begins: up to 2,000 movements. */
const WAY_BACK_POINTS = 50;

const historyCost: ComplexityEstimator = (options) => {
  const page = listCost(PAGE)(options) as number;
  return options.args['oldestFirst'] === true ? page + WAY_BACK_POINTS : page;
};

/** What a page uses up before anything of it is shown. */
const pageFields: UsesFields = {
  usesFields: ({ first }) => FIELDS_PER_STEP * Math.max(first as number, 1),
};

@Resolver(() => InventoryItem)
export class ItemHistoryResolver {
  @Extensions(pageFields)
  @FieldResolver(() => ItemMovementConnection, {
    complexity: historyCost,
    description:
      "The item's movements since it was created, without lines that the settings ignore.",
  })
  async history(
    @Root() { id }: PresentedItem,
    @Arg('first', () => Int, {
      defaultValue: PAGE,
      description: 'Length of the page, 1..250. Default: 50.',
    })
    first: number,
    @Arg('after', () => String, {
      nullable: true,
      description:
        'Start after this movement: the cursor of an earlier page, or any ledger id ' +
        '`<ms>-<sequence>`.',
    })
    after: string | null | undefined,
    @Arg('oldestFirst', () => Boolean, {
      defaultValue: false,
      description:
        'From the creation on. Default: newest first. The way back to where the page begins ' +
        'counts too: each movement on it is one of the 100,000 fields of an answer.',
    })
    oldestFirst: boolean,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ItemMovementConnection> {
    spendFields(info, pageFields.usesFields({ first }));
    const start = after ?? undefined;
    const request = { itemId: id, first, after: start, oldestFirst };
    // What is on the way to the page is not known before.
    const onLooked = (entries: number) => {
      spendFields(info, entries);
    };
    const page = await callerOf(context).loaders.histories.load({ request, onLooked });
    return presentHistory(page, start);
  }
}

@Resolver(() => StockAt)
export class HistoryResolver {
  @Authorized('inventory:read')
  @Query(() => MovementConnection, {
    complexity: searchCost(PAGE),
    description:
      'Movements page by page. A page looks at up to 20,000 ledger entries and may be short: go ' +
      'on while `hasNextPage`. Scope: inventory:read.',
  })
  async movements(
    @Arg('filter', () => MovementFilterInput, {
      nullable: true,
      description: 'Which movements. Default: all.',
    })
    filter: MovementFilterInput | null | undefined,
    @Arg('first', () => Int, {
      defaultValue: PAGE,
      description: 'Length of the page, 1..250. Default: 50.',
    })
    first: number,
    @Arg('after', () => String, {
      nullable: true,
      description:
        'Start after this place: `endCursor` of the page before, or any ledger id ' +
        '`<ms>-<sequence>`.',
    })
    after: string | null | undefined,
    @Arg('oldestFirst', () => Boolean, {
      defaultValue: false,
      description: 'Oldest first. Default: newest first.',
    })
    oldestFirst: boolean,
    @Ctx() context: GraphqlContext,
  ): Promise<MovementConnection> {
    const { inventory, tenantId } = callerOf(context);
    const start = after ?? undefined;
    const list = { filter: toMovementFilter(filter ?? {}), first, after: start, oldestFirst };
    return presentMovements(await listMovements(inventory, tenantId, list), start);
  }

  @Authorized('inventory:read')
  @Query(() => [StockAt], {
    complexity: searchCost(PAGE),
    description:
      "Items' stock at a moment in the past, in the order asked for, exact whatever happened " +
      'since. Scope: inventory:read.',
  })
  async stockAt(
    @Arg('itemIds', () => [ID], { description: 'Inventory item ids, 1..250 GUIDs.' })
    itemIds: string[],
    @Arg('time', () => GraphQLDateTime, {
      nullable: true,
      description:
        'RFC 3339, 1970 or later and not in the future: all that happened up to it, its own ' +
        'millisecond included. Absent or null: now.',
    })
    time: Date | null | undefined,
    @Arg('movementId', () => ID, {
      nullable: true,
      description:
        'Instead of a time: a ledger id `<ms>-<sequence>`. That movement and all before it.',
    })
    movementId: string | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<Omit<StockAt, 'item'>[]> {
    const { inventory, tenantId } = callerOf(context);
    const moment = { time: time ?? undefined, movementId: movementId ?? undefined };
    const { items } = await stockAt(inventory, tenantId, itemIds, moment);
    return items.map(presentStockAt);
  }

  @FieldResolver(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  async item(
    @Root() { itemId }: StockAt,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedItem | null> {
    const item = await callerOf(context).loaders.items.load(itemId);
    return item && presentItem(item);
  }

  @Authorized('inventory:read')
  @Query(() => StockExplanation, {
    complexity: searchCost(PAGE),
    nullable: true,
    description:
      "Why an item's available is what it is: up to its last 20,000 movements, summed by " +
      'operation and reason. Null: there is no such item. Scope: inventory:read.',
  })
  async explain(
    @Arg('itemId', () => ID, { description: 'Inventory item id, a GUID.' }) itemId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<StockExplanation | null> {
    const { inventory, tenantId } = callerOf(context);
    const explained = await explainStock(inventory, tenantId, itemId);
    return explained && presentExplanation(explained);
  }
}

import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Authorized, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import type { Refusal as CoreRefusal } from '../core/refusal';
import { listRefusals, lostSales, type RefusalFilter } from '../inventory/refusals';
import { callerOf, type GraphqlContext } from './context';
import { InventoryItem } from './item.type';
import { toTimes } from './movementFilter';
import { presentItem, type PresentedItem } from './presentItem';
import { LostSale, LostSales, RefusalConnection, RefusalFilterInput } from './refusals.type';
import { RefusedLine, type Refusal } from './refusals.type';
import { searchCost } from './requestLimits';

const PAGE = 50;

@Resolver(() => RefusedLine)
export class RefusalsResolver {
  @Authorized('inventory:read')
  @Query(() => RefusalConnection, {
    complexity: searchCost(PAGE),
    description:
      'Calls that were refused for want of stock or for an unknown item, newest first; about the ' +
      'last 10,000 are kept. Scope: inventory:read.',
  })
  async refusals(
    @Arg('filter', () => RefusalFilterInput, {
      nullable: true,
      description: 'Which refusals. Default: all.',
    })
    filter: RefusalFilterInput | null | undefined,
    @Arg('first', () => Int, {
      defaultValue: PAGE,
      description: 'Length of the page, 1..250. Default: 50.',
    })
    first: number,
    @Arg('after', () => String, {
      nullable: true,
      description: 'Start after this refusal, `<ms>-<number>`: the cursor of an earlier page.',
    })
    after: string | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<RefusalConnection> {
    const { inventory, tenantId } = callerOf(context);
    const list = { filter: toFilter(filter ?? {}), first, after: after ?? undefined };
    const { refusals, hasMore } = await listRefusals(inventory, tenantId, list);
    const nodes = refusals.map(presentRefusal);
    return {
      nodes,
      edges: nodes.map((node) => ({ node, cursor: node.id })),
      pageInfo: {
        hasNextPage: hasMore,
        hasPreviousPage: after != null,
        startCursor: nodes[0]?.id ?? null,
        endCursor: nodes.at(-1)?.id ?? null,
      },
    };
  }

  @Authorized('inventory:read')
  @Query(() => LostSales, {
    complexity: searchCost(PAGE),
    description:
      'What orders asked for and did not get, by item, code and reason, as far as refusals are ' +
      'kept. An order counts once per item, less what it took of the item after all. ' +
      'Scope: inventory:read.',
  })
  async lostSales(
    @Arg('from', () => GraphQLDateTime, {
      nullable: true,
      description: 'First time, RFC 3339, inclusive. Absent or null: from the oldest refusal on.',
    })
    from: Date | null | undefined,
    @Arg('to', () => GraphQLDateTime, {
      nullable: true,
      description: 'Last time, RFC 3339, inclusive. Absent or null: up to now.',
    })
    to: Date | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<LostSales> {
    const { inventory, tenantId } = callerOf(context);
    const time = toTimes({ from: from ?? null, to: to ?? null });
    const { sales, refusals } = await lostSales(inventory, tenantId, time);
    return {
      refusals,
      sales: sales.map(({ lastTimeMs, reference, ...sale }) => ({
        ...sale,
        reference: reference ?? null,
        lastTime: new Date(lastTimeMs),
      })),
    };
  }

  @FieldResolver(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  async item(
    @Root() { itemId }: RefusedLine,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedItem | null> {
    return presentById(context, itemId);
  }
}

@Resolver(() => LostSale)
export class LostSaleResolver {
  @FieldResolver(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  async item(
    @Root() { itemId }: LostSale,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedItem | null> {
    return presentById(context, itemId);
  }
}

async function presentById(context: GraphqlContext, itemId: string): Promise<PresentedItem | null> {
  const item = await callerOf(context).loaders.items.load(itemId);
  return item && presentItem(item);
}

function toFilter({ time, itemId, orderId, reason }: RefusalFilterInput): RefusalFilter {
  return {
    ...(time && { time: toTimes(time) }),
    ...(itemId && { itemId }),
    ...(orderId && { orderId }),
    ...(reason && { reason }),
  };
}

function presentRefusal(refusal: CoreRefusal): Refusal {
  const { reason, orderId, actor, requestId, timeMs, lines, ...rest } = refusal;
  return {
    ...rest,
    time: new Date(timeMs),
    reason: reason ?? null,
    orderId: orderId ?? null,
    actor: actor ?? null,
    requestId: requestId ?? null,
    lines: lines.map(({ reference = null, taken = 0, ...line }) => ({
      ...line,
      reference,
      taken,
    })),
  };
}

import { Arg, Authorized, Ctx, Int, Query, Resolver } from 'type-graphql';
import { readEvents, type FedEvent } from '../events/eventFeed';
import { callerOf, type GraphqlContext } from './context';
import { listCost } from './requestLimits';
import { InventoryEvent, InventoryEventConnection } from './event.type';
import {
  eventTypeOfName,
  eventTypeToName,
  InventoryEventTypeEnum,
  type InventoryEventTypeName,
} from './inventoryEventType';

@Resolver(() => InventoryEvent)
export class EventResolver {
  @Authorized('inventory:read')
  @Query(() => InventoryEventConnection, {
    complexity: listCost(50),
    description:
      'Events after a cursor: the same that webhooks carry, for receivers that prefer to pull. ' +
      'Scope: inventory:read.',
  })
  async events(
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many, 1..100. Default: 50.' })
    first: number,
    @Arg('after', () => String, {
      nullable: true,
      description:
        'The cursor to go on after; `0-0`: from the first movement there was. Absent or null: ' +
        'from the oldest movement that is kept.',
    })
    after: string | null | undefined,
    @Arg('types', () => [InventoryEventTypeEnum], {
      nullable: true,
      description: 'Which types. Absent or null: all. Empty: none.',
    })
    types: InventoryEventTypeName[] | null,
    @Ctx() context: GraphqlContext,
  ): Promise<InventoryEventConnection> {
    const { inventory, tenantId } = callerOf(context);
    const { redis, webhooks } = inventory;
    const page = await readEvents(redis, tenantId, webhooks?.appId ?? '', {
      first,
      after: after ?? undefined,
      ...(types && { types: types.map(eventTypeOfName) }),
    });
    const edges = page.events.map((event) => ({ node: presentEvent(event), cursor: event.cursor }));
    return {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: {
        hasNextPage: page.hasNextPage,
        hasPreviousPage: (after ?? null) !== null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: page.endCursor,
      },
    };
  }
}

function presentEvent(event: FedEvent): InventoryEvent {
  const { id, type, eventType, itemId, sequence, timeMs, body } = event;
  return {
    id,
    type: eventTypeToName(type),
    eventType,
    itemId,
    sequence,
    time: new Date(timeMs),
    payload: JSON.parse(body) as Record<string, unknown>,
  };
}

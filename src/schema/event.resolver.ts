import { Arg, Authorized, Ctx, Int, Query, Resolver } from 'type-graphql';
import { readEvents } from '../events/eventFeed';
import { callerOf, type GraphqlContext } from './context';
import { listCost } from './requestLimits';
import { InventoryEvent, InventoryEventPage } from './event.type';
import {
  eventTypeOfName,
  eventTypeToName,
  InventoryEventTypeEnum,
  type InventoryEventTypeName,
} from './inventoryEventType';

@Resolver(() => InventoryEvent)
export class EventResolver {
  @Authorized('inventory:read')
  @Query(() => InventoryEventPage, {
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
        'The cursor to go on after. Absent or null: from the oldest movement that is kept.',
    })
    after: string | null,
    @Arg('types', () => [InventoryEventTypeEnum], {
      nullable: true,
      description: 'Which types. Absent or null: all. Empty: none.',
    })
    types: InventoryEventTypeName[] | null,
    @Ctx() context: GraphqlContext,
  ): Promise<InventoryEventPage> {
    const { inventory, tenantId } = callerOf(context);
    const { redis, webhooks } = inventory;
    const page = await readEvents(redis, tenantId, webhooks?.appId ?? '', {
      first,
      ...(after !== null && { after }),
      ...(types && { types: types.map(eventTypeOfName) }),
    });
    const { events, endCursor, hasNextPage } = page;
    const nodes = events.map(({ id, type, eventType, itemId, sequence, timeMs, body, cursor }) => ({
      id,
      type: eventTypeToName(type),
      eventType,
      itemId,
      sequence,
      time: new Date(timeMs),
      payload: JSON.parse(body) as Record<string, unknown>,
      cursor,
    }));
    return { nodes, endCursor, hasNextPage };
  }
}

import { Arg, Authorized, Resolver, Root, Subscription } from 'type-graphql';
import { InventoryError } from '../core/errors';
import type { ItemChange } from '../events/liveFeedFilter';
import type { LiveChange } from '../events/liveFeedReader';
import type { LiveChanges } from '../events/liveFeeds';
import { callerOf, type GraphqlContext } from './context';
import {
  InventoryChange,
  InventoryChangedFilterInput,
  type InventoryItemChange,
} from './inventoryChange.type';
import { toLiveFilter } from './inventoryChangeFilter';
import { presentItem, type PresentedItem } from './presentItem';
import { presentMovement } from './presentMovement';
import { listCost } from './requestLimits';

/** Changes without their items' locations: they are looked up per message. */
type PresentedChange = Omit<InventoryChange, 'changes'> & {
  changes: (Omit<InventoryItemChange, 'item'> & { item: PresentedItem })[];
};

interface ChangedArguments {
  filter?: InventoryChangedFilterInput | null;
  after?: string | null;
}

interface Opening {
  args: ChangedArguments;
  context: GraphqlContext;
}

/** Lines of a movement that the cost of a message counts with. */
const LINES_COUNTED = 50;

@Resolver(() => InventoryChange)
export class InventoryChangeResolver {
  /* eslint-disable @typescript-eslint/no-unused-vars -- `openChanges` takes the arguments */
  @Authorized('inventory:read')
  @Subscription(() => InventoryChange, {
    complexity: listCost(LINES_COUNTED),
    description:
      'Movements as they happen, each once, in the order of the ledger. Over WebSocket, protocol ' +
      'graphql-transport-ws. Scope: inventory:read.',
    subscribe: ({ args, context }: Opening) => openChanges(args, context),
  })
  inventoryChanged(
    @Root() change: LiveChange | undefined,
    @Arg('filter', () => InventoryChangedFilterInput, {
      nullable: true,
      description: 'Which changes. Default: all.',
    })
    _filter: InventoryChangedFilterInput | null | undefined,
    @Arg('after', () => String, {
      nullable: true,
      description:
        'Begin after this cursor, a ledger id `<ms>-<sequence>`; `0-0`: with the oldest ' +
        'movement. Absent or null: now.',
    })
    _after: string | null | undefined,
  ): PresentedChange {
    /* eslint-enable @typescript-eslint/no-unused-vars */
    if (!change) throw notOverHttp();
    const { cursor, movement } = change;
    return {
      cursor,
      movement: movement ? presentMovement(movement.live.entry) : null,
      changes: movement ? movement.changes.map(presentChange) : [],
    };
  }
}

async function openChanges(
  { filter, after }: ChangedArguments,
  context: GraphqlContext,
): Promise<LiveChanges> {
  if (!context.live) throw notOverHttp();
  const { feeds, ready } = context.live;
  return feeds.open(callerOf(context).tenantId, {
    filter: toLiveFilter(filter),
    after: after ?? undefined,
    ready,
  });
}

function presentChange({ line, item, statusAfter }: ItemChange) {
  return {
    itemId: line.itemId,
    item: presentItem(item),
    delta: line.delta,
    quantityAfter: item.tracked && !line.deleted ? item.quantity : null,
    statusBefore: line.statusBefore,
    statusAfter,
    fellLow: line.fellLow,
  };
}

function notOverHttp(): InventoryError {
  const message = 'Subscriptions are served over WebSocket, protocol graphql-transport-ws.';
  return new InventoryError('INVALID_INPUT', message);
}

import { Arg, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { orderInventory } from '../inventory/orders';
import { callerOf, type GraphqlContext } from './context';
import { InventoryItem } from './item.type';
import { MovementLine } from './movement.type';
import { OrderInventory, OrderItem } from './order.type';
import { presentItem, type PresentedItem } from './presentItem';
import { presentMovement } from './presentMovement';
import { listCost } from './requestLimits';

async function presentById(context: GraphqlContext, itemId: string): Promise<PresentedItem | null> {
  const item = await callerOf(context).loaders.items.load(itemId);
  return item && presentItem(item);
}

@Resolver(() => MovementLine)
export class MovementLineResolver {
  @FieldResolver(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: there is none.',
  })
  async item(
    @Root() { itemId }: MovementLine,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedItem | null> {
    return presentById(context, itemId);
  }
}

@Resolver(() => OrderItem)
export class OrderItemResolver {
  @Authorized('inventory:read')
  @Query(() => OrderInventory, {
    complexity: listCost(50),
    nullable: true,
    description:
      'What an order took and gave back. Null: no movement named it. Scope: inventory:read.',
  })
  async order(
    @Arg('orderId', () => ID, { description: 'Order id, a GUID.' }) orderId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<OrderInventory | null> {
    const { inventory, tenantId } = callerOf(context);
    const order = await orderInventory(inventory, tenantId, orderId);
    return (
      order && {
        orderId: order.orderId,
        items: order.items,
        movements: order.movements.map(presentMovement),
      }
    );
  }

  @FieldResolver(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: it was deleted since.',
  })
  async item(
    @Root() { itemId }: OrderItem,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedItem | null> {
    return presentById(context, itemId);
  }
}

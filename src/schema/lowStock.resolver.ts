import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { callerOf, type GraphqlContext } from './context';
import { InventoryItem } from './item.type';
import type { PresentedItem } from './presentItem';

@Resolver(() => InventoryItem)
export class LowStockResolver {
  @FieldResolver(() => Int, {
    nullable: true,
    description:
      "The low stock threshold in force, 0..10,000,000 units: the item's own, else the " +
      "tenant's default. Null: none.",
  })
  async effectiveLowStockThreshold(
    @Root() { lowStockThreshold }: PresentedItem,
    @Ctx() context: GraphqlContext,
  ): Promise<number | null> {
    if (lowStockThreshold !== null) return lowStockThreshold;
    return (await callerOf(context).loaders.settings()).lowStockThreshold;
  }
}

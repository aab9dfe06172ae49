import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import { countStock } from '../inventory/countStock';
import { callerOf, type GraphqlContext } from './context';
import { CountedLine, InventoryCountInput, InventoryCountPayload } from './count.input';
import { InventoryItem } from './item.type';
import { keyedMutation } from './keyedMutation';
import { presentItem, type PresentedItem } from './presentItem';
import { presentMovement } from './presentMovement';
import { inputCost } from './requestLimits';
import { oneLine, withUserErrors } from './userError.type';

@Resolver(() => CountedLine)
export class CountResolver {
  @Authorized('inventory:write')
  @Mutation(() => InventoryCountPayload, {
    complexity: inputCost,
    description:
      'Takes stock as of a moment: the differences to what there was then are added to what ' +
      'there is now, so sales since the count stay. Scope: inventory:write.',
  })
  async inventoryCount(
    @Arg('input', () => InventoryCountInput, { description: 'What was counted, and when.' })
    input: InventoryCountInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InventoryCountPayload> {
    const { inventory, tenantId, principal } = callerOf(context);
    const fields = oneLine('countedQuantity');
    const payload = await withUserErrors({ lines: 'input.lines', fields }, async () => {
      const { items, movement, asOf, replayed } = await countStock(inventory, tenantId, {
        lines: input.lines,
        asOf: {
          time: input.asOfTime ?? undefined,
          movementId: input.asOfMovementId ?? undefined,
        },
        cause: {
          reference: input.reference ?? undefined,
          actor: `user:${principal.subject}`,
          requestId: context.requestId,
          ...keyedMutation(context, info),
        },
      });
      return { asOf, lines: items, movement: movement && presentMovement(movement), replayed };
    });
    return { lines: [], replayed: false, ...payload };
  }

  @FieldResolver(() => InventoryItem, {
    nullable: true,
    description: 'The item as it is now. Null: it was deleted since.',
  })
  async item(
    @Root() { itemId }: CountedLine,
    @Ctx() context: GraphqlContext,
  ): Promise<PresentedItem | null> {
    const item = await callerOf(context).loaders.items.load(itemId);
    return item && presentItem(item);
  }
}

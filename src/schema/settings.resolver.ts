import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import { changeSettingsOnce } from '../inventory/changeSettings';
import { callerOf, type GraphqlContext } from './context';
import { keyedMutation } from './keyedMutation';
import { Settings, SettingsUpdateInput, SettingsUpdatePayload } from './settings.type';
import { withUserErrors } from './userError.type';

@Resolver(() => Settings)
export class SettingsResolver {
  @Authorized('inventory:read')
  @Query(() => Settings, { description: "The tenant's settings. Scope: inventory:read." })
  async settings(@Ctx() context: GraphqlContext): Promise<Settings> {
    return callerOf(context).loaders.settings();
  }

  @Authorized('inventory:admin')
  @Mutation(() => SettingsUpdatePayload, {
    description:
      'Changes settings. From the answer on, every movement of the tenant follows them. ' +
      'Scope: inventory:admin.',
  })
  async settingsUpdate(
    @Arg('input', () => SettingsUpdateInput, { description: 'What to change.' })
    input: SettingsUpdateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SettingsUpdatePayload> {
    const { inventory, tenantId } = callerOf(context);
    const payload = await withUserErrors({ input: 'input' }, () => {
      const change = {
        ...(input.defaultLocationId != null && { defaultLocationId: input.defaultLocationId }),
        ...(input.unknownItems && { unknownItems: input.unknownItems }),
        ...(input.subscriptionItems && { subscriptionItems: input.subscriptionItems }),
        ...(input.incomingQuantities && { incomingQuantities: input.incomingQuantities }),
        ...(input.reasonCodes && { reasonCodes: input.reasonCodes }),
        ...(input.lowStockThreshold !== undefined && {
          lowStockThreshold: input.lowStockThreshold,
        }),
      };
      const revision = input.revision ?? undefined;
      const keyed = keyedMutation(context, info);
      return changeSettingsOnce(inventory, tenantId, { change, revision, ...keyed });
    });
    return { replayed: false, ...payload };
  }
}

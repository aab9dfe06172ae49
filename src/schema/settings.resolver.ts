import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { changeSettings } from '../inventory/settings';
import { callerOf, type GraphqlContext } from './context';
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
  ): Promise<SettingsUpdatePayload> {
    const { inventory, tenantId } = callerOf(context);
    return withUserErrors({ input: 'input' }, async () => ({
      settings: await changeSettings(inventory, tenantId, {
        ...(input.defaultLocationId && { defaultLocationId: input.defaultLocationId }),
        ...(input.unknownItems && { unknownItems: input.unknownItems }),
        ...(input.subscriptionItems && { subscriptionItems: input.subscriptionItems }),
        ...(input.reasonCodes && { reasonCodes: input.reasonCodes }),
      }),
    }));
  }
}

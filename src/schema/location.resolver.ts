import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import { deactivateLocation } from '../inventory/deactivateLocation';
import {
  createLocation,
  setDefaultLocation,
  updateLocation,
  type LocationOutcome,
} from '../inventory/locations';
import { callerOf, type GraphqlContext } from './context';
import { keyedMutation } from './keyedMutation';
import {
  LocationCreateInput,
  LocationDeactivateInput,
  LocationDeactivatePayload,
  LocationPayload,
  LocationUpdateInput,
} from './location.input';
import { Location } from './location.type';
import { presentLocation } from './presentLocation';
import { withUserErrors, type ErrorPlace } from './userError.type';

@Resolver(() => Location)
export class LocationResolver {
  @Authorized('inventory:read')
  @Query(() => [Location], {
    description: 'All locations that were created, and the default one. Scope: inventory:read.',
  })
  async locations(@Ctx() context: GraphqlContext): Promise<Location[]> {
    const { all } = await callerOf(context).loaders.locations();
    return all.map(presentLocation);
  }

  @Authorized('inventory:read')
  @Query(() => Location, {
    nullable: true,
    description: 'One location. Null: nobody created it. Scope: inventory:read.',
  })
  async location(
    @Arg('id', () => ID, { description: 'Location id, a GUID.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<Location | null> {
    const { all } = await callerOf(context).loaders.locations();
    const location = all.find((other) => other.id === id.toLowerCase());
    return location ? presentLocation(location) : null;
  }

  @Authorized('inventory:admin')
  @Mutation(() => LocationPayload, { description: 'Creates a location. Scope: inventory:admin.' })
  async locationCreate(
    @Arg('input', () => LocationCreateInput, { description: 'The location.' })
    { name, id }: LocationCreateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<LocationPayload> {
    const { inventory, tenantId } = callerOf(context);
    return present({ input: 'input' }, () => {
      const keyed = keyedMutation(context, info);
      return createLocation(inventory, tenantId, { name, id: id ?? undefined, ...keyed });
    });
  }

  @Authorized('inventory:admin')
  @Mutation(() => LocationPayload, {
    description: 'Renames a location, or opens a closed one. Scope: inventory:admin.',
  })
  async locationUpdate(
    @Arg('input', () => LocationUpdateInput, { description: 'What to change.' })
    { id, revision, name, active }: LocationUpdateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<LocationPayload> {
    const { inventory, tenantId } = callerOf(context);
    return present({ input: 'input' }, () => {
      const values = { name: name ?? undefined, active: active ?? undefined };
      const keyed = keyedMutation(context, info);
      return updateLocation(inventory, tenantId, { id, revision, ...values, ...keyed });
    });
  }

  @Authorized('inventory:admin')
  @Mutation(() => LocationDeactivatePayload, {
    description:
      'Closes a location and moves its stock to another, up to 150 items in a movement. ' +
      'Scope: inventory:admin.',
  })
  async locationDeactivate(
    @Arg('input', () => LocationDeactivateInput, { description: 'What to close.' })
    { id, revision, transferToLocationId }: LocationDeactivateInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<LocationDeactivatePayload> {
    const { inventory, tenantId, principal } = callerOf(context);
    const payload = await withUserErrors({ input: 'input' }, async () => {
      const { location, ...outcome } = await deactivateLocation(inventory, tenantId, {
        id,
        revision,
        transferToLocationId: transferToLocationId ?? undefined,
        cause: { actor: `user:${principal.subject}`, requestId: context.requestId },
        ...keyedMutation(context, info),
      });
      return { location: presentLocation(location), ...outcome };
    });
    return { transferredItems: 0, replayed: false, ...payload };
  }

  @Authorized('inventory:admin')
  @Mutation(() => LocationPayload, {
    description:
      'Makes a location the one that Wix calls without a location mean. Scope: inventory:admin.',
  })
  async defaultLocationSet(
    @Arg('locationId', () => ID, { description: 'Location id, a GUID.' }) locationId: string,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<LocationPayload> {
    const { inventory, tenantId } = callerOf(context);
    return present({}, () => {
      const keyed = keyedMutation(context, info);
      return setDefaultLocation(inventory, tenantId, { locationId, ...keyed });
    });
  }
}

async function present(
  place: ErrorPlace,
  action: () => Promise<LocationOutcome>,
): Promise<LocationPayload> {
  const payload = await withUserErrors(place, async () => {
    const { location, replayed } = await action();
    return { location: presentLocation(location), replayed };
  });
  return { replayed: false, ...payload };
}

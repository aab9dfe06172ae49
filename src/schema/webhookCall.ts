import type { GraphQLResolveInfo } from 'graphql';
import { InventoryError } from '../core/errors';
import type { DeliveryDeps } from '../events/deliveryDeps';
import { callOf } from '../inventory/keyedInput';
import { callerOf, type GraphqlContext } from './context';
import { keyedMutation } from './keyedMutation';

/** Delivery, and the caller's tenant. */
export function deliveryOf(context: GraphqlContext): { webhooks: DeliveryDeps; tenantId: string } {
  const { inventory, tenantId } = callerOf(context);
  if (!inventory.webhooks) throw new InventoryError('NOT_FOUND', 'No webhooks are served here.');
  return { webhooks: inventory.webhooks, tenantId };
}

/** A mutation's key, which stands for its field and input; undefined: it has none. */
export function keyedCall(
  context: GraphqlContext,
  info: GraphQLResolveInfo,
  input: unknown,
): ReturnType<typeof callOf>['call'] {
  const keyed = keyedMutation(context, info);
  return callOf(callerOf(context).inventory, keyed, [info.fieldName, input]).call;
}

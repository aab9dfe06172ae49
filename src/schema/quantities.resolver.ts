import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { InventoryError, invalidInput } from '../core/errors';
import { isWholeNumber, QUANTITY_LIMIT } from '../core/quantity';
import {
  changeQuantities,
  type ChangeCause,
  type ChangeQuantities,
  type QuantityChange,
} from '../inventory/changeQuantities';
import { callerOf, type GraphqlContext } from './context';
import { MovementReasonEnum } from './enums';
import { idempotencyKeyOf } from './idempotency';
import { presentMovement } from './presentMovement';
import {
  InventoryAdjustQuantitiesInput,
  InventoryChangePayload,
  InventoryMoveQuantitiesInput,
  InventorySetQuantitiesInput,
} from './quantities.input';
import { inputCost } from './requestLimits';
import { withUserErrors, type LineFields } from './userError.type';

@Resolver()
export class QuantitiesResolver {
  @Authorized('inventory:write')
  @Mutation(() => InventoryChangePayload, {
    complexity: inputCost,
    description:
      'Adds units to tracked items or takes them. Right for tools: deltas never erase a sale. ' +
      'Scope: inventory:write.',
  })
  async inventoryAdjustQuantities(
    @Arg('input', () => InventoryAdjustQuantitiesInput, { description: 'What to change.' })
    input: InventoryAdjustQuantitiesInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InventoryChangePayload> {
    return change(context, { items: ['itemId'], units: 'delta' }, () => ({
      operation: 'ADJUST',
      changes: input.changes.map(({ itemId, delta, compareQuantity }, i) => ({
        itemId,
        field: `input.changes[${i}].itemId`,
        units: delta,
        compareQuantity: compared(compareQuantity, `input.changes[${i}].compareQuantity`),
      })),
      allowNegative: input.guard === 'UNRESTRICTED',
      cause: causeOf(context, info, input),
    }));
  }

  @Authorized('inventory:write')
  @Mutation(() => InventoryChangePayload, {
    complexity: inputCost,
    description:
      'Sets the units on hand of tracked items. Right for the system of record only: it erases ' +
      'what it does not know of, unless it compares. Scope: inventory:write.',
  })
  async inventorySetQuantities(
    @Arg('input', () => InventorySetQuantitiesInput, { description: 'What to change.' })
    input: InventorySetQuantitiesInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InventoryChangePayload> {
    return change(context, { items: ['itemId'], units: 'quantity' }, () => ({
      operation: 'SET',
      changes: input.changes.map(({ itemId, quantity, compareQuantity }, i) => ({
        itemId,
        field: `input.changes[${i}].itemId`,
        units: quantity,
        compareQuantity: compared(compareQuantity, `input.changes[${i}].compareQuantity`),
      })),
      allowNegative: true,
      cause: causeOf(context, info, input),
    }));
  }

  @Authorized('inventory:write')
  @Mutation(() => InventoryChangePayload, {
    complexity: inputCost,
    description:
      'Moves units between locations: what leaves one arrives at the other, in one movement. ' +
      'Never takes more than is available. Scope: inventory:write.',
  })
  async inventoryMoveQuantities(
    @Arg('input', () => InventoryMoveQuantitiesInput, { description: 'What to move.' })
    input: InventoryMoveQuantitiesInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InventoryChangePayload> {
    return change(context, { items: ['fromItemId', 'toItemId'], units: 'quantity' }, () => ({
      operation: 'MOVE',
      changes: movesOf(input),
      allowNegative: false,
      cause: causeOf(context, info, input),
    }));
  }
}

async function change(
  context: GraphqlContext,
  fields: LineFields,
  toChange: () => ChangeQuantities,
): Promise<InventoryChangePayload> {
  const { inventory, tenantId } = callerOf(context);
  const payload = await withUserErrors({ lines: 'input.changes', fields }, async () => {
    const { movement, replayed } = await changeQuantities(inventory, tenantId, toChange());
    return { movement: presentMovement(movement), replayed };
  });
  return { replayed: false, ...payload };
}

/** A move makes two lines: what leaves, then what arrives. */
function movesOf({ changes }: InventoryMoveQuantitiesInput): QuantityChange[] {
  return changes.flatMap(({ fromItemId, toItemId, quantity, compareQuantity }, i) => {
    const at = `input.changes[${i}]`;
    if (!isWholeNumber(quantity, 1, QUANTITY_LIMIT)) {
      throw invalidInput(`${at}.quantity`, quantity, `1..${QUANTITY_LIMIT}`);
    }
    if (fromItemId.toLowerCase() === toItemId.toLowerCase()) {
      throw invalidInput(`${at}.toItemId`, toItemId, 'another item than fromItemId');
    }
    const compare = compared(compareQuantity, `${at}.compareQuantity`);
    const [from, to] = [`${at}.fromItemId`, `${at}.toItemId`];
    return [
      { itemId: fromItemId, units: -quantity, compareQuantity: compare, field: from },
      { itemId: toItemId, units: quantity, compareQuantity: null, field: to },
    ];
  });
}

function causeOf(
  context: GraphqlContext,
  info: GraphQLResolveInfo,
  input: Pick<InventoryAdjustQuantitiesInput, 'reason' | 'reasonCode' | 'reference'>,
): ChangeCause {
  const { reason, reasonCode, reference } = input;
  if (reason === 'CUSTOM' && (!reasonCode || Object.hasOwn(MovementReasonEnum, reasonCode))) {
    throw invalidInput('input.reasonCode', reasonCode, "one of the tenant's own codes");
  }
  if (reason !== 'CUSTOM' && reasonCode) {
    throw invalidInput('input.reasonCode', reasonCode, 'absent: reason is not CUSTOM');
  }
  return {
    reason: reasonCode ?? reason,
    reference: reference ?? undefined,
    actor: `user:${callerOf(context).principal.subject}`,
    requestId: context.requestId,
    idempotencyKey: idempotencyKeyOf(context, info),
  };
}

function compared(value: number | null | undefined, field: string): number | null {
  if (value !== undefined) return value;
  const message = `${field} must be given: the present quantity, or null to skip the comparison`;
  throw new InventoryError('INVALID_INPUT', message, { field });
}

import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { invalidInput } from '../core/errors';
import { changeQuantities } from '../inventory/changeQuantities';
import { moveQuantities } from '../inventory/moveQuantities';
import type { ChangeCause, ChangeOutcome } from '../inventory/postChange';
import { callerOf, type GraphqlContext } from './context';
import { MovementReasonEnum } from './enums';
import { keyedMutation } from './keyedMutation';
import { presentMovement } from './presentMovement';
import {
  InventoryAdjustQuantitiesInput,
  InventoryChangePayload,
  InventoryMoveQuantitiesInput,
  InventorySetQuantitiesInput,
} from './quantities.input';
import { inputCost } from './requestLimits';
import { oneLine, withUserErrors, type LineFields } from './userError.type';

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
    const { inventory, tenantId } = callerOf(context);
    return present(oneLine('delta'), () =>
      changeQuantities(inventory, tenantId, {
        operation: 'ADJUST',
        changes: input.changes.map(({ delta, ...change }) => ({ units: delta, ...change })),
        allowNegative: input.guard === 'UNRESTRICTED',
        cause: causeOf(context, info, input),
      }),
    );
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
    const { inventory, tenantId } = callerOf(context);
    return present(oneLine('quantity'), () =>
      changeQuantities(inventory, tenantId, {
        operation: 'SET',
        changes: input.changes.map(({ quantity, ...change }) => ({ units: quantity, ...change })),
        allowNegative: true,
        cause: causeOf(context, info, input),
      }),
    );
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
    const { inventory, tenantId } = callerOf(context);
    const moves = input.changes.map(({ toItemId, toLocationId, ...move }) => ({
      ...move,
      toItemId: toItemId ?? undefined,
      toLocationId: toLocationId ?? undefined,
    }));
    return present(moveFields(input), () => {
      const cause = causeOf(context, info, input);
      return moveQuantities(inventory, tenantId, { moves, cause });
    });
  }
}

/** A move makes two lines: what leaves, then what arrives. */
function moveFields({ changes }: InventoryMoveQuantitiesInput): LineFields {
  const target = (line: number) =>
    changes[(line - 1) / 2]!.toItemId == null ? 'toLocationId' : 'toItemId';
  const itemOf = (line: number) => (line % 2 === 0 ? 'fromItemId' : target(line));
  return { linesPerEntry: 2, itemOf, units: 'quantity' };
}

async function present(
  fields: LineFields,
  action: () => Promise<ChangeOutcome>,
): Promise<InventoryChangePayload> {
  const payload = await withUserErrors({ lines: 'input.changes', fields }, async () => {
    const { movement, replayed } = await action();
    return { movement: presentMovement(movement), replayed };
  });
  return { replayed: false, ...payload };
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
    ...keyedMutation(context, info),
  };
}

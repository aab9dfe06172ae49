import { Arg, Authorized, Ctx, Query, Resolver } from 'type-graphql';
import { operationOutcome } from '../inventory/operationOutcome';
import { previewQuantities } from '../inventory/previewQuantities';
import { callerOf, type GraphqlContext } from './context';
import { MovementGuardEnum } from './enums';
import { presentLine, presentMovement } from './presentMovement';
import { InventoryPreviewPayload, OperationOutcome, PreviewLineInput } from './preview.type';
import { inputCost } from './requestLimits';
import { oneLine, withUserErrors } from './userError.type';

@Resolver()
export class PreviewResolver {
  @Authorized('inventory:read')
  @Query(() => InventoryPreviewPayload, {
    complexity: inputCost,
    description:
      "What a movement would do, tried by the same script as an order's: nothing is changed. " +
      'Scope: inventory:read.',
  })
  async inventoryPreview(
    @Arg('lines', () => [PreviewLineInput], { description: '1..300 lines.' })
    lines: PreviewLineInput[],
    @Arg('guard', () => MovementGuardEnum, {
      defaultValue: 'STRICT',
      description: 'How far items may go. Default: STRICT.',
    })
    guard: 'STRICT' | 'UNRESTRICTED',
    @Ctx() context: GraphqlContext,
  ): Promise<InventoryPreviewPayload> {
    const { inventory, tenantId } = callerOf(context);
    const fields = oneLine('units');
    const payload = await withUserErrors({ lines: 'lines', fields }, async () => {
      const tried = await previewQuantities(inventory, tenantId, {
        lines,
        guard: guard === 'STRICT' ? 'strict' : 'unrestricted',
      });
      return { possible: true, lines: tried.map(presentLine) };
    });
    return { possible: false, lines: [], ...payload };
  }

  @Authorized('inventory:read')
  @Query(() => OperationOutcome, {
    nullable: true,
    description:
      'What became of a mutation that carried an idempotency key, such as one that timed out. ' +
      'Null: it was not applied, or is no longer recorded. Scope: inventory:read.',
  })
  async operation(
    @Arg('key', () => String, {
      description:
        'The idempotency key, 1..255 characters, no halves of surrogate pairs. Of several ' +
        'mutations under one header: the header, `/`, and the alias or name of the field.',
    })
    key: string,
    @Ctx() context: GraphqlContext,
  ): Promise<OperationOutcome | null> {
    const { inventory, tenantId } = callerOf(context);
    const outcome = await operationOutcome(inventory, tenantId, key);
    if (!outcome) return null;
    const { recordedMs, movement, ...what } = outcome;
    const recordedAt = new Date(recordedMs);
    return { key, ...what, recordedAt, movement: movement && presentMovement(movement) };
  }
}

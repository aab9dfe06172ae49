import { Authorized, Ctx, Query, Resolver } from 'type-graphql';
import { verifyTenantAlone } from '../inventory/verify';
import { callerOf, type GraphqlContext } from './context';
import { SEARCH_POINTS } from './requestLimits';
import { VerifyReport } from './verify.type';

@Resolver(() => VerifyReport)
export class VerifyResolver {
  @Authorized('inventory:admin')
  @Query(() => VerifyReport, {
    complexity: ({ childComplexity }) => SEARCH_POINTS + childComplexity,
    description:
      'Rebuilds all quantities, indexes and order records from the ledger and compares them with ' +
      'what is stored. Reads all of it: one at a time per tenant and process, else ' +
      'ALREADY_RUNNING. Scope: inventory:admin.',
  })
  async inventoryVerify(@Ctx() context: GraphqlContext): Promise<VerifyReport> {
    const { inventory, tenantId } = callerOf(context);
    const report = await verifyTenantAlone(inventory, tenantId);
    const shown = (value: string | number | boolean | null) =>
      value === null ? null : String(value);
    return {
      ...report,
      drift: report.drift.map(({ stored, expected, ...drift }) => ({
        ...drift,
        stored: shown(stored),
        expected: shown(expected),
      })),
    };
  }
}

import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import { InventoryError } from '../core/errors';
import type { SpendChecks } from '../inventory/findItems';
import type { Caller } from './context';
import { asGraphqlError } from './formatError';

/**
 * Most conditions that an operation's lists check on items, one by one. How many it takes shows
 * only when it runs: it depends on the tenant's items and on which of them the indexes rule out.
 */
export const MAX_ITEM_CHECKS = 20_000_000;
/** Checks of an operation that cost its token one more point of its rate. */
export const CHECKS_PER_RATE_POINT = 40_000;

/** Checks of each running operation. */
const checksOfOperations = new WeakMap<object, number>();

/**
 * Makes what pays for the checks of a list: out of those that its operation has, and out of its
 * token's rate.
 *
 * It throws GraphQLError OPERATION_TOO_COMPLEX, RATE_LIMITED, REDIS_UNAVAILABLE.
 */
export function createCheckSpender(info: GraphQLResolveInfo, { usePoints }: Caller): SpendChecks {
  // Made anew for each operation that runs; documents and contexts are shared.
  const operation = info.variableValues;
  return async (checks) => {
    const before = checksOfOperations.get(operation) ?? 0;
    if (before + checks > MAX_ITEM_CHECKS) throw tooManyChecks(checks);
    checksOfOperations.set(operation, before + checks);
    const pointsOf = (all: number) => Math.floor(all / CHECKS_PER_RATE_POINT);
    const points = pointsOf(before + checks) - pointsOf(before);
    if (points === 0) return;
    try {
      await usePoints?.(points);
    } catch (error) {
      throw error instanceof InventoryError ? asGraphqlError(error) : error;
    }
  };
}

function tooManyChecks(checks: number): GraphQLError {
  const message =
    `The lists would check more than ${MAX_ITEM_CHECKS} conditions item by item, this one ` +
    `${checks}: ask for fewer texts and negations, beside conditions that an index serves, or ` +
    'without totalCount.';
  return new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_COMPLEX' } });
}

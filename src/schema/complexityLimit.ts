import type { ApolloServerPlugin } from '@apollo/server';
import { InventoryError } from '../core/errors';
import type { GraphqlContext } from './context';
import { asGraphqlError } from './formatError';
import { ratePointsOf, refuseTooComplex } from './requestLimits';

/**
 * Refuses an operation with arguments that can't be, or that could cost too much, before it runs;
 * has a costly one use more of its token's rate.
 */
export const complexityLimit: ApolloServerPlugin<GraphqlContext> = {
  // eslint-disable-next-line @typescript-eslint/require-await -- Apollo asks for promises
  requestDidStart: async () => ({
    didResolveOperation: async ({
      request,
      operation,
      document,
      operationName,
      schema,
      contextValue: { caller },
    }) => {
      // The document has no such operation: execution tells.
      if (!operation) return;
      const variables = request.variables ?? {};
      const cost = refuseTooComplex(schema, { document, operationName, variables });
      const points = ratePointsOf(cost);
      if (points === 0) return;
      try {
        await caller?.usePoints?.(points);
      } catch (error) {
        throw error instanceof InventoryError ? asGraphqlError(error) : error;
      }
    },
  }),
};

import type { ApolloServerPlugin } from '@apollo/server';
import { InventoryError } from '../core/errors';
import type { ConsumePoints } from '../core/rateLimit';
import { rateLimitHeaders, retryAfterSeconds } from '../error-reply';
import type { GraphqlContext } from './context';
import { asGraphqlError } from './formatError';
import { ratePointsOf, refuseTooComplex } from './requestLimits';

/**
 * Refuses an operation with arguments that can't be, or that could cost too much, before it runs;
 * has a costly one use more of
 * its token's rate.
 *
 * @param consumePoints absent: there is no rate
 */
export function complexityLimit(
  consumePoints: ConsumePoints | undefined,
): ApolloServerPlugin<GraphqlContext> {
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- Apollo asks for promises
    requestDidStart: async () => ({
      didResolveOperation: async ({
        request,
        operation,
        document,
        operationName,
        schema,
        contextValue: { caller },
        response: { http },
      }) => {
        // The document has no such operation: execution tells.
        if (!operation) return;
        const variables = request.variables ?? {};
        const cost = refuseTooComplex(schema, { document, operationName, variables });
        const points = ratePointsOf(cost);
        if (!caller || !consumePoints || points === 0) return;
        const setHeaders = (headers: Record<string, string>) => {
          for (const [name, value] of Object.entries(headers)) http.headers.set(name, value);
        };
        try {
          setHeaders(rateLimitHeaders(await consumePoints(caller.principal, points)));
        } catch (error) {
          if (!(error instanceof InventoryError)) throw error;
          const { rateLimit } = error.details;
          if (rateLimit) setHeaders(rateLimitHeaders(rateLimit));
          const waitSeconds = retryAfterSeconds(error);
          if (waitSeconds !== undefined) http.headers.set('retry-after', String(waitSeconds));
          throw asGraphqlError(error);
        }
      },
    }),
  };
}

import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, separateOperations } from 'graphql';
import { fieldExtensionsEstimator, getComplexity, simpleEstimator } from 'graphql-query-complexity';
import type { GraphqlContext } from './context';

/** Deepest selection of an operation. */
export const MAX_DEPTH = 12;
/** Most aliases in a document. */
export const MAX_ALIASES = 30;
/**
 * Most points of an operation. A field costs 1; a list multiplies what is below it by its length
 * (`first` or `last`); what each field of Query and Mutation costs besides stands in
 * docs/reference/graphql.
 */
export const MAX_COMPLEXITY = 20_000;

/** Refuses an operation that could cost too much, before it runs. */
export function complexityLimit(): ApolloServerPlugin<GraphqlContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ request, document, operationName, schema }) => {
        const query = operationName
          ? (separateOperations(document)[operationName] ?? document)
          : document;
        const complexity = getComplexity({
          schema,
          query,
          variables: request.variables ?? {},
          estimators: [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })],
        });
        if (complexity <= MAX_COMPLEXITY) return;
        throw new GraphQLError(
          `The operation costs ${complexity} points; the limit is ${MAX_COMPLEXITY}.`,
          { extensions: { code: 'OPERATION_TOO_COMPLEX', http: { status: 400 } } },
        );
      },
    }),
  };
}

import type { ApolloServerPlugin } from '@apollo/server';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  GraphQLError,
  separateOperations,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import {
  fieldExtensionsEstimator,
  getComplexity,
  simpleEstimator,
  type ComplexityEstimator,
} from 'graphql-query-complexity';
import { httpStatuses } from '../error-reply';
import type { GraphqlContext } from './context';

/** Deepest selection of an operation. */
export const MAX_DEPTH = 12;
/** Most aliases in a document. */
export const MAX_ALIASES = 30;
/**
 * Most points of an operation. A field costs 1; a list multiplies what is below it by its length
 * (`first` or `last`); what each field of Query and Mutation costs besides stands in
 * docs/reference/graphql/README.md.
 */
export const MAX_COMPLEXITY = 20_000;

/** Refuses a document that is too deep or has too many aliases. */
export function shapeLimits(): ValidationRule[] {
  // The rules would throw, which is what bugs do.
  const report = (context: ValidationContext | null, error: GraphQLError) => {
    const message = error.message.replace('Syntax Error: ', '');
    context?.reportError(new GraphQLError(message));
  };
  const options = { propagateOnRejection: false, onReject: [report] };
  return [
    maxDepthRule({ n: MAX_DEPTH, ...options }),
    maxAliasesRule({ n: MAX_ALIASES, ...options }),
  ];
}

/**
 * Cost of a field that gives a list: its length, as asked for or else the given one, times what is
 * asked of each entry.
 */
export function listCost(defaultLength: number): ComplexityEstimator {
  return ({ args, childComplexity }) => {
    const length = (args['first'] ?? args['last'] ?? defaultLength) as number;
    return 1 + Math.max(length, 1) * childComplexity;
  };
}

/** Refuses an operation that could cost too much, before it runs. */
export function complexityLimit(): ApolloServerPlugin<GraphqlContext> {
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- Apollo asks for promises
    requestDidStart: async () => ({
      // eslint-disable-next-line @typescript-eslint/require-await
      didResolveOperation: async ({ request, document, operationName, schema }) => {
        const query = operationName
          ? (separateOperations(document)[operationName] ?? document)
          : document;
        const complexity = complexityOf(schema, query, request.variables ?? {});
        if (complexity <= MAX_COMPLEXITY) return;
        throw new GraphQLError(
          `The operation costs ${complexity} points; the limit is ${MAX_COMPLEXITY}.`,
          { extensions: { code: 'OPERATION_TOO_COMPLEX', http: { status: httpStatuses.invalid } } },
        );
      },
    }),
  };
}

/** @throws GraphQLError BAD_USER_INPUT when a variable is not of its type */
function complexityOf(
  schema: GraphQLSchema,
  query: DocumentNode,
  variables: Record<string, unknown>,
): number {
  const estimators = [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })];
  try {
    return getComplexity({ schema, query, variables, estimators });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new GraphQLError(error.message, {
      ...(error.nodes && { nodes: error.nodes }),
      extensions: { code: 'BAD_USER_INPUT', http: { status: httpStatuses.invalid } },
    });
  }
}

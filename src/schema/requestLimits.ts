import type { ApolloServerPlugin } from '@apollo/server';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  GraphQLError,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { ComplexityEstimator } from 'graphql-query-complexity';
import { httpStatuses } from '../error-reply';
import type { GraphqlContext } from './context';
import { OperationCosts } from './operationCosts';

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

/** Points of a search of the ledger: up to 20,000 entries are looked at. */
export const SEARCH_POINTS = 2000;

/** Cost of a field that searches the ledger, and gives a list or tells of a list of items. */
export function searchCost(defaultLength: number): ComplexityEstimator {
  return ({ args, childComplexity }) => {
    const { first, itemIds } = args as { first?: number; itemIds?: readonly string[] };
    const length = first ?? itemIds?.length ?? defaultLength;
    return SEARCH_POINTS + Math.max(length, 1) * childComplexity;
  };
}

/** An operation about to run. */
export interface CostedOperation {
  document: DocumentNode;
  /** Which of the document's operations; absent: its only one. */
  operationName?: string | null | undefined;
  variables: Readonly<Record<string, unknown>>;
}

const costs = new OperationCosts();

/** @throws GraphQLError OPERATION_TOO_COMPLEX */
export function refuseTooComplex(
  schema: GraphQLSchema,
  { document, operationName, variables }: CostedOperation,
): void {
  const cost = costs.costOf(schema, document, operationName ?? null, variables);
  if (cost <= MAX_COMPLEXITY) return;
  throw new GraphQLError(`The operation costs ${cost} points; the limit is ${MAX_COMPLEXITY}.`, {
    extensions: { code: 'OPERATION_TOO_COMPLEX', http: { status: httpStatuses.invalid } },
  });
}

/** Refuses an operation that could cost too much, before it runs. */
export function complexityLimit(): ApolloServerPlugin<GraphqlContext> {
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- Apollo asks for promises
    requestDidStart: async () => ({
      // eslint-disable-next-line @typescript-eslint/require-await
      didResolveOperation: async ({ request, document, operationName, schema }) => {
        const variables = request.variables ?? {};
        refuseTooComplex(schema, { document, operationName, variables });
      },
    }),
  };
}

import { GraphQLError, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { ComplexityEstimator } from 'graphql-query-complexity';
import { httpStatuses } from '../error-reply';
import type { Variables } from './operationArguments';
import { MAX_SELECTIONS, OperationCosts } from './operationCosts';

/** Deepest JSON of the variables. */
export const MAX_VARIABLE_DEPTH = 100;
/**
 * Most points of an operation. A field costs 1; a list multiplies what is below it by its length
 * (`first` or `last`); what each field of Query and Mutation costs besides stands in
 * docs/reference/graphql/README.md.
 */
export const MAX_COMPLEXITY = 20_000;
/** Points of an operation that cost its token one more point of its rate. */
const POINTS_PER_RATE_POINT = 1000;

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

/** Cost of a field that is given a list: one point per entry, and what is asked of the outcome. */
export const inputCost: ComplexityEstimator = ({ args, childComplexity }) => {
  const given = Object.values({ ...args, ...(args['input'] as object | undefined) });
  const lengths = given.map((list: unknown) => (Array.isArray(list) ? list.length : 0));
  return 1 + Math.max(1, ...lengths) + childComplexity;
};

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
  variables: Variables;
}

const costs = new OperationCosts();

/**
 * Refuses an operation that could cost too much, before it runs.
 *
 * @returns what it may cost, in points
 * @throws GraphQLError OPERATION_TOO_COMPLEX, BAD_USER_INPUT for variables that are too deep, and
 *   for a null that an argument does not take
 */
export function refuseTooComplex(
  schema: GraphQLSchema,
  { document, operationName, variables }: CostedOperation,
): number {
  if (isDeeper(variables, MAX_VARIABLE_DEPTH)) {
    throw refused('BAD_USER_INPUT', `The variables are more than ${MAX_VARIABLE_DEPTH} deep.`);
  }
  const cost = costs.costOf(schema, document, operationName ?? null, variables);
  if (cost <= MAX_COMPLEXITY) return cost;
  const message =
    cost === Infinity
      ? `The operation has more than ${MAX_SELECTIONS} selections.`
      : `The operation costs ${cost} points; the limit is ${MAX_COMPLEXITY}.`;
  throw refused('OPERATION_TOO_COMPLEX', message);
}

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code, http: { status: httpStatuses.invalid } },
  });
}

/** Level by level: what is too deep for the stack must not get there. */
function isDeeper(value: unknown, most: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? (Object.values(each) as unknown[]) : [],
    );
  }
  return false;
}

/** What an operation costs of its token's rate beside the point that every request does. */
export function ratePointsOf(cost: number): number {
  return Math.floor(cost / POINTS_PER_RATE_POINT);
}

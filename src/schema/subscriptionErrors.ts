import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from '../observability/logger';
import { createErrorFormatter } from './formatError';

/** Makes the function that words errors of subscriptions as those over HTTP are worded. */
export function createSubscriptionErrorFormatter(logger: Logger) {
  // The reader of documents leaves out what may not be told.
  const format = createErrorFormatter(logger, true);
  return (errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] =>
    errors.map((error) => {
      const told = innermost(error);
      return format(told.toJSON(), told.originalError ?? told);
    });
}

/** The library wraps what a subscription throws once more, and then it has no path. */
function innermost(error: GraphQLError): GraphQLError {
  const { originalError } = error;
  if (originalError instanceof GraphQLError) return innermost(originalError);
  return error;
}

import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { InventoryError } from '../core/errors';
import { causeOf } from '../error-reply';
import type { Logger } from '../observability/logger';

/**
 * What a caller is told of a top-level error: the code and the sentence of an InventoryError, the
 * reason of a request that GraphQL itself refuses, and of a bug only that there was one.
 */
export function createErrorFormatter(logger: Logger) {
  return (formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError => {
    const error = unwrapResolverError(thrown);
    const { path, locations } = formatted;
    const place = { ...(path && { path }), ...(locations && { locations }) };
    if (error instanceof InventoryError) {
      if (error.kind === 'unavailable') logger.warn({ cause: causeOf(error) }, 'graphql outage');
      return { message: error.message, ...place, extensions: { code: error.code } };
    }
    const code = formatted.extensions?.['code'];
    if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') {
      return { message: formatted.message, ...place, extensions: { code } };
    }
    if (isRefusedRequest(thrown)) {
      return { message: formatted.message, ...place, extensions: { code: 'BAD_REQUEST' } };
    }
    const cause = error instanceof Error ? error.stack : undefined;
    logger.error({ cause, path }, 'graphql request failed');
    return {
      message: 'Something went wrong in the hub.',
      ...place,
      extensions: { code: 'INTERNAL' },
    };
  };
}

/** Some of Apollo's own refusals have a status but no code, such as a wrong persisted query. */
function isRefusedRequest(thrown: unknown): boolean {
  if (!(thrown instanceof GraphQLError)) return false;
  const { status } = (thrown.extensions['http'] ?? {}) as { status?: number };
  return status !== undefined && status >= 400 && status < 500;
}

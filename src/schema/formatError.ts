import { ApolloServerValidationErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { InventoryError } from '../core/errors';
import { causeOf, httpStatuses } from '../error-reply';
import type { Logger } from '../observability/logger';
import { wordRefusal } from './documentLimits';

/** Part of a message of graphql-js that tells names of the schema. */
const SUGGESTION = / ?Did you mean (.+?)\?$/;
const INTROSPECTION_OFF = 'Introspection is off here: __schema and __type are not served.';

/**
 * What a caller is told of a top-level error: the code and the sentence of an InventoryError, the
 * reason of a request that GraphQL itself refuses, and of a bug only that there was one.
 *
 * @param showSchema whether reasons may suggest names of the schema
 */
export function createErrorFormatter(logger: Logger, showSchema: boolean) {
  return (formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError => {
    const error = unwrapResolverError(thrown);
    const { path, locations } = formatted;
    const place = { ...(path && { path }), ...(locations && { locations }) };
    if (error instanceof InventoryError) {
      if (error.kind === 'unavailable') logger.warn({ cause: causeOf(error) }, 'graphql outage');
      // The caller can't mend it, and whoever can must hear of it.
      if (error.code === 'LEDGER_CONTRADICTS') logger.error({ path }, error.message);
      return { message: error.message, ...place, extensions: { code: error.code } };
    }
    const code = formatted.extensions?.['code'];
    if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') {
      const own = isIntrospection(formatted) ? INTROSPECTION_OFF : wordRefusal(formatted.message);
      const message = showSchema ? own : own.replace(SUGGESTION, '');
      return { message, ...place, extensions: { code } };
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

/** Whether Apollo refuses to tell the schema; its own words are about how Apollo is set up. */
function isIntrospection({ extensions }: GraphQLFormattedError): boolean {
  const reason = ApolloServerValidationErrorCode.INTROSPECTION_DISABLED;
  return extensions?.['validationErrorCode'] === reason;
}

/** What a caller who is not let in is told: the code, and the status of its kind. */
export function asGraphqlError({ code, kind, message }: InventoryError): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: httpStatuses[kind] } } });
}

/** The body of an answer to a request that is no operation, for clients that know GraphQL only. */
export function requestErrorBody({ code, message }: InventoryError) {
  const error =
    code === 'INVALID_INPUT'
      ? { message: 'The body must be a JSON object with a query.', code: 'BAD_REQUEST' }
      : { message, code };
  return { errors: [{ message: error.message, extensions: { code: error.code } }] };
}

/** Some of Apollo's own refusals have a status but no code, such as a wrong persisted query. */
function isRefusedRequest(thrown: unknown): boolean {
  if (!(thrown instanceof GraphQLError)) return false;
  const { status } = (thrown.extensions['http'] ?? {}) as { status?: number };
  return status !== undefined && status >= 400 && status < 500;
}

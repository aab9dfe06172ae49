import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode, type GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { GraphqlContext } from './context';
import { isOverrun } from './resultLimit';

/**
 * Answers an operation whose answer would be too long with that one error, however many of its
 * fields met the limit. A query has nothing else then; a mutation keeps what it says of its
 * changes, which are made, and its other errors.
 */
export function answerOverruns(): ApolloServerPlugin<GraphqlContext> {
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- Apollo asks for promises
    requestDidStart: async () => ({
      // eslint-disable-next-line @typescript-eslint/require-await -- Apollo asks for promises
      didEncounterErrors: async ({ errors, operation }) => {
        const refusal = errors.find(isOverrun);
        if (!refusal) return;
        const told = isQuery(operation) ? [refusal] : new Set(errors);
        // The list from which the answer is made.
        (errors as GraphQLError[]).splice(0, errors.length, ...told);
      },
      // eslint-disable-next-line @typescript-eslint/require-await -- Apollo asks for promises
      willSendResponse: async ({ errors, operation, response: { body } }) => {
        if (body.kind !== 'single' || !errors?.some(isOverrun)) return;
        if (isQuery(operation)) body.singleResult.data = null;
      },
    }),
  };
}

function isQuery(operation: OperationDefinitionNode | undefined): boolean {
  return operation?.operation === OperationTypeNode.QUERY;
}

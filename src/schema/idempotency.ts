import { getDirectiveValues, type GraphQLResolveInfo } from 'graphql';
import type { GraphqlContext } from './context';
import { idempotentDirective } from './idempotentDirective';

/**
 * The key that makes a mutation safe to retry: of its `@idempotent` directive, else of the header.
 * Mutations that share a header in one request are told apart by their place in it.
 */
export function idempotencyKeyOf(
  { idempotencyKey }: GraphqlContext,
  { fieldNodes, variableValues, path, operation }: GraphQLResolveInfo,
): string | undefined {
  for (const node of fieldNodes) {
    const values = getDirectiveValues(idempotentDirective, node, variableValues);
    if (values) return values['key'] as string;
  }
  if (idempotencyKey === undefined) return undefined;
  const alone = operation.selectionSet.selections.length === 1;
  return alone ? idempotencyKey : `${idempotencyKey}/${path.key}`;
}

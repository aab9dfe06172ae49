import {
  getDirectiveValues,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import type { GraphqlContext } from './context';
import { idempotentDirective } from './idempotentDirective';

/**
 * The key that makes a mutation safe to retry: of its `@idempotent` directive, else of the header.
 * Mutations that share a header in one request are told apart by their place in it.
 */
export function idempotencyKeyOf(
  { idempotencyKey }: GraphqlContext,
  info: GraphQLResolveInfo,
): string | undefined {
  const { fieldNodes, variableValues, path, operation } = info;
  for (const node of fieldNodes) {
    const values = getDirectiveValues(idempotentDirective, node, variableValues);
    if (values) return values['key'] as string;
  }
  if (idempotencyKey === undefined) return undefined;
  const mutations = new Set<string>();
  collectFields(info, operation.selectionSet, mutations);
  return mutations.size === 1 ? idempotencyKey : `${idempotencyKey}/${path.key}`;
}

/** Names in the answer of the fields that are run, wherever in the document they stand. */
function collectFields(
  info: GraphQLResolveInfo,
  { selections }: SelectionSetNode,
  names: Set<string>,
): void {
  for (const selection of selections) {
    if (!isRun(info, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const { name, alias } = selection;
      if (name.value !== '__typename') names.add((alias ?? name).value);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collectFields(info, selection.selectionSet, names);
    } else {
      collectFields(info, info.fragments[selection.name.value]!.selectionSet, names);
    }
  }
}

function isRun({ variableValues }: GraphQLResolveInfo, node: SelectionNode): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variableValues);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

/** Refuses `@idempotent` where it would do nothing: anywhere but on a mutation. */
export const idempotentOnMutations: ValidationRule = (context) => ({
  Directive: (node) => {
    if (node.name.value !== idempotentDirective.name) return;
    const parent = context.getParentType();
    if (parent === context.getSchema().getMutationType()) return;
    const message = '@idempotent stands on mutations only: nothing else can be retried by a key.';
    context.reportError(new GraphQLError(message, { nodes: node }));
  },
});

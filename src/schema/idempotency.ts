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
import { InventoryError } from '../core/errors';
import type { GraphqlContext } from './context';
import { idempotentDirective } from './idempotentDirective';

/**
 * The key that makes a mutation safe to retry: of its `@idempotent` directive, else of the header.
 * Mutations that share a header in one request are told apart by their place in it.
 *
 * @throws InventoryError INVALID_INPUT for a mutation that is selected with several keys
 */
export function idempotencyKeyOf(
  { idempotencyKey }: GraphqlContext,
  info: GraphQLResolveInfo,
): string | undefined {
  const { fieldNodes, variableValues, path, operation } = info;
  // Selections of one name are one call.
  const keys = fieldNodes.flatMap((node) => {
    const values = getDirectiveValues(idempotentDirective, node, variableValues);
    return values ? [values['key'] as string] : [];
  });
  const [key] = keys;
  if (keys.some((each) => each !== key)) throw severalKeys(path.key);
  if (key !== undefined) return key;
  if (idempotencyKey === undefined) return undefined;
  const mutations = new Set<string>();
  collectFields(info, operation.selectionSet, mutations);
  return mutations.size === 1 ? idempotencyKey : `${idempotencyKey}/${path.key}`;
}

function severalKeys(name: string | number): InventoryError {
  const message =
    `${name} is selected with several keys: it is one call and has one key. ` +
    'Calls of their own have an alias each.';
  return new InventoryError('INVALID_INPUT', message);
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

import {
  defaultFieldResolver,
  getArgumentValues,
  getNullableType,
  GraphQLError,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  responsePathAsArray,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/**
 * Most fields of an answer's lists. What an operation costs is estimated before it runs; how long
 * the lists are that have no length of their own (the lines of a movement) shows only then.
 */
export const MAX_RESULT_FIELDS = 100_000;

/** What an object costs: the fields asked of it, and what they use up when they are resolved. */
interface ObjectCost {
  fields: number;
  later: number;
}

/** What a running operation may still give. */
interface Budget {
  left: number;
  /** What an entry of a list costs, by the field that gives the list. */
  entryCosts: Map<FieldNode, ObjectCost>;
  /** Once it asked for more. */
  refusal?: GraphQLError;
}

const budgets = new WeakMap<object, Budget>();
const refusals = new WeakSet<Error>();

/** What a field uses up when it is resolved, by its arguments: for the decorator `Extensions`. */
export interface UsesFields {
  usesFields: (args: Record<string, unknown>) => number;
}

/**
 * Has every list of objects count against `MAX_RESULT_FIELDS` before anything of its entries is
 * looked up.
 *
 * @returns the schema that was given
 */
export function limitResults(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const entry = entryOf(field.type);
      if (entry) countEntries(field, entry);
    }
  }
  return schema;
}

/**
 * Uses up what an operation may give.
 *
 * @throws GraphQLError OPERATION_TOO_COMPLEX when there is not so much left; always the same one
 */
export function spendFields(info: GraphQLResolveInfo, fields: number): void {
  const budget = budgetOf(info);
  // A query is over with its first refusal.
  const isOver = budget.refusal !== undefined && !isMutation(info);
  if (isOver || fields > budget.left) throw (budget.refusal ??= refuse(info));
  budget.left -= fields;
}

/** A mutation gives what it can: its changes are made. */
function isMutation({ operation }: GraphQLResolveInfo): boolean {
  return operation.operation === OperationTypeNode.MUTATION;
}

function budgetOf({ variableValues }: GraphQLResolveInfo): Budget {
  // Made anew for each operation that runs; documents and contexts are shared.
  let budget = budgets.get(variableValues);
  if (!budget) {
    budget = { left: MAX_RESULT_FIELDS, entryCosts: new Map<FieldNode, ObjectCost>() };
    budgets.set(variableValues, budget);
  }
  return budget;
}

/** Whether an error refuses an operation whose answer would be too long. */
export function isOverrun(error: Error): boolean {
  return refusals.has(error);
}

/** With its place, so that GraphQL makes no other error of it, wherever it is thrown again. */
function refuse({ fieldNodes, path }: GraphQLResolveInfo): GraphQLError {
  const message =
    `The answer would have more than ${MAX_RESULT_FIELDS} fields: ask for shorter lists or less ` +
    'of each entry.';
  const refusal = new GraphQLError(message, {
    nodes: fieldNodes,
    path: responsePathAsArray(path),
    extensions: { code: 'OPERATION_TOO_COMPLEX' },
  });
  refusals.add(refusal);
  return refusal;
}

/** The type of the objects that a list has; undefined for any other type. */
function entryOf(type: GraphQLOutputType): GraphQLObjectType | undefined {
  const list = getNullableType(type);
  if (!isListType(list)) return undefined;
  const entry = getNullableType(list.ofType);
  return isObjectType(entry) ? entry : undefined;
}

function countEntries(field: GraphQLField<unknown, unknown>, entry: GraphQLObjectType): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    const count = (list: unknown): unknown => {
      if (Array.isArray(list)) spendEntries(info, list.length, entry);
      return list;
    };
    const list: unknown = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(count) : count(list);
  };
}

function spendEntries(info: GraphQLResolveInfo, length: number, type: GraphQLObjectType): void {
  const { entryCosts, left } = budgetOf(info);
  let [fields, later] = [0, 0];
  for (const node of info.fieldNodes) {
    let cost = entryCosts.get(node);
    if (!cost) entryCosts.set(node, (cost = costOf(node.selectionSet, type, info)));
    fields += length * cost.fields;
    later += length * cost.later;
  }
  // What can't end well is not begun.
  const isHopeless = fields + later > left && !isMutation(info);
  spendFields(info, isHopeless ? fields + later : fields);
}

/** The cost of an object with the objects in it. Lists in it count themselves. */
function costOf(
  selections: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  info: GraphQLResolveInfo,
): ObjectCost {
  const sum: ObjectCost = { fields: 0, later: 0 };
  for (const selection of selections?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      const field = type.getFields()[selection.name.value];
      sum.fields += 1;
      if (!field) continue;
      sum.later += usedLater(field, selection, info);
      const inner = getNullableType(field.type) as GraphQLNamedType;
      if (isObjectType(inner)) add(sum, costOf(selection.selectionSet, inner, info));
    } else {
      const set =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : info.fragments[selection.name.value]?.selectionSet;
      add(sum, costOf(set, type, info));
    }
  }
  return sum;
}

function add(sum: ObjectCost, { fields, later }: ObjectCost): void {
  sum.fields += fields;
  sum.later += later;
}

function usedLater(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  { variableValues }: GraphQLResolveInfo,
): number {
  const { usesFields } = field.extensions as Partial<UsesFields>;
  return usesFields ? usesFields(getArgumentValues(field, node, variableValues)) : 0;
}

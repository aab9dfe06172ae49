import {
  defaultFieldResolver,
  getNullableType,
  GraphQLError,
  isListType,
  isObjectType,
  Kind,
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

/** Fields that each running operation may still give. */
const fieldsLeft = new WeakMap<object, number>();
/** What an entry of a list costs, by the field that gives the list. */
const costsOfEntries = new WeakMap<FieldNode, number>();

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
 * @throws GraphQLError OPERATION_TOO_COMPLEX when there is not so much left
 */
export function spendFields({ variableValues }: GraphQLResolveInfo, fields: number): void {
  // Made anew for each operation that runs; documents and contexts are shared.
  const left = (fieldsLeft.get(variableValues) ?? MAX_RESULT_FIELDS) - fields;
  fieldsLeft.set(variableValues, left);
  if (left >= 0) return;
  throw new GraphQLError(
    `The answer would have more than ${MAX_RESULT_FIELDS} fields: ask for shorter lists or less ` +
      'of each entry.',
    { extensions: { code: 'OPERATION_TOO_COMPLEX' } },
  );
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
      if (Array.isArray(list)) spendFields(info, list.length * costOfEntry(info, entry));
      return list;
    };
    const list: unknown = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(count) : count(list);
  };
}

function costOfEntry({ fieldNodes, fragments }: GraphQLResolveInfo, type: GraphQLObjectType) {
  let cost = 0;
  for (const node of fieldNodes) {
    let known = costsOfEntries.get(node);
    if (known === undefined) {
      known = fieldsOf(node.selectionSet, type, fragments);
      costsOfEntries.set(node, known);
    }
    cost += known;
  }
  return cost;
}

/** Fields that are asked of an object, those of objects in it too. Lists in it count themselves. */
function fieldsOf(
  selections: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  fragments: GraphQLResolveInfo['fragments'],
): number {
  let fields = 0;
  for (const selection of selections?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      const field = type.getFields()[selection.name.value];
      const inner: GraphQLNamedType | null | undefined =
        field && (getNullableType(field.type) as GraphQLNamedType);
      fields += 1;
      if (isObjectType(inner)) fields += fieldsOf(selection.selectionSet, inner, fragments);
    } else {
      const set =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : fragments[selection.name.value]?.selectionSet;
      fields += fieldsOf(set, type, fragments);
    }
  }
  return fields;
}

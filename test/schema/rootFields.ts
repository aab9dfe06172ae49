import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** A field of Query or Mutation, with an operation that calls it. */
export interface RootField {
  name: string;
  kind: 'query' | 'mutation';
  description: string;
  /** The scope its description names. */
  scope: string | undefined;
  /** Has one variable per argument, of the argument's name. */
  operation: string;
  /** Arguments that GraphQL itself takes. */
  variables: (valueOf?: ValueOf) => Record<string, unknown>;
}

/** The value of an argument or input field; undefined: whatever fits its type. */
export type ValueOf = (name: string, type: string) => unknown;

/** Every field of Query and Mutation. */
export function rootFieldsOf(schema: GraphQLSchema): RootField[] {
  return (['query', 'mutation'] as const).flatMap((kind) => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(type?.getFields() ?? {}).map((field) => toRootField(kind, field));
  });
}

function toRootField(
  kind: RootField['kind'],
  { name, description, args, type }: GraphQLField<unknown, unknown>,
): RootField {
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const selection = isLeafType(getNamedType(type)) ? '' : '{ __typename }';
  const call = args.length === 0 ? name : `${name}(${given})`;
  return {
    name,
    kind,
    description: description ?? '',
    scope: /Scope: (inventory:\w+)\.$/.exec(description ?? '')?.[1],
    operation: `${kind} ${args.length === 0 ? '' : `(${declared})`} { ${call} ${selection} }`,
    variables: (valueOf = () => undefined) =>
      Object.fromEntries(
        args
          .map((arg) => [arg.name, exampleOf(arg.name, arg.type, valueOf, false)] as const)
          .filter(([, value]) => value !== undefined),
      ),
  };
}

/** A value of a type: as the caller says, else the plainest one; absent where that is allowed. */
function exampleOf(
  name: string,
  type: GraphQLInputType,
  valueOf: ValueOf,
  inList: boolean,
): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) {
    if (!isNonNullType(type)) return undefined;
    return [exampleOf(name, inner.ofType, valueOf, true)];
  }
  const chosen = valueOf(name, getNamedType(type).name);
  if (chosen !== undefined) return chosen;
  if (!isNonNullType(type) && !inList) return undefined;
  if (isInputObjectType(inner)) {
    const fields = Object.values(inner.getFields()).map(
      (field) => [field.name, exampleOf(field.name, field.type, valueOf, false)] as const,
    );
    return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  }
  if (isEnumType(inner)) return inner.getValues()[0]!.name;
  const scalars: Record<string, unknown> = { Int: 1, Boolean: true, String: '1' };
  return scalars[inner.name] ?? '00000000-0000-4000-8000-000000000000';
}

import {
  getNamedType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { ComplexityEstimator } from 'graphql-query-complexity';

/** Fields told of the schema that cost a point: nothing is looked up for them. */
const FIELDS_PER_POINT = 2;
/** Enough for any limit: no more are counted. */
const MOST_COUNTED = 250_000;
/** Lists with all that they may have. */
const ALL = { includeDeprecated: true };

/** Things of the schema (types, fields, arguments …), and how often each of them is told of. */
type Told = ReadonlyMap<object, number>;

/**
 * Makes the estimator of `__schema` and `__type`: by the fields that their answer has, with all
 * that is deprecated. They are counted, not estimated: what a schema tells is known beforehand.
 */
export function introspectionEstimator(
  schema: GraphQLSchema,
  document: DocumentNode,
): ComplexityEstimator {
  return ({ type, field, node }) => {
    // Counted with the field that it is below.
    if (type.name.startsWith('__')) return 0;
    const root = getNamedType(field.type);
    const things = rootsOf(schema, field.name, node);
    if (!things || !isObjectType(root)) return undefined;
    const told = new Map(things.map((thing) => [thing, 1]));
    const counter = new ToldFields(schema, document);
    counter.count(node.selectionSet, root, told);
    return 1 + Math.ceil(counter.fields / FIELDS_PER_POINT);
  };
}

/** What an introspection begins with; undefined for any other field. */
function rootsOf(
  schema: GraphQLSchema,
  fieldName: string,
  { arguments: given = [] }: FieldNode,
): readonly object[] | undefined {
  if (fieldName === SchemaMetaFieldDef.name) return [schema];
  if (fieldName !== TypeMetaFieldDef.name) return undefined;
  const name = given[0]?.value;
  // A variable may name any type; what is kept of the cost must hold for each.
  if (name?.kind !== Kind.STRING) return Object.values(schema.getTypeMap());
  const type: GraphQLNamedType | undefined = schema.getType(name.value);
  return type ? [type] : [];
}

/** Counts the fields of an introspection's answer without making it. */
class ToldFields {
  fields = 0;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly info: GraphQLResolveInfo;

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode) {
    this.fragments = new Map(
      definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
      ),
    );
    // The schema's own resolvers look at nothing else.
    this.info = { schema } as GraphQLResolveInfo;
  }

  count(set: SelectionSetNode | undefined, type: GraphQLNamedType, told: Told): void {
    if (told.size === 0 || !isObjectType(type)) return;
    const times = [...told.values()].reduce((sum, each) => sum + each, 0);
    for (const selection of set?.selections ?? []) {
      if (this.fields > MOST_COUNTED) return;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        this.count(this.fragments.get(selection.name.value)?.selectionSet, type, told);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.count(selection.selectionSet, type, told);
      } else {
        this.fields += times;
        const field = type.getFields()[selection.name.value];
        if (!field?.resolve || !selection.selectionSet) continue;
        const below = new Map<object, number>();
        for (const [thing, often] of told) {
          const value = field.resolve(thing, ALL, undefined, this.info) as object | null;
          for (const each of value ? [value].flat() : []) {
            below.set(each, (below.get(each) ?? 0) + often);
          }
        }
        this.count(selection.selectionSet, getNamedType(field.type), below);
      }
    }
  }
}

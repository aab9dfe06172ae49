import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  isNonNullType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type VariableDefinitionNode,
  type VariableNode,
} from 'graphql';
import { httpStatuses } from '../error-reply';

/** Values of variables, by name, as they were sent. */
export type Variables = Readonly<Record<string, unknown>>;

/** Refuses variables, or does nothing. @throws GraphQLError BAD_USER_INPUT */
export type ArgumentCheck = (variables: Variables) => void;

/** An argument, or a field or an entry in it, that takes no null and is given a variable. */
interface Place {
  variable: VariableNode;
  /** Such as `movements.first`, `inventoryPreview.input.guard`, `@include.if`. */
  path: string;
  /** Of the place, such as `Int!`. */
  type: string;
}

/**
 * Makes the check of a valid document's only operation. GraphQL lets a variable that may be null
 * stand where null may not, if either of them has a default. A null there shows only when the field
 * is run, after others have been; this tells before anything runs. Without such a null it costs
 * next to nothing.
 */
export function createArgumentCheck(schema: GraphQLSchema, document: DocumentNode): ArgumentCheck {
  const operation = getOperationAST(document);
  const delicate = operation ? delicateVariables(schema, document, operation) : [];
  return (variables) => {
    if (!operation || !delicate.some((definition) => isNull(definition, variables))) return;
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    // Without values the variables are not of their types: execution refuses and tells of each.
    const place = coerced && nullPlace(schema, document, operation, coerced);
    if (place) throw nullRefused(place);
  };
}

/**
 * Whether the variables of a document's only operation are of their types. Of others execution
 * tells one by one, and runs nothing.
 */
export function areOfTheirTypes(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
): boolean {
  const definitions = getOperationAST(document)?.variableDefinitions ?? [];
  return getVariableValues(schema, definitions, variables, { maxErrors: 1 }).errors === undefined;
}

/** Variables that may be null and stand where null may not. */
function delicateVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
): VariableDefinitionNode[] {
  const nullable = variableDefinitions.filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE);
  if (nullable.length === 0) return [];
  const names = new Set<string>();
  visitPlaces(schema, document, ({ variable }) => void names.add(variable.name.value));
  return nullable.filter(({ variable }) => names.has(variable.name.value));
}

function isNull({ variable, defaultValue }: VariableDefinitionNode, variables: Variables): boolean {
  const { value: name } = variable.name;
  return Object.hasOwn(variables, name)
    ? variables[name] === null
    : defaultValue?.kind === Kind.NULL;
}

/** The first place that is given null and would be looked at. */
function nullPlace(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  values: Variables,
): Place | undefined {
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  // A set that grows while it is walked: each fragment once.
  const roots = new Set<ASTNode>([operation]);
  let found: Place | undefined;
  const take = (place: Place) => {
    if (values[place.variable.name.value] === null) found ??= place;
  };
  const isRun = (selection: SelectionNode) => {
    if (isLeftOut(selection, values)) return false;
    const spread = selection.kind === Kind.FRAGMENT_SPREAD && fragments.get(selection.name.value);
    if (spread) roots.add(spread);
    return true;
  };
  for (const root of roots) visitPlaces(schema, root, take, isRun);
  return found;
}

/** Whether `@skip` or `@include` leaves a selection out. */
function isLeftOut({ directives = [] }: SelectionNode, values: Variables): boolean {
  return directives.some(({ name, arguments: given = [] }) => {
    const value = given.find((argument) => argument.name.value === 'if')?.value;
    const flag =
      value?.kind === Kind.VARIABLE
        ? values[value.name.value]
        : value?.kind === Kind.BOOLEAN && value.value;
    return name.value === 'skip' ? flag === true : name.value === 'include' && flag === false;
  });
}

/** Visits every place below a node; `isRun` may leave out selections. */
function visitPlaces(
  schema: GraphQLSchema,
  root: ASTNode,
  take: (place: Place) => void,
  isRun: (selection: SelectionNode) => boolean = () => true,
): void {
  const types = new TypeInfo(schema);
  const selection = (node: SelectionNode) => (isRun(node) ? undefined : false);
  visit(
    root,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Field: selection,
      InlineFragment: selection,
      FragmentSpread: selection,
      Variable: (variable, _key, parent, _path, ancestors) => {
        const type = types.getInputType();
        if (!isNonNullType(type)) return;
        take({ variable, path: pathOf([...ancestors, parent!]), type: String(type) });
      },
    }),
  );
}

function pathOf(above: readonly (ASTNode | readonly ASTNode[])[]): string {
  let names: string[] = [];
  for (const node of above) {
    if (!('kind' in node)) continue;
    if (node.kind === Kind.FIELD) names = [node.name.value];
    else if (node.kind === Kind.DIRECTIVE) names = [`@${node.name.value}`];
    else if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) {
      names.push(node.name.value);
    }
  }
  return names.join('.');
}

function nullRefused({ variable, path, type }: Place): GraphQLError {
  const message = `${path} must be of the type ${type}, got null from $${variable.name.value}`;
  const extensions = { code: 'BAD_USER_INPUT', http: { status: httpStatuses.invalid } };
  return new GraphQLError(message, { nodes: variable, extensions });
}

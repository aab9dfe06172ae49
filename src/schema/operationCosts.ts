import {
  GraphQLError,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { fieldExtensionsEstimator, getComplexity, simpleEstimator } from 'graphql-query-complexity';
import { introspectionEstimator } from './introspectionCost';
import {
  areOfTheirTypes,
  createArgumentCheck,
  type ArgumentCheck,
  type Variables,
} from './operationArguments';

/** Most selections of an operation, those of a fragment counted wherever it is spread. */
export const MAX_SELECTIONS = 10_000;
/** Costs remembered of one operation, by its decisive variables. */
const COSTS_KEPT = 100;
/** Longest text of decisive variables that is remembered, in characters. */
const MAX_KEY_LENGTH = 1000;

interface Operation {
  document: DocumentNode;
  /** Names of the variables that the cost may depend on. */
  decisive: readonly string[];
  check: ArgumentCheck;
  costs: Map<string, number>;
}

/**
 * Costs of operations, in points. Clients send the same documents over and over: one is looked
 * through once, and again for other values of those variables that its cost depends on.
 */
export class OperationCosts {
  private readonly operations = new WeakMap<DocumentNode, Map<string | null, Operation>>();

  /**
   * 0 for variables that are not of their types: execution refuses them, and tells of each.
   * Infinity for more than {@link MAX_SELECTIONS}.
   *
   * @throws GraphQLError BAD_USER_INPUT for a null that an argument does not take
   */
  costOf(
    schema: GraphQLSchema,
    document: DocumentNode,
    operationName: string | null,
    variables: Variables,
  ): number {
    const operation = this.operationOf(schema, document, operationName);
    const { document: alone, decisive, costs } = operation;
    operation.check(variables);
    // An absent variable has its default, null has none.
    const shapes = decisive.map((name) =>
      Object.hasOwn(variables, name) ? [shapeOf(variables[name])] : 0,
    );
    const key = JSON.stringify(shapes);
    const known = costs.get(key);
    if (known !== undefined) return known;
    const cost = complexityOf(schema, alone, variables);
    // Wrong variables tell nothing of others that share the decisive ones.
    if (cost === undefined) return areOfTheirTypes(schema, alone, variables) ? Infinity : 0;
    if (key.length > MAX_KEY_LENGTH) return cost;
    if (costs.size >= COSTS_KEPT) costs.clear();
    costs.set(key, cost);
    return cost;
  }

  private operationOf(
    schema: GraphQLSchema,
    document: DocumentNode,
    name: string | null,
  ): Operation {
    let byName = this.operations.get(document);
    if (!byName) this.operations.set(document, (byName = new Map<string | null, Operation>()));
    let operation = byName.get(name);
    if (!operation) {
      const alone = (name && separateOperations(document)[name]) || document;
      const decisive = decisiveVariables(schema, alone);
      const check = createArgumentCheck(schema, alone);
      operation = { document: alone, decisive, check, costs: new Map() };
      byName.set(name, operation);
    }
    return operation;
  }
}

/** What costs can depend on: numbers, flags, and how long lists are. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return '';
  if (Array.isArray(value)) return [value.length];
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}

/** Those in the arguments of a field that has an estimator of its own, and of directives. */
function decisiveVariables(schema: GraphQLSchema, document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  const take = (nodes: readonly ASTNode[] | undefined) => {
    for (const node of nodes ?? []) {
      visit(node, { Variable: ({ name }) => void names.add(name.value) });
    }
  };
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: (field) => {
        if (types.getFieldDef()?.extensions['complexity'] !== undefined) take(field.arguments);
      },
      Directive: (directive) => {
        take(directive.arguments);
      },
    }),
  );
  return [...names];
}

/** Undefined for wrong variables, and for more than {@link MAX_SELECTIONS}. */
function complexityOf(
  schema: GraphQLSchema,
  query: DocumentNode,
  variables: Variables,
): number | undefined {
  const estimators = [
    introspectionEstimator(schema, query),
    fieldExtensionsEstimator(),
    simpleEstimator({ defaultComplexity: 1 }),
  ];
  try {
    return getComplexity({
      schema,
      query,
      variables: { ...variables },
      estimators,
      maxQueryNodes: MAX_SELECTIONS + 1,
    });
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

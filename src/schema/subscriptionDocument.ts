import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  visit,
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { parseLimits, shapeLimits, wordRefusal } from './documentLimits';
import { refuseTooComplex } from './requestLimits';

/** Documents kept with what was found out about them. */
const DOCUMENTS_KEPT = 100;
/** Wrong variables that are told of at once, as over HTTP. */
const MAX_VARIABLE_ERRORS = 50;

/** What a client asks to be subscribed to. */
export interface SubscriptionRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** A document that may be subscribed to, or why not. */
type Checked = { document: DocumentNode } | { errors: readonly GraphQLError[] };

/**
 * Makes the function that reads and checks the document and the variables of a subscription, as
 * those of requests over HTTP are checked and with the same codes: before anything is opened.
 *
 * @param showSchema whether errors may suggest names of the schema
 */
export function createDocumentReader(schema: GraphQLSchema, showSchema: boolean) {
  const known = new Map<string, Checked>();
  const rules = [...specifiedRules, ...shapeLimits()];
  const check = (query: string): Checked => {
    try {
      const document = parse(query, parseLimits);
      const errors = validate(schema, document, rules);
      if (errors.length === 0) return { document };
      return { errors: errors.map((each) => refusal('GRAPHQL_VALIDATION_FAILED', each)) };
    } catch (error) {
      // The parser goes as deep as the document.
      const tooDeep = error instanceof RangeError && new GraphQLError(error.message);
      if (!tooDeep && !(error instanceof GraphQLError)) throw error;
      return { errors: [refusal('GRAPHQL_PARSE_FAILED', tooDeep || (error as GraphQLError))] };
    }
  };
  const refusal = (code: string, { message, source, positions }: GraphQLError) => {
    const own = wordRefusal(message);
    const text = showSchema ? own : own.replace(/ ?Did you mean(.+?)\?$/, '');
    const place = source && positions ? { source, positions } : {};
    return new GraphQLError(text, { ...place, extensions: { code } });
  };
  return ({ query, operationName, variables }: SubscriptionRequest) => {
    const checked = known.get(query) ?? check(query);
    if (!known.has(query)) {
      known.set(query, checked);
      if (known.size > DOCUMENTS_KEPT) known.delete(known.keys().next().value!);
    }
    if ('errors' in checked) return checked;
    const { document } = checked;
    try {
      const operation = subscriptionOf(document, operationName);
      refuseTooComplex(schema, { document, operationName, variables: variables ?? {} });
      const errors = variableErrors(schema, operation, variables ?? {});
      if (errors.length === 0) return checked;
      return { errors: errors.map((each) => refusal('BAD_USER_INPUT', each)) };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { errors: [error] };
    }
  };
}

/** @throws GraphQLError OPERATION_RESOLUTION_FAILURE, BAD_REQUEST for another operation */
function subscriptionOf(
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation === OperationTypeNode.SUBSCRIPTION) return operation;
  if (operation) {
    const message = 'Only subscriptions are served here: send queries and mutations by POST.';
    throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
  }
  const message = operationName
    ? `Unknown operation named "${operationName}".`
    : 'The document has several operations: operationName must name one.';
  throw new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}

/** What is wrong with the variables; each error names its variable. */
function variableErrors(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  const options = { maxErrors: MAX_VARIABLE_ERRORS };
  return getVariableValues(schema, variableDefinitions, variables, options).errors ?? [];
}

/**
 * What the messages of a subscription depend on, beside the movement and which of its changes pass:
 * equal texts, equal messages. Variables that only say what to tell of are left out.
 */
export function messageKey(
  { query, operationName, variables }: SubscriptionRequest,
  document: DocumentNode,
): string {
  const uses = variableUses(document);
  const choosing = new Map<string, number>();
  for (const field of getOperationAST(document, operationName)?.selectionSet.selections ?? []) {
    // The field's own arguments are `filter` and `after`.
    for (const argument of field.kind === Kind.FIELD ? (field.arguments ?? []) : []) {
      for (const [name, count] of variableUses(argument)) {
        choosing.set(name, (choosing.get(name) ?? 0) + count);
      }
    }
  }
  const telling = Object.entries(variables ?? {}).filter(
    ([name]) => choosing.get(name) === undefined || choosing.get(name) !== uses.get(name),
  );
  return JSON.stringify([query, operationName ?? null, telling]);
}

/** How often each variable is used. */
function variableUses(node: ASTNode): Map<string, number> {
  const uses = new Map<string, number>();
  visit(node, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      uses.set(name.value, (uses.get(name.value) ?? 0) + 1);
    },
  });
  return uses;
}

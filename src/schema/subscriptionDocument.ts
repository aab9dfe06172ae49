import {
  getOperationAST,
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
} from 'graphql';
import { parseLimits, shapeLimits, wordRefusal } from './documentLimits';
import { refuseTooComplex } from './requestLimits';

/** Documents kept with what was found out about them. */
const DOCUMENTS_KEPT = 100;

/** What a client asks to be subscribed to. */
export interface SubscriptionRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** A document that may be subscribed to, or why not. */
type Checked = { document: DocumentNode } | { errors: readonly GraphQLError[] };

/**
 * Makes the function that reads and checks the document of a subscription as those of requests over
 * HTTP are checked. It throws GraphQLError for what can't be served.
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
      refuseOther(document, operationName);
      refuseTooComplex(schema, { document, operationName, variables: variables ?? {} });
      return checked;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { errors: [error] };
    }
  };
}

function refuseOther(document: DocumentNode, operationName: string | null | undefined): void {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation === OperationTypeNode.SUBSCRIPTION) return;
  const message = operation
    ? 'Only subscriptions are served here: send queries and mutations by POST.'
    : 'The document has no such operation, or several and none is named.';
  throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
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

import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  BREAK,
  GraphQLError,
  Kind,
  type DocumentNode,
  type ParseOptions,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
  visit,
} from 'graphql';
// What graphql-js itself ends a validation with that costs too much.
import { validationAbortedError } from 'graphql/validation/validationAbortedError';

/** Deepest selection of an operation. */
export const MAX_DEPTH = 12;
/** Most aliases in a document. */
export const MAX_ALIASES = 30;
/** Most fragments in a document. */
export const MAX_FRAGMENTS = 100;
/** Bounds of a document's text. 1,000 rows written out in it are some 20,000 tokens. */
export const parseLimits: ParseOptions = { maxLexicalTokens: 25_000, maxComments: 1000 };
/** Deepest lists and objects in a document's values, and lists in its types. */
export const MAX_VALUE_DEPTH = 100;
/** Deepest nesting that is looked at any further. */
const MAX_NESTING = 50;

/** What is told of a document instead of a message that tells of the parser or the validator. */
const OWN_WORDS = new Map([
  // The parser goes as deep as the document.
  ['Maximum call stack size exceeded', 'The document is nested too deeply.'],
  [
    validationAbortedError.message,
    'The document was not checked to its end: it breaks a limit of its shape, such as how often ' +
      'fields of one name are selected.',
  ],
]);

/** The hub's words for why a document is refused. */
export function wordRefusal(message: string): string {
  return OWN_WORDS.get(message) ?? message;
}

/** Refuses a document that is too deep, or has too many aliases or fragments. */
export function shapeLimits(): ValidationRule[] {
  // The rules would throw, which is what bugs do.
  const report = (context: ValidationContext | null, error: GraphQLError) => {
    const message = error.message.replace('Syntax Error: ', '');
    context?.reportError(new GraphQLError(message));
  };
  const options = { propagateOnRejection: false, onReject: [report] };
  return [
    plainLimits,
    maxDepthRule({ n: MAX_DEPTH, ...options }),
    maxAliasesRule({ n: MAX_ALIASES, ...options }),
  ];
}

/** Ends the validation of a document that other rules would go into deeper than the stack. */
const plainLimits: ValidationRule = (context) => ({
  Document: {
    enter: (document) => {
      const problem = shapeProblem(document);
      if (problem === undefined) return;
      context.reportError(new GraphQLError(problem));
      throw validationAbortedError;
    },
  },
});

function shapeProblem(document: DocumentNode): string | undefined {
  const { definitions } = document;
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).length;
  if (fragments > MAX_FRAGMENTS) {
    return `The document has ${fragments} fragments; the limit is ${MAX_FRAGMENTS}.`;
  }
  let level: SelectionSetNode[] = definitions.flatMap((definition) =>
    'selectionSet' in definition ? [definition.selectionSet] : [],
  );
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_NESTING) return `Query depth limit of ${MAX_DEPTH} exceeded.`;
    level = level.flatMap(({ selections }) =>
      selections.flatMap((each) => ('selectionSet' in each ? (each.selectionSet ?? []) : [])),
    );
  }
  if (!hasDeepValues(document)) return undefined;
  return `The values of the document are more than ${MAX_VALUE_DEPTH} deep.`;
}

function hasDeepValues(document: DocumentNode): boolean {
  let [depth, deepest] = [0, 0];
  const level = {
    enter: () => {
      depth += 1;
      deepest = Math.max(deepest, depth);
      return deepest > MAX_VALUE_DEPTH ? BREAK : undefined;
    },
    leave: () => {
      depth -= 1;
    },
  };
  visit(document, { ListValue: level, ObjectValue: level, ListType: level });
  return deepest > MAX_VALUE_DEPTH;
}

import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type ParseOptions,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
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
/** Deepest nesting that is looked at any further. */
const MAX_NESTING = 50;

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

function shapeProblem({ definitions }: DocumentNode): string | undefined {
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
  return undefined;
}

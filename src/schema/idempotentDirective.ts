import { DirectiveLocation, GraphQLDirective, GraphQLNonNull, GraphQLString } from 'graphql';

/** `@idempotent(key:)` on a mutation field: the same key again has the recorded result. */
export const idempotentDirective = new GraphQLDirective({
  name: 'idempotent',
  description:
    'Makes a mutation safe to retry: the same key with the same input has the result that ' +
    'was recorded first, and changes nothing. The header `Idempotency-Key` does the same.',
  locations: [DirectiveLocation.FIELD],
  args: {
    key: {
      type: new GraphQLNonNull(GraphQLString),
      description:
        'Chosen by the caller, 1..255 characters, no halves of surrogate pairs; a new one for ' +
        'each intent. Selections of one name are one call and have one key.',
    },
  },
});

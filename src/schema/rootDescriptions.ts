import type { GraphQLSchema } from 'graphql';
import { MAX_ALIASES, MAX_DEPTH } from './documentLimits';
import { MAX_COMPLEXITY } from './requestLimits';

const whole = (count: number) => count.toLocaleString('en-US');

/** What a reader of the schema should know first; paragraphs. */
const schemaDescription = [
  'The stock of one shop: its items, what has moved them, who is told of it. POST /graphql, ' +
    'JSON; subscriptions over WebSocket. The docs: docs/reference/graphql/README.md of ' +
    'inventory-hub.',
  'Token: send `Authorization: Bearer <token>`. It names the tenant (a Wix site with the app), ' +
    'and a call sees that tenant alone. Its scopes: inventory:read for queries and ' +
    'subscriptions; inventory:write for changes of stock and items; inventory:admin for changes ' +
    'of locations and settings, webhooks and verification. Each includes those before it; each ' +
    'root field names its own.',
  'Retries: any mutation takes a key of 1..255 characters, by `@idempotent(key:)` on its field ' +
    'or the header `Idempotency-Key`. The same key with the same input changes nothing again.',
  `Limits: ${MAX_DEPTH} levels of selections, ${MAX_ALIASES} aliases, and ` +
    `${whole(MAX_COMPLEXITY)} points an operation. A token has points for a minute; the headers ` +
    '`RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` say how many.',
  'Values: ids are GUIDs where nothing else is said, quantities whole units, times UTC to the ' +
    'millisecond. Lengths of text are in UTF-16 code units.',
].join('\n\n');

const queryDescription =
  'What there is and what was. Changes nothing. Errors are top-level, with a code in ' +
  '`extensions` (docs/reference/errors.md).';

const mutationDescription =
  'Changes, one after another. What the caller can mend is in `userErrors`, with the status 200; ' +
  'all else is a top-level error. Each is safe to retry with a key (`@idempotent`).';

const subscriptionDescription =
  'What happens, as it happens: over WebSocket at /graphql, protocol graphql-transport-ws, the ' +
  'token in `connection_init` (docs/reference/graphql/live-updates.md).';

/** Describes the schema itself and its root types, which no class stands for. */
export function describeRoots(schema: GraphQLSchema): GraphQLSchema {
  schema.description = schemaDescription;
  schema.getQueryType()!.description = queryDescription;
  schema.getMutationType()!.description = mutationDescription;
  schema.getSubscriptionType()!.description = subscriptionDescription;
  return schema;
}

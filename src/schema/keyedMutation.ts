import type { GraphQLResolveInfo } from 'graphql';
import type { KeyedInput } from '../inventory/keyedInput';
import type { GraphqlContext } from './context';
import { idempotencyKeyOf } from './idempotency';

/** A mutation's key, if it has one, and its name. */
export function keyedMutation(context: GraphqlContext, info: GraphQLResolveInfo): KeyedInput {
  return { idempotencyKey: idempotencyKeyOf(context, info), mutation: info.fieldName };
}

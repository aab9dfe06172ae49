import type { AuthCheckerFn } from 'type-graphql';
import { requireScope, type Principal, type Scope } from '../auth/principal';
import type { LiveFeeds } from '../events/liveFeeds';
import type { InventoryDeps } from '../inventory/deps';
import type { Loaders } from './loaders';

/** What every resolver is given. */
export interface GraphqlContext {
  /** Who calls, and the reads of this request; undefined without a token. */
  caller: Caller | undefined;
  /** The `Idempotency-Key` header. */
  idempotencyKey: string | undefined;
  requestId: string;
  /** What subscriptions read, and when their socket can take more; undefined over HTTP. */
  live?: { feeds: LiveFeeds; ready: () => Promise<void> } | undefined;
}

/** A caller whose token has been verified. */
export interface Caller {
  principal: Principal;
  tenantId: string;
  inventory: InventoryDeps;
  loaders: Loaders;
  /**
   * Uses more points of the caller's rate, 1 or more, and has the answer say so. Absent: no rate.
   * Throws InventoryError RATE_LIMITED, REDIS_UNAVAILABLE.
   */
  usePoints?: ((points: number) => Promise<void>) | undefined;
}

/** The caller of a field whose scope has been checked. */
export function callerOf({ caller }: GraphqlContext): Caller {
  if (!caller) throw new Error('a field without @Authorized asked for its caller');
  return caller;
}

/**
 * Checks the scopes that `@Authorized` names.
 *
 * @throws InventoryError UNAUTHENTICATED, FORBIDDEN
 */
export const checkScopes: AuthCheckerFn<GraphqlContext, Scope> = ({ context, info }, scopes) => {
  for (const scope of scopes) requireScope(context.caller?.principal, scope);
  // The mutations of a request run one after another: each shows what it has done itself.
  if (info.parentType.name === 'Mutation') context.caller?.loaders.clear();
  return true;
};

import type { Principal, Scope } from '../auth/principal';
import type { InventoryDeps } from '../inventory/deps';

/** One call of a caller who has been let in. */
export interface RestCall {
  deps: InventoryDeps;
  principal: Principal;
  tenantId: string;
  /** Of the path, decoded. */
  params: Readonly<Record<string, string>>;
  /** The JSON body, an object or a list; undefined without one. */
  body: unknown;
  /** Of the address, decoded. */
  query: Readonly<Record<string, unknown>>;
  requestId: string;
  /** The `Idempotency-Key` header. */
  idempotencyKey: string | undefined;
}

/** Answers a call: what it resolves to is sent as JSON under the status 200. */
export type Handler = (call: RestCall) => Promise<object>;

/** One method of the surface. */
export interface Route {
  verb: 'get' | 'post' | 'patch' | 'delete';
  /** Below `/stores/v3`. `:name` stands for one part of it. */
  path: string;
  scope: Scope;
  handler: Handler;
}

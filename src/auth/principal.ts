import { InventoryError } from '../core/errors';

/** What a token may allow, from least to most: each scope implies those before it. */
export const scopes = ['inventory:read', 'inventory:write', 'inventory:admin'] as const;
/** One of {@link scopes}. */
export type Scope = (typeof scopes)[number];

/** Who calls, for which tenant, and what the call may do. Made only from a verified token. */
export interface Principal {
  /** App instance id; as `parseTenantId` gives it. */
  readonly tenantId: string;
  /** Who, in the words of the issuer; 1..128 characters, none of them a control character. */
  readonly subject: string;
  /** Implied scopes included. May be empty. */
  readonly scopes: ReadonlySet<Scope>;
  /** Digest of the token, 22 characters of base64url. Not a secret: it gives no token back. */
  readonly tokenId: string;
}

/**
 * Reads a space-separated list of scopes (RFC 6749, section 3.3) and adds what they imply. Words
 * that are no scope of the hub are skipped: a token may serve other services too.
 */
export function readScopes(text: string): ReadonlySet<Scope> {
  const words = text.split(' ');
  const highest = scopes.findLastIndex((scope) => words.includes(scope));
  return new Set(scopes.slice(0, highest + 1));
}

/**
 * Gives the principal back when it may do what needs a scope.
 *
 * @param principal undefined for a call without a token
 * @throws InventoryError UNAUTHENTICATED without a principal, FORBIDDEN without the scope
 */
export function requireScope(principal: Principal | undefined, scope: Scope): Principal {
  if (principal === undefined) throw new InventoryError('UNAUTHENTICATED');
  if (!principal.scopes.has(scope)) {
    throw new InventoryError('FORBIDDEN', `The token lacks the scope ${scope}.`);
  }
  return principal;
}

import { hash } from 'node:crypto';
import type { Principal } from './principal';

/** How long a verified token is taken without being verified again, ms. */
export const VERIFIED_KEPT_MS = 60_000;
/** Tokens kept; the one verified longest ago goes first. */
const TOKENS_KEPT = 10_000;

interface Verified {
  principal: Principal;
  /** Ms since 1970. */
  until: number;
}

/**
 * Tokens that were verified lately, by digests: nothing of a token is kept. A token is known by all
 * of its text, signature included.
 */
export class VerifiedTokens {
  private readonly tokens = new Map<string, Verified>();

  /** Undefined for a token that must be verified. */
  find(token: string): Principal | undefined {
    const digest = digestOf(token);
    const verified = this.tokens.get(digest);
    if (!verified) return undefined;
    if (Date.now() < verified.until) return verified.principal;
    this.tokens.delete(digest);
    return undefined;
  }

  /** @param expiresAt when the token is refused, ms since 1970 */
  keep(token: string, principal: Principal, expiresAt: number): void {
    const digest = digestOf(token);
    // What is verified again stands last.
    this.tokens.delete(digest);
    this.tokens.set(digest, {
      principal,
      until: Math.min(expiresAt, Date.now() + VERIFIED_KEPT_MS),
    });
    if (this.tokens.size <= TOKENS_KEPT) return;
    for (const oldest of this.tokens.keys()) {
      this.tokens.delete(oldest);
      return;
    }
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}

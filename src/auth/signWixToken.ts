import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { CryptoKey } from 'jose';
import { wixIssuer } from './wixToken';

/** Lifetime of a token when the caller names none, in seconds. */
export const defaultTokenLifetimeSeconds = 600;

/** The private key: PEM text (read anew for each token), or a key made once. RSA, 2048 bits up. */
export type WixSigningKey =
  { readonly privateKeyPem: string } | { readonly key: KeyObject | CryptoKey };

/** What a signed token says. */
export interface WixTokenContent {
  /** The audience. */
  readonly appId: string;
  /** `{ request, metadata }` of a plugin call; JSON text of a webhook. */
  readonly data: Readonly<Record<string, unknown>> | string;
  /** Seconds since 1970; default now. */
  readonly issuedAtSeconds?: number;
  /** Seconds from issue to expiry; default 600. */
  readonly expiresInSeconds?: number;
}

/**
 * Signs a token as Wix does for a plugin call or a webhook: RS256, issuer `wix.com`, audience,
 * `iat`, `exp` and `data`. The command line and the tests sign with it; the hub itself never does.
 */
export async function signWixToken(content: WixSigningKey & WixTokenContent): Promise<string> {
  const key = 'key' in content ? content.key : createPrivateKey(content.privateKeyPem);
  const issuedAt = content.issuedAtSeconds ?? Math.floor(Date.now() / 1000);
  return new SignJWT({ data: content.data })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(wixIssuer)
    .setAudience(content.appId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + (content.expiresInSeconds ?? defaultTokenLifetimeSeconds))
    .sign(key);
}

import { SignJWT } from 'jose';
import type { Scope } from './principal';

/** What an API token says. */
export interface ApiTokenContent {
  /** App instance id. */
  readonly tenantId: string;
  /** 1..128 characters. */
  readonly subject: string;
  readonly scopes: readonly Scope[];
  readonly issuer: string;
  readonly audience: string;
  /** Seconds since 1970; default now. */
  readonly issuedAtSeconds?: number;
  /** Seconds from issue to expiry, 1..31,622,400. */
  readonly expiresInSeconds: number;
}

/**
 * Signs an API token by HS256. The command line, the banner and the tests sign with it.
 *
 * @param secret at least 32 bytes of UTF-8
 */
export async function signApiToken(secret: string, content: ApiTokenContent): Promise<string> {
  const issuedAt = content.issuedAtSeconds ?? Math.floor(Date.now() / 1000);
  return new SignJWT({ tenant: content.tenantId, scope: content.scopes.join(' ') })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(content.issuer)
    .setAudience(content.audience)
    .setSubject(content.subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + content.expiresInSeconds)
    .sign(Buffer.from(secret));
}

import { errors, jwtVerify } from 'jose';
import type { CryptoKey, JWTPayload, JWTVerifyOptions } from 'jose';
import { InventoryError, errorTable } from '../core/errors';

/** Issuer of every token of Wix ("verify requests received from Wix"). */
export const wixIssuer = 'wix.com';

/** Claims of a verified token of a Wix plugin call. */
export interface WixPluginClaims {
  readonly iss: typeof wixIssuer;
  readonly aud: string | readonly string[];
  /** Expiry, in seconds since 1970. */
  readonly exp: number;
  /** Issue, in seconds since 1970. */
  readonly iat?: number;
  /** A plain object; nothing in it is checked. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a token is verified against. */
export interface WixTokenRules {
  /** At least one; tried in order. The token's `kid` says nothing: Wix has one key per app. */
  readonly keys: readonly CryptoKey[];
  /** The audience the token must name. Not empty. */
  readonly appId: string;
  /** How far in the future `iat` may be, in seconds; the expiry has no tolerance. */
  readonly clockSkewSeconds: number;
  /** The time of the check; default now. */
  readonly now?: Date;
}

/** Why a token is refused: a fixed word that tells nothing of the token, safe in logs. */
export type InvalidTokenReason =
  | 'form'
  | 'damaged'
  | 'header'
  | 'algorithm'
  | 'signature'
  | 'payload'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'expiry'
  | 'issued_at'
  | 'not_before'
  | 'data';

/**
 * Thrown for a token that is refused. Neither message nor cause holds any of it.
 *
 * `MALFORMED_TOKEN`: the text is no compact JWS at all (an empty body, JSON). `TOKEN_REJECTED`: it
 * is one, but is damaged, not signed by a known key, or its claims do not hold.
 */
export class InvalidTokenError extends InventoryError {
  constructor(
    override readonly code: 'MALFORMED_TOKEN' | 'TOKEN_REJECTED',
    readonly reason: InvalidTokenReason,
  ) {
    super(code, `${errorTable[code].message} Reason: ${reason}.`);
  }
}

/**
 * Verifies the token of a Wix plugin call: RS256 by one of the keys, issuer `wix.com`, the app id
 * among the audience, `exp` present and later than now, `iat` absent or not later than now plus
 * the skew, `data` a plain object. White space around the token is ignored.
 *
 * @throws InvalidTokenError MALFORMED_TOKEN, TOKEN_REJECTED; any other error is a bug
 */
export async function verifyWixToken(
  token: string,
  rules: WixTokenRules,
): Promise<WixPluginClaims> {
  const claims = await verifyWithAnyKey<WixPluginClaims>(token.trim(), rules, {
    issuer: wixIssuer,
    audience: rules.appId,
    requiredClaims: ['exp'],
  });
  if (!isPlainObject(claims.data)) {
    throw new InvalidTokenError('TOKEN_REJECTED', 'data');
  }
  return claims;
}

/**
 * Verifies the token of a Wix webhook: RS256 by one of the keys. Whether Wix sends issuer, audience
 * and expiry is not documented, so none is demanded; one that is there must fit as a plugin call's
 * does, and so must `iat`. White space around the token is ignored.
 *
 * @returns `data`, which is text in a webhook
 * @throws InvalidTokenError MALFORMED_TOKEN, TOKEN_REJECTED; any other error is a bug
 */
export async function verifyWixWebhook(token: string, rules: WixTokenRules): Promise<string> {
  const claims = await verifyWithAnyKey<JWTPayload>(token.trim(), rules, {});
  const { iss, aud, data } = claims;
  if (iss !== undefined && iss !== wixIssuer) {
    throw new InvalidTokenError('TOKEN_REJECTED', 'issuer');
  }
  if (aud !== undefined && ![aud].flat().includes(rules.appId)) {
    throw new InvalidTokenError('TOKEN_REJECTED', 'audience');
  }
  if (typeof data !== 'string') throw new InvalidTokenError('TOKEN_REJECTED', 'data');
  return data;
}

async function verifyWithAnyKey<Claims extends { readonly iat?: number }>(
  token: string,
  { keys, clockSkewSeconds, now = new Date() }: WixTokenRules,
  claimChecks: JWTVerifyOptions,
): Promise<Claims> {
  const checks = { ...claimChecks, algorithms: ['RS256'], currentDate: now };
  const latestIssue = Math.floor(now.getTime() / 1000) + clockSkewSeconds;
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify<Claims>(token, key, checks);
      if (payload.iat === undefined || payload.iat <= latestIssue) return payload;
      throw new InvalidTokenError('TOKEN_REJECTED', 'issued_at');
    } catch (error) {
      if (!isOtherSignature(error)) throw asRejection(error, token);
    }
  }
  if (keys.length === 0) throw new Error('no public key to verify a token with');
  throw new InvalidTokenError('TOKEN_REJECTED', 'signature');
}

function isOtherSignature(error: unknown): boolean {
  // A cause means that the check itself broke, which says nothing about the token.
  return error instanceof errors.JWSSignatureVerificationFailed && error.cause === undefined;
}

const reasonByClaim: Readonly<Record<string, InvalidTokenReason>> = {
  iss: 'issuer',
  aud: 'audience',
  exp: 'expiry',
  iat: 'issued_at',
  nbf: 'not_before',
};

function asRejection(error: unknown, token: string): unknown {
  if (error instanceof errors.JWSInvalid) {
    return isCompactJws(token)
      ? new InvalidTokenError('TOKEN_REJECTED', 'damaged')
      : new InvalidTokenError('MALFORMED_TOKEN', 'form');
  }
  const reason = rejectionReason(error);
  return reason === undefined ? error : new InvalidTokenError('TOKEN_REJECTED', reason);
}

function rejectionReason(error: unknown): InvalidTokenReason | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return reasonByClaim[error.claim];
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  // An extension the header calls critical and jose does not know.
  if (error instanceof errors.JOSENotSupported) return 'header';
  if (error instanceof errors.JWTInvalid) return 'payload';
  return undefined;
}

/** As Wix' SDK tells: three parts of which the first, leniently decoded, is a JSON object. */
function isCompactJws(token: string): boolean {
  const parts = token.split('.');
  if (parts.length !== 3) return false;
  try {
    const header: unknown = JSON.parse(Buffer.from(parts[0]!, 'base64url').toString());
    return isPlainObject(header);
  } catch {
    return false;
  }
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { createHash, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { CryptoKey, FlattenedJWSInput, JWSHeaderParameters, JWTPayload } from 'jose';
import { InventoryError } from '../core/errors';
import { parseTenantId } from '../core/identity';
import { minimumSecretBytes, type ApiTokenSource } from './apiTokenSource';
import { readScopes, type Principal } from './principal';
import { checkModulus, InvalidPublicKeyError, readPublicKeys } from './publicKeyPem';
import { remoteKeys } from './remoteKeys';
import { VerifiedTokens } from './verifiedTokens';

/** What API tokens are verified against. */
export interface ApiTokenSettings {
  readonly source: ApiTokenSource;
  /** The `iss` a token must have. */
  readonly issuer: string;
  /** The `aud` a token must have, alone or among others. */
  readonly audience: string;
  /** How far clocks may be apart for `exp` and `nbf`, in seconds, 0..300; default 30. */
  readonly clockToleranceSeconds?: number;
}

/**
 * Furthest expiry of a token, in seconds from now: 366 days. Nothing takes a token back before it
 * expires, and an `exp` in milliseconds, which would never come, is found out.
 */
export const maximumTokenLifetimeSeconds = 31_622_400;

const defaultClockToleranceSeconds = 30;
const maximumClockToleranceSeconds = 300;

/** Who a token speaks for goes into the ledger and logs as it is. */
const subjectPattern = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

type VerificationKey = CryptoKey | KeyObject;

/** The algorithms of a source and, of its keys, those that may have signed a token. */
interface TokenKeys {
  readonly algorithms: string[];
  find(
    header: JWSHeaderParameters,
    token: FlattenedJWSInput,
  ): readonly VerificationKey[] | Promise<readonly VerificationKey[]>;
}

/**
 * Makes the function that turns an API token (compact JWS) into its principal.
 *
 * A token is good when a key of the source signed it by the algorithm of that key (RS256, ES256 and
 * EdDSA of public keys, HS256 of the secret; `kid` chooses in a key set only), issuer and audience
 * are the configured ones, `exp` has not come and lies within 366 days, `nbf`, if any, has come,
 * `tenant` is an app instance id, `sub` has 1..128 characters, and `scope`, if any, is a
 * space-separated text.
 *
 * A token that was good is taken again without a look at its signature, for a minute and never past
 * its `exp`. So a key that is taken out of the source lets in a minute longer whoever came by it.
 *
 * The function throws InventoryError UNAUTHENTICATED for any other token, with the reason and
 * nothing of the token; AUTH_UNAVAILABLE when the key set cannot be had; anything else is a bug.
 *
 * @throws InvalidPublicKeyError for a text that holds no key for RS256, ES256 or EdDSA
 * @throws RangeError for a secret under 32 bytes or a tolerance out of bounds
 */
export function createApiTokenVerifier(
  settings: ApiTokenSettings,
): (token: string) => Promise<Principal> {
  const keys = openKeys(settings.source);
  const clockTolerance = settings.clockToleranceSeconds ?? defaultClockToleranceSeconds;
  if (!(clockTolerance >= 0 && clockTolerance <= maximumClockToleranceSeconds)) {
    throw new RangeError(`clockToleranceSeconds is not 0..${maximumClockToleranceSeconds}`);
  }
  const checks = {
    algorithms: keys.algorithms,
    issuer: settings.issuer,
    audience: settings.audience,
    requiredClaims: ['exp'],
    clockTolerance,
  };
  const verified = new VerifiedTokens();
  return async (token) => {
    const known = verified.find(token);
    if (known) return known;
    try {
      const payload = await verifySignature(token, keys, checks);
      const principal = readPrincipal(payload, token);
      verified.keep(token, principal, (payload.exp! + clockTolerance) * 1000);
      return principal;
    } catch (error) {
      throw asRejection(error);
    }
  };
}

/**
 * Gives the token of an `Authorization` header: `Bearer <token>` in any case, or the token alone,
 * as the Wix SDK sends it.
 *
 * @returns undefined for no header or a blank one
 * @throws InventoryError UNAUTHENTICATED for another scheme or several words
 */
export function tokenFromHeader(header: string | undefined): string | undefined {
  const text = header?.trim() ?? '';
  if (text === '') return undefined;
  const [, token] = /^(?:bearer +)?([^\s,]+)$/i.exec(text) ?? [];
  if (token === undefined || /^bearer$/i.test(token)) {
    throw new InventoryError('UNAUTHENTICATED', 'The Authorization header must be Bearer <token>.');
  }
  return token;
}

function openKeys(source: ApiTokenSource): TokenKeys {
  if ('jwksUrl' in source) {
    return {
      algorithms: ['RS256', 'ES256', 'EdDSA', 'Ed25519'],
      find: remoteKeys(source.jwksUrl),
    };
  }
  if ('publicKeys' in source) return openPublicKeys(source.publicKeys);
  const bytes = Buffer.from(source.secret);
  if (bytes.length < minimumSecretBytes) {
    throw new RangeError(`the secret has less than ${minimumSecretBytes} bytes`);
  }
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = webcrypto.subtle.importKey('raw', bytes, hmac, false, ['verify']);
  return { algorithms: ['HS256'], find: async () => [await key] };
}

function openPublicKeys(texts: readonly string[]): TokenKeys {
  const byAlgorithm = new Map<string, KeyObject[]>();
  const keys = readPublicKeys(texts, (key, place) => algorithmsOf(key, place));
  for (const key of keys) {
    for (const algorithm of algorithmsOf(key, '')) {
      byAlgorithm.set(algorithm, [...(byAlgorithm.get(algorithm) ?? []), key]);
    }
  }
  return {
    algorithms: [...byAlgorithm.keys()],
    find: ({ alg }) => byAlgorithm.get(alg ?? '') ?? [],
  };
}

/** RFC 9864 calls EdDSA with Ed25519 by the name of the curve. */
function algorithmsOf(key: KeyObject, place: string): readonly string[] {
  const type = key.asymmetricKeyType;
  if (type === 'rsa') {
    checkModulus(key, place);
    return ['RS256'];
  }
  if (type === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return ['ES256'];
  if (type === 'ed25519') return ['EdDSA', 'Ed25519'];
  throw new InvalidPublicKeyError(`${place}: not a key for RS256, ES256 (P-256) or Ed25519`);
}

type Checks = NonNullable<Parameters<typeof jwtVerify>[2]>;

async function verifySignature(
  token: string,
  keys: TokenKeys,
  checks: Checks,
): Promise<JWTPayload> {
  let others: readonly VerificationKey[] = [];
  const firstKey = async (header: JWSHeaderParameters, input: FlattenedJWSInput) => {
    const [first, ...rest] = await keys.find(header, input);
    others = rest;
    if (first === undefined) throw new errors.JWKSNoMatchingKey();
    return first;
  };
  try {
    return (await jwtVerify(token, firstKey, checks)).payload;
  } catch (error) {
    if (!isOtherSignature(error)) throw error;
  }
  for (const key of others) {
    try {
      return (await jwtVerify(token, key, checks)).payload;
    } catch (error) {
      if (!isOtherSignature(error)) throw error;
    }
  }
  throw rejection('no known key signed it');
}

function isOtherSignature(error: unknown): boolean {
  // A cause means that the check itself broke, which says nothing about the token.
  return error instanceof errors.JWSSignatureVerificationFailed && error.cause === undefined;
}

function readPrincipal(payload: JWTPayload, token: string): Principal {
  const { exp = 0, sub, tenant, scope = '' } = payload;
  if (exp - Date.now() / 1000 > maximumTokenLifetimeSeconds) {
    throw rejection('exp is more than 366 days away (it is in seconds)');
  }
  if (typeof sub !== 'string' || !subjectPattern.test(sub)) {
    throw rejection('sub is not a text of 1 to 128 characters');
  }
  if (typeof scope !== 'string') throw rejection('scope is not a space-separated text');
  return Object.freeze({
    tenantId: readTenant(tenant),
    subject: sub,
    scopes: readScopes(scope),
    tokenId: digestOf(token),
  });
}

function readTenant(value: unknown): string {
  try {
    return parseTenantId(value);
  } catch {
    // The error would repeat what the token says.
    throw rejection('tenant is not an app instance id');
  }
}

/** Of what is signed: there are several ways to write one signature. */
function digestOf(token: string): string {
  const signed = token.slice(0, token.lastIndexOf('.'));
  return createHash('sha256').update(signed).digest().subarray(0, 16).toString('base64url');
}

function rejection(reason: string): InventoryError {
  return new InventoryError('UNAUTHENTICATED', `The token was rejected: ${reason}.`);
}

const reasonByClaim: Readonly<Record<string, string>> = {
  iss: 'iss is not the configured issuer',
  aud: 'aud is not the configured audience',
  exp: 'exp is missing or not a number',
  iat: 'iat is not a number',
  nbf: 'nbf has not come or is not a number',
};

/** Neither message nor cause tells anything of the token. */
function asRejection(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return rejection('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return rejection(reasonByClaim[error.claim] ?? 'a claim does not hold');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return rejection('its algorithm is not accepted');
  if (error instanceof errors.JOSENotSupported) return rejection('its header is not understood');
  if (error instanceof errors.JWKSNoMatchingKey) return rejection('no known key signed it');
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return rejection('it is not a signed token (compact JWS)');
  }
  return error;
}

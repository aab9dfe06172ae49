import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { InventoryError } from '../../src/core/errors';

export const issuer = 'https://id.example';
export const audience = 'stock';
export const tenantId = '3b7f6f5e-6a53-4c11-9d2e-0f5a1c2b3d4e';
export const secret = 'a secret of more than 32 bytes, not a good one';

export const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Claims of a good token, with some replaced; undefined leaves one out. */
export function claimsWith(changes: Record<string, unknown> = {}) {
  return {
    iss: issuer,
    aud: audience,
    exp: nowSeconds() + 600,
    tenant: tenantId,
    sub: 'ann',
    scope: 'inventory:write',
    ...changes,
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

type Signer = (input: string) => string;

/** A token written by hand, so that no library has a say in what it may hold. */
export function compose(header: object, claims: unknown, signer: Signer): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signer(input)}`;
}

export function hmac(key: string): Signer {
  return (input) => createHmac('sha256', key).update(input).digest('base64url');
}

/** RS256, ES256 or EdDSA, by the kind of key. */
export function signer(privateKey: KeyObject): Signer {
  const hash = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const };
  return (input) => sign(hash, Buffer.from(input), key).toString('base64url');
}

export function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

export const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
export type Algorithm = keyof typeof pairs;
export const algorithms = Object.keys(pairs) as Algorithm[];

/** A good token by one of the pairs, with some claims and header fields replaced. */
export function signed(algorithm: Algorithm, claims: object = {}, header: object = {}): string {
  const key = pairs[algorithm].privateKey;
  return compose({ alg: algorithm, ...header }, claimsWith({ ...claims }), signer(key));
}

/** What an action throws. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The error a verification ends with. */
export async function failureOf(verification: Promise<unknown>): Promise<InventoryError> {
  const error: unknown = await verification.then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InventoryError)) throw new Error('no InventoryError', { cause: error });
  return error;
}

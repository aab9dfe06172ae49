import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { developmentKeysDirectory, ensureOwnerFile } from './ownerFile';

/** Shortest secret of HS256, in bytes of UTF-8 (RFC 7518, section 3.2). */
export const minimumSecretBytes = 32;

/** What API tokens are verified with. Exactly one: algorithms of two never meet. */
export type ApiTokenSource =
  /** Address of a JSON Web Key Set with RS256, ES256 or Ed25519 keys. */
  | { readonly jwksUrl: string }
  /** Texts with the public keys: see `readPublicKeys`. */
  | { readonly publicKeys: readonly string[] }
  /** HS256; at least 32 bytes of UTF-8, taken as they are. */
  | { readonly secret: string };

/** What decides on the source; `Config` has all of it. */
export interface ApiTokenOptions {
  readonly nodeEnv: string;
  readonly dataDir: string;
  readonly authJwksUrl: string | undefined;
  readonly authPublicKeys: readonly string[];
  readonly authSecret: string | undefined;
}

/**
 * Gives the source that is configured; outside production, when none is, the secret of
 * `<dataDir>/development-keys/api-secret`, which is made when there is none.
 *
 * @returns undefined in production without a source: then nobody can be let in
 * @throws Error when the file holds no secret, or the folder cannot be written
 */
export async function apiTokenSource(
  options: ApiTokenOptions,
): Promise<ApiTokenSource | undefined> {
  const { authJwksUrl, authPublicKeys, authSecret } = options;
  if (authJwksUrl !== undefined) return { jwksUrl: authJwksUrl };
  if (authPublicKeys.length > 0) return { publicKeys: authPublicKeys };
  if (authSecret !== undefined) return { secret: authSecret };
  if (options.nodeEnv === 'production') return undefined;
  return { secret: await developmentSecret(options.dataDir) };
}

async function developmentSecret(dataDir: string): Promise<string> {
  const directory = developmentKeysDirectory(dataDir);
  const make = () => randomBytes(48).toString('base64url');
  const secret = (await ensureOwnerFile(directory, 'api-secret', make)).text.trim();
  if (Buffer.byteLength(secret) < minimumSecretBytes) {
    const path = join(directory, 'api-secret');
    throw new Error(`${path} holds no secret; remove it and a new one is made`);
  }
  return secret;
}

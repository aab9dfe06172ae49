import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { developmentKeysDirectory, ensureOwnerFile, keepDerivedFile } from './ownerFile';

/** The key pair a hub without a real Wix app signs and verifies with. */
export interface DevelopmentKeys {
  /** SPKI, PEM. */
  readonly publicKeyPem: string;
  /** PKCS #8, PEM. */
  readonly privateKeyPem: string;
  /** Whether this call made the pair. */
  readonly created: boolean;
  /** The folder that holds `private.pem` and `public.pem`. */
  readonly directory: string;
}

const modulusLengthBits = 2048;

/**
 * Gives the RSA key pair of `<dataDir>/development-keys/`, making it when there is none.
 *
 * Processes that start at the same instant end with the same pair. The private key decides: it is
 * readable by its owner only, appears whole or not at all, and the public key is derived from it.
 *
 * @throws Error when `private.pem` is there but holds no RSA private key, or the folder cannot be
 *   written
 */
export async function ensureDevelopmentKeys(dataDir: string): Promise<DevelopmentKeys> {
  const directory = developmentKeysDirectory(dataDir);
  const file = await ensureOwnerFile(directory, 'private.pem', makePrivateKey);
  const privateKeyPem = file.text;
  const publicKeyPem = derivePublicKey(privateKeyPem, join(directory, 'private.pem'));
  await keepDerivedFile(directory, 'public.pem', publicKeyPem);
  return { publicKeyPem, privateKeyPem, created: file.created, directory };
}

async function makePrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: modulusLengthBits,
  });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function derivePublicKey(privateKeyPem: string, path: string): string {
  try {
    const key = createPrivateKey(privateKeyPem);
    if (key.asymmetricKeyType === 'rsa') {
      return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
    }
  } catch {
    // Said below: the reason OpenSSL gives helps nobody.
  }
  throw new Error(`${path} holds no RSA private key; remove it and a new pair is made`);
}

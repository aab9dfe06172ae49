import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

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
  const directory = join(dataDir, 'development-keys');
  const privatePath = join(directory, 'private.pem');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const existing = await readIfPresent(privatePath);
  const created = existing === undefined && (await createPrivateKeyFile(directory, privatePath));
  const privateKeyPem = existing ?? (await readFile(privatePath, 'utf8'));
  const publicKeyPem = derivePublicKey(privateKeyPem, privatePath);
  await chmod(privatePath, 0o600);
  const publicPath = join(directory, 'public.pem');
  if ((await readIfPresent(publicPath)) !== publicKeyPem) {
    const draft = draftPath(directory);
    await writeFile(draft, publicKeyPem, { flag: 'wx' });
    await rename(draft, publicPath);
  }
  return { publicKeyPem, privateKeyPem, created, directory };
}

function draftPath(directory: string): string {
  return join(directory, `${randomUUID()}.draft`);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Gives false when another process was first. */
async function createPrivateKeyFile(directory: string, path: string): Promise<boolean> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: modulusLengthBits,
  });
  const draft = draftPath(directory);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(draft, pem, { flag: 'wx', mode: 0o600 });
  try {
    // A link fails when its name is taken, where a rename would replace the other process's key.
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
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

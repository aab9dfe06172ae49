import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { importPKCS8, SignJWT, type CryptoKey } from 'jose';
import { developmentKeysDirectory, ensureOwnerFile, keepDerivedFile } from './ownerFile';
import { wixIssuer } from './wixToken';

const MODULUS_BITS = 2048;

/** Lifetime of a webhook's token, in seconds: each attempt signs a new one. */
const TOKEN_SECONDS = 600;

/** What webhooks are signed with; its private part can't be read. */
export type WebhookKey = CryptoKey;

/** A key pair as text. */
export interface WebhookKeyPair {
  /** PKCS #8, PEM. */
  privateKeyPem: string;
  /** SPKI, PEM. */
  publicKeyPem: string;
}

/** Makes the key pair of a receiver: RSA, 2048 bits. */
export async function makeWebhookKeyPair(): Promise<WebhookKeyPair> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: MODULUS_BITS,
  });
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/**
 * Reads a private RSA key, PEM of PKCS #8 or PKCS #1.
 *
 * @throws Error that says nothing of the key
 */
export async function readWebhookKey(privateKeyPem: string): Promise<WebhookKey> {
  return importPKCS8(rsaKey(privateKeyPem), 'RS256');
}

function rsaKey(pem: string): string {
  try {
    const key = createPrivateKey(pem);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (key.asymmetricKeyType === 'rsa' && bits >= MODULUS_BITS) {
      return key.export({ type: 'pkcs8', format: 'pem' }).toString();
    }
  } catch {
    // Said below: the reason OpenSSL gives helps nobody.
  }
  throw new Error(
    `The key that signs webhooks is no private RSA key of ${MODULUS_BITS} bits or more`,
  );
}

/** The key of the process-wide target outside production: made under the data directory. */
export async function ensureDevelopmentWebhookKey(
  dataDir: string,
): Promise<{ privateKeyPem: string; publicKeyPath: string }> {
  const directory = developmentKeysDirectory(dataDir);
  const make = async () => (await makeWebhookKeyPair()).privateKeyPem;
  const { text } = await ensureOwnerFile(directory, 'webhook-private.pem', make);
  const publicKey = createPublicKey(rsaKey(text)).export({ type: 'spki', format: 'pem' });
  await keepDerivedFile(directory, 'webhook-public.pem', publicKey.toString());
  return { privateKeyPem: text, publicKeyPath: `${directory}/webhook-public.pem` };
}

/**
 * Signs a webhook as Wix does: RS256, `data` a JSON text. Issuer and audience are those of Wix's
 * plugin calls; the SDK asks for neither.
 */
export async function signWebhook(key: WebhookKey, appId: string, data: string): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT({ data })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(wixIssuer)
    .setAudience(appId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + TOKEN_SECONDS)
    .sign(key);
}

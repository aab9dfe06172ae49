import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
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
 * @param name what the operator calls it
 * @throws Error that says what kind of thing it is instead, and nothing of the key itself
 */
export async function readWebhookKey(privateKeyPem: string, name?: string): Promise<WebhookKey> {
  return importPKCS8(rsaKey(privateKeyPem, name), 'RS256');
}

function rsaKey(pem: string, name = 'The key that signs webhooks'): string {
  const key = privateKeyOf(pem);
  const kind = key ? kindOfKey(key) : kindOfText(pem);
  if (key && kind === undefined) return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  throw new Error(
    `${name} must be a private RSA key of ${MODULUS_BITS} bits or more, PEM without a password, ` +
      `got ${kind ?? 'nothing'}`,
  );
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // The reason OpenSSL gives helps nobody.
    return undefined;
  }
}

/** What is wrong about a key; undefined: nothing. */
function kindOfKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType !== 'rsa') return `a private key of type ${asymmetricKeyType}`;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < MODULUS_BITS ? `one of ${bits} bits` : undefined;
}

/** By what stands in a PEM that is no private key. */
const KINDS_OF_TEXT: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PUBLIC KEY-----/, 'a public key'],
  [/-----BEGIN CERTIFICATE-----/, 'a certificate'],
  [/ENCRYPTED/, 'a key with a password'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a damaged private key'],
];

function kindOfText(pem: string): string {
  return KINDS_OF_TEXT.find(([mark]) => mark.test(pem))?.[1] ?? 'something that is no PEM key';
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

import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Most keys at once: a token of a foreign key is checked against every one of them. */
export const maximumPublicKeys = 16;

/** Shortest RSA key that RS256 may use, in bits (RFC 7518, section 3.3). */
const minimumModulusBits = 2048;

/** Thrown for a text that is no usable public key. The message never holds any part of the key. */
export class InvalidPublicKeyError extends Error {
  override readonly name = 'InvalidPublicKeyError';
}

const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;
const privateKeyLabel = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;

/**
 * Reads the public keys of some texts, each of which holds one or several of: a PEM ("PUBLIC KEY",
 * or PKCS #1 "RSA PUBLIC KEY"), also with its line ends written as `\n` or lost; base64 of such a
 * PEM, comma-separated when there are several.
 *
 * @param texts 0..n texts, each with at least one key
 * @param check throws InvalidPublicKeyError for a key of the wrong kind; `place` begins its message
 * @returns the different keys in the order given, 0..16
 * @throws InvalidPublicKeyError for a private key, too many keys, or a text that holds anything
 *   else; its message counts texts and keys from 1
 */
export function readPublicKeys(
  texts: readonly string[],
  check: (key: KeyObject, place: string) => void,
): readonly KeyObject[] {
  const keys = new Map<string, KeyObject>();
  texts.forEach((text, index) => {
    const place = `public key text ${index + 1}`;
    readBlocks(text, place).forEach((block, position) => {
      const keyPlace = `${place}, key ${position + 1}`;
      const key = readPublicKey(block, keyPlace);
      check(key, keyPlace);
      keys.set(key.export({ type: 'spki', format: 'pem' }).toString(), key);
    });
  });
  if (keys.size > maximumPublicKeys) {
    throw new InvalidPublicKeyError(`more than ${maximumPublicKeys} public keys`);
  }
  return [...keys.values()];
}

/** @throws InvalidPublicKeyError for an RSA key of less than 2048 bits */
export function checkModulus(key: KeyObject, place: string): void {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < minimumModulusBits) {
    const bound = `at least ${minimumModulusBits}`;
    throw new InvalidPublicKeyError(`${place}: an RSA key of ${bits} bits; ${bound} are needed`);
  }
}

interface PemBlock {
  readonly label: string;
  readonly der: Buffer;
}

function readBlocks(text: string, place: string): readonly PemBlock[] {
  const plain = text.replaceAll(/\\r|\\n/g, '\n');
  const pemText = plain.includes('-----BEGIN') ? plain : decodeBase64List(plain, place);
  if (privateKeyLabel.test(pemText)) {
    throw new InvalidPublicKeyError(`${place}: this is a private key; give its public key`);
  }
  const blocks = [...pemText.matchAll(pemBlock)].map(([, label = '', body = '']) => ({
    label,
    der: Buffer.from(body, 'base64'),
  }));
  const rest = pemText.replaceAll(pemBlock, '');
  if (blocks.length === 0 || /[^\s,]/.test(rest)) {
    throw new InvalidPublicKeyError(`${place}: not a PEM public key nor base64 of one`);
  }
  return blocks;
}

function decodeBase64List(text: string, place: string): string {
  const parts = text.split(',').map((part) => part.replaceAll(/\s/g, ''));
  const decoded = parts.map((part) => {
    const pem = /^[A-Za-z0-9+/_-]+={0,2}$/.test(part) ? Buffer.from(part, 'base64').toString() : '';
    if (!pem.includes('-----BEGIN')) {
      throw new InvalidPublicKeyError(`${place}: not a PEM public key nor base64 of one`);
    }
    return pem;
  });
  return decoded.join('\n');
}

function readPublicKey({ label, der }: PemBlock, place: string): KeyObject {
  const type = { 'PUBLIC KEY': 'spki', 'RSA PUBLIC KEY': 'pkcs1' }[label];
  if (type !== 'spki' && type !== 'pkcs1') {
    throw new InvalidPublicKeyError(`${place}: a PEM of another kind than "PUBLIC KEY"`);
  }
  try {
    return createPublicKey({ key: der, format: 'der', type });
  } catch {
    throw new InvalidPublicKeyError(`${place}: the PEM holds no readable public key`);
  }
}

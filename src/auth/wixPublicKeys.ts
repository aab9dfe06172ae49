import { importSPKI } from 'jose';
import type { CryptoKey } from 'jose';
import { checkModulus, InvalidPublicKeyError, readPublicKeys } from './publicKeyPem';

export { InvalidPublicKeyError } from './publicKeyPem';

/**
 * Turns the texts of `WIX_PUBLIC_KEY` and of key files into keys that verify RS256. The forms of a
 * key: see `readPublicKeys`. A key that occurs twice counts once.
 *
 * @param texts 0..n texts, each with at least one key; at most 16 different keys in all
 * @returns the keys in the order given; empty for no texts
 * @throws InvalidPublicKeyError for a private key, a key that is not RSA, one of less than 2048
 *   bits, or a text that holds anything else; its message counts texts and keys from 1
 */
export async function importWixPublicKeys(texts: readonly string[]): Promise<readonly CryptoKey[]> {
  const keys = readPublicKeys(texts, (key, place) => {
    if (key.asymmetricKeyType !== 'rsa') {
      throw new InvalidPublicKeyError(`${place}: not an RSA key`);
    }
    checkModulus(key, place);
  });
  const pems = keys.map((key) => key.export({ type: 'spki', format: 'pem' }).toString());
  return Promise.all(pems.map((pem) => importSPKI(pem, 'RS256')));
}

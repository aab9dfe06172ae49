import { generateKeyPairSync } from 'node:crypto';
import { exportSPKI } from 'jose';
import { importWixPublicKeys, InvalidPublicKeyError } from '../../src/auth/wixPublicKeys';

function rsaPair(modulusLength: number) {
  return generateKeyPairSync('rsa', { modulusLength });
}

const one = rsaPair(2048);
const two = rsaPair(2048);
const pemOne = one.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pemTwo = two.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pkcs1 = one.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function imported(...texts: string[]): Promise<string[]> {
  const keys = await importWixPublicKeys(texts);
  // jose ends its PEM without a line end.
  return Promise.all(keys.map(async (key) => `${await exportSPKI(key)}\n`));
}

async function refusal(text: string): Promise<string> {
  const error: unknown = await importWixPublicKeys([text]).catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidPublicKeyError)) throw new Error('no InvalidPublicKeyError');
  return error.message;
}

test.each([
  ['a PEM', pemOne],
  ['a PEM with CR LF', pemOne.replaceAll('\n', '\r\n')],
  ['a PEM with literal \\n', pemOne.replaceAll('\n', '\\n')],
  ['a PEM squeezed onto one line', pemOne.replaceAll('\n', ' ')],
  ['a PEM between blank lines', `\n\n${pemOne}\n\n`],
  ['base64 of a PEM', base64(pemOne)],
  ['base64 of a PEM without its line end', base64(pemOne.trim())],
  ['base64 of a PEM in lines', base64(pemOne).replaceAll(/(.{76})/g, '$1\n')],
  ['PKCS #1', pkcs1],
  ['base64 of PKCS #1', base64(pkcs1)],
])('%s', async (_, text) => {
  expect(await imported(text)).toEqual([pemOne]);
});

test.each([
  ['two PEMs in one text', `${pemOne}${pemTwo}`],
  ['two PEMs with literal \\n and a comma', `${pemOne},${pemTwo}`.replaceAll('\n', '\\n')],
  ['base64 of two PEMs', base64(`${pemOne}${pemTwo}`)],
  ['two base64 texts with a comma', `${base64(pemOne)}, ${base64(pemTwo)}`],
])('%s', async (_, text) => {
  expect(await imported(text)).toEqual([pemOne, pemTwo]);
});

test('several texts, in their order', async () => {
  expect(await imported(base64(pemTwo), pemOne)).toEqual([pemTwo, pemOne]);
});

test('a key that occurs twice counts once', async () => {
  expect(await imported(pemOne, pkcs1, base64(pemOne))).toEqual([pemOne]);
});

test('no texts give no keys', async () => {
  expect(await importWixPublicKeys([])).toEqual([]);
});

test('a key verifies RS256 and nothing else', async () => {
  const [key] = await importWixPublicKeys([pemOne]);
  expect(key).toMatchObject({
    type: 'public',
    usages: ['verify'],
    algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-256' } },
  });
});

describe('refused, without any part of the key in the message', () => {
  const pkcs8 = one.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const pkcs1Private = one.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const encrypted = one.privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'word' })
    .toString();
  const short = rsaPair(1024).publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
  const certificate = pemOne.replaceAll('PUBLIC KEY', 'CERTIFICATE');
  const broken = pemOne.replace(/\n.{20}/, '\n');

  test.each([
    ['a private key', pkcs8, 'this is a private key'],
    ['a PKCS #1 private key', pkcs1Private, 'this is a private key'],
    ['an encrypted private key', encrypted, 'this is a private key'],
    ['base64 of a private key', base64(pkcs8), 'this is a private key'],
    ['a private key cut off', pkcs8.slice(0, 400), 'this is a private key'],
    ['a private key after a public one', `${pemOne}${pkcs8}`, 'this is a private key'],
    ['1024 bits', short, '1024 bits'],
    ['an elliptic key', elliptic, 'not an RSA key'],
    ['an RSA-PSS key', pss, 'not an RSA key'],
    ['a certificate', certificate, 'another kind'],
    ['a PEM with damage inside', broken, 'no readable public key'],
    ['a PEM cut off', pemOne.slice(0, 200), 'not a PEM'],
    ['a PEM with words around it', `key: ${pemOne}`, 'not a PEM'],
    ['words', 'not a key at all', 'not a PEM'],
    ['base64 of words', base64('not a key at all'), 'not a PEM'],
    ['an empty part', `${base64(pemOne)},`, 'not a PEM'],
    ['nothing', '', 'not a PEM'],
  ])('%s', async (_, text, words) => {
    const message = await refusal(text);
    expect(message).toContain('public key text 1');
    expect(message).toContain(words);
    const body = pemOne.split('\n')[2]!;
    expect(message).not.toContain(body);
    expect(message.length).toBeLessThan(120);
  });

  test('the place of a wrong key', async () => {
    await expect(importWixPublicKeys([pemTwo, `${pemOne}${short}`])).rejects.toThrow(
      'public key text 2, key 2: an RSA key of 1024 bits; at least 2048 are needed',
    );
  });

  test('more than 16 keys', async () => {
    // Other exponents make other keys without the time that other moduli take.
    const { n } = one.publicKey.export({ format: 'jwk' });
    const { createPublicKey } = await import('node:crypto');
    const texts = Array.from({ length: 17 }, (_, i) => {
      const e = Buffer.from([1, 0, 2 * i + 1]).toString('base64url');
      const key = createPublicKey({ key: { kty: 'RSA', n: n!, e }, format: 'jwk' });
      return key.export({ type: 'spki', format: 'pem' }).toString();
    });
    expect(await importWixPublicKeys(texts.slice(0, 16))).toHaveLength(16);
    await expect(importWixPublicKeys(texts)).rejects.toThrow('more than 16 public keys');
  });
});

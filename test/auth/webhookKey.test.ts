import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readWebhookKey } from '../../src/auth/webhookKey';

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const pem = { type: 'pkcs8', format: 'pem' } as const;
const key = rsa(2048);
const text = key.export(pem).toString();
const encrypted = key.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'HUSH' }).toString();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

test.each([
  ['PKCS #8', text],
  ['PKCS #1', key.export({ type: 'pkcs1', format: 'pem' }).toString()],
])('a private RSA key is read: %s', async (_form, given) => {
  expect(await readWebhookKey(given)).toMatchObject({ type: 'private' });
});

test.each([
  ['a public key', createPublicKey(text).export({ type: 'spki', format: 'pem' }).toString()],
  ['a key with a password', encrypted],
  ['a private key of type ec', ec.export(pem).toString()],
  ['one of 1024 bits', rsa(1024).export(pem).toString()],
  ['a damaged private key', text.replace(/\n.{20}/, '\n')],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'],
  ['something that is no PEM key', 'HUSH'],
])('what is wrong is said, and nothing of the key: %s', async (kind, given) => {
  const name = 'WEBHOOK_SIGNING_KEY_FILE';
  await expect(readWebhookKey(given, name)).rejects.toThrow(
    new Error(
      `${name} must be a private RSA key of 2048 bits or more, PEM without a password, got ${kind}`,
    ),
  );
});

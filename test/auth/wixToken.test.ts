import { createHmac, createSign, createVerify, generateKeyPairSync, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { CryptoKey } from 'jose';
import { signWixToken } from '../../src/auth/signWixToken';
import { importWixPublicKeys } from '../../src/auth/wixPublicKeys';
import { InvalidTokenError, verifyWixToken, type WixTokenRules } from '../../src/auth/wixToken';

const appId = '2f3c9a5e-1111-4222-8333-444455556666';
const nowSeconds = 1_800_000_000;
const data = { request: { items: [] }, metadata: { instanceId: 'site' } };
const claims = { iss: 'wix.com', aud: appId, iat: nowSeconds, exp: nowSeconds + 60, data };

const wix = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
let wixKey: CryptoKey;
let foreignKey: CryptoKey;

function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

beforeAll(async () => {
  const keys = await importWixPublicKeys([pemOf(wix.publicKey), pemOf(foreign.publicKey)]);
  [wixKey, foreignKey] = keys as [CryptoKey, CryptoKey];
});

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Signs by node:crypto, so that no library has a say in what a token may hold. */
function signed(
  payload: unknown,
  header: object = { alg: 'RS256', kid: 'any' },
  hash = 'sha256',
  key = wix.privateKey,
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${createSign(hash).update(input).sign(key, 'base64url')}`;
}

function without(...names: (keyof typeof claims)[]): object {
  return Object.fromEntries(
    Object.entries(claims).filter(([name]) => !names.includes(name as never)),
  );
}

function verify(token: string, rules: Partial<WixTokenRules> = {}) {
  const now = new Date(nowSeconds * 1000);
  return verifyWixToken(token, { keys: [wixKey], appId, clockSkewSeconds: 60, now, ...rules });
}

async function rejection(token: string, rules: Partial<WixTokenRules> = {}) {
  const error: unknown = await verify(token, rules).then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InvalidTokenError))
    throw new Error('no InvalidTokenError', { cause: error });
  return error;
}

describe('accepted', () => {
  test('claims come back as they were signed', async () => {
    expect(await verify(signed(claims))).toEqual(claims);
  });

  test.each([
    ['a line end behind it', () => `${signed(claims)}\r\n`],
    ['aud as an array with the app id', () => signed({ ...claims, aud: ['other', appId] })],
    ['no iat', () => signed(without('iat'))],
    ['iat in the future, as far as the skew', () => signed({ ...claims, iat: nowSeconds + 60 })],
    ['iat long ago', () => signed({ ...claims, iat: 1 })],
    ['exp one second from now', () => signed({ ...claims, exp: nowSeconds + 1 })],
    ['unknown claims and header fields', () => signed({ ...claims, x: 1 }, { alg: 'RS256', y: 2 })],
    ['no kid', () => signed(claims, { alg: 'RS256' })],
    ['an empty data object', () => signed({ ...claims, data: {} })],
  ])('%s', async (_, token) => {
    await expect(verify(token())).resolves.toBeDefined();
  });

  test('300 lines', async () => {
    const items = Array.from({ length: 300 }, (_, i) => ({ quantity: i, id: 'x'.repeat(200) }));
    const large = { ...claims, data: { request: { items } } };
    expect(await verify(signed(large))).toEqual(large);
  });

  test('now is the clock when no time is given', async () => {
    const token = await signWixToken({ key: wix.privateKey, appId, data });
    const rules = { keys: [wixKey], appId, clockSkewSeconds: 0 };
    expect((await verifyWixToken(token, rules)).data).toEqual(data);
  });
});

describe('rejected', () => {
  test.each([
    ['aud of another app', () => signed({ ...claims, aud: 'other' }), 'audience'],
    ['aud as an array without the app id', () => signed({ ...claims, aud: ['a'] }), 'audience'],
    ['an empty aud array', () => signed({ ...claims, aud: [] }), 'audience'],
    ['no aud', () => signed(without('aud')), 'audience'],
    ['another iss', () => signed({ ...claims, iss: 'wix.com.example' }), 'issuer'],
    ['no iss', () => signed(without('iss')), 'issuer'],
    ['exp in the past', () => signed({ ...claims, exp: nowSeconds - 1 }), 'expired'],
    ['exp equal to now', () => signed({ ...claims, exp: nowSeconds }), 'expired'],
    ['no exp', () => signed(without('exp')), 'expiry'],
    ['exp as a text', () => signed({ ...claims, exp: '1900000000' }), 'expiry'],
    ['iat beyond the skew', () => signed({ ...claims, iat: nowSeconds + 61 }), 'issued_at'],
    ['iat as a text', () => signed({ ...claims, iat: '1' }), 'issued_at'],
    ['iat as null', () => signed({ ...claims, iat: null }), 'issued_at'],
    ['nbf in the future', () => signed({ ...claims, nbf: nowSeconds + 1 }), 'not_before'],
    ['data as a text', () => signed({ ...claims, data: JSON.stringify(data) }), 'data'],
    ['data as an array', () => signed({ ...claims, data: [data] }), 'data'],
    ['data null', () => signed({ ...claims, data: null }), 'data'],
    ['no data', () => signed(without('data')), 'data'],
    ['claims that are no object', () => signed('claims'), 'payload'],
    ['RS512', () => signed(claims, { alg: 'RS512' }, 'sha512'), 'algorithm'],
    ['alg none', () => `${encode({ alg: 'none' })}.${encode(claims)}.`, 'algorithm'],
    ['no alg', () => signed(claims, {}), 'damaged'],
    ['a critical extension', () => signed(claims, { alg: 'RS256', crit: ['x'], x: 1 }), 'header'],
    ['a header that lies about SHA-512', () => signed(claims, undefined, 'sha512'), 'signature'],
    ['another key', () => signed(claims, undefined, 'sha256', foreign.privateKey), 'signature'],
    ['no signature', () => `${encode({ alg: 'RS256' })}.${encode(claims)}.`, 'signature'],
    ['a short signature', () => `${encode({ alg: 'RS256' })}.${encode(claims)}.AAAA`, 'signature'],
    ['quotes around it', () => `"${signed(claims)}"`, 'damaged'],
    ['a character outside base64url', () => `${signed(claims)}$`, 'damaged'],
  ])('%s', async (_, token, reason) => {
    expect(await rejection(token())).toMatchObject({ code: 'TOKEN_REJECTED', reason });
  });

  test('HS256 keyed with the public key', async () => {
    const input = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
    const hmac = createHmac('sha256', pemOf(wix.publicKey)).update(input).digest('base64url');
    const expected = { code: 'TOKEN_REJECTED', reason: 'algorithm' };
    expect(await rejection(`${input}.${hmac}`)).toMatchObject(expected);
  });

  test('a changed payload', async () => {
    const [header, , signature] = signed(claims).split('.');
    const token = `${header!}.${encode({ ...claims, data: {} })}.${signature!}`;
    const expected = { code: 'TOKEN_REJECTED', reason: 'signature' };
    expect(await rejection(token)).toMatchObject(expected);
  });

  test('iat in the future without a skew', async () => {
    const token = signed({ ...claims, iat: nowSeconds + 1 });
    expect((await rejection(token, { clockSkewSeconds: 0 })).reason).toBe('issued_at');
  });
});

describe('malformed', () => {
  test.each([
    ['an empty body', ''],
    ['a blank body', ' \r\n'],
    ['plain JSON', JSON.stringify(claims)],
    ['JSON with two dots', '{"a":"1.2.3"}'],
    ['words', 'not a token'],
    ['three words', 'a.b.c'],
    ['a header that is an array', `${encode([])}.${encode(claims)}.AAAA`],
    ['two parts', `${encode({ alg: 'RS256' })}.${encode(claims)}`],
    ['four parts', `${encode({ alg: 'RS256' })}.${encode(claims)}.A.A`],
    ['an encrypted token', `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.A.A.A.A`],
  ])('%s', async (_, token) => {
    expect(await rejection(token)).toMatchObject({ code: 'MALFORMED_TOKEN', reason: 'form' });
  });
});

describe('several keys', () => {
  test('a key that is being rotated in or out verifies', async () => {
    const old = signed(claims);
    const renewed = signed(claims, undefined, 'sha256', foreign.privateKey);
    for (const keys of [
      [wixKey, foreignKey],
      [foreignKey, wixKey],
    ]) {
      await expect(verify(old, { keys })).resolves.toBeDefined();
      await expect(verify(renewed, { keys })).resolves.toBeDefined();
    }
    expect((await rejection(old, { keys: [foreignKey] })).reason).toBe('signature');
  });

  test('a claim that does not hold stays the reason', async () => {
    const expired = signed({ ...claims, exp: nowSeconds - 1 });
    const keys = [foreignKey, wixKey, foreignKey];
    expect((await rejection(expired, { keys })).reason).toBe('expired');
  });

  test('a token of none of them', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const token = signed(claims, undefined, 'sha256', stranger);
    expect((await rejection(token, { keys: [wixKey, foreignKey] })).reason).toBe('signature');
  });
});

describe('a bug is no rejection', () => {
  test('no key at all', async () => {
    const failure = verify(signed(claims), { keys: [] });
    await expect(failure).rejects.toThrow('no public key');
    await expect(failure).rejects.not.toBeInstanceOf(InvalidTokenError);
  });

  test('a key that cannot verify', async () => {
    const keys = [wix.privateKey as unknown as CryptoKey];
    const failure = verify(signed(claims), { keys });
    await expect(failure).rejects.toThrow(TypeError);
  });

  test('a check of the signature that breaks', async () => {
    const broken = jest.spyOn(webcrypto.subtle, 'verify').mockRejectedValue(new Error('no engine'));
    try {
      const failure = verify(signed(claims), { keys: [wixKey, foreignKey] });
      await expect(failure).rejects.not.toBeInstanceOf(InvalidTokenError);
      await expect(failure).rejects.toMatchObject({ cause: { message: 'no engine' } });
      expect(broken).toHaveBeenCalledTimes(1);
    } finally {
      broken.mockRestore();
    }
  });
});

test('an error holds nothing of the token', async () => {
  const secret = { ...claims, aud: 'HUSH', data: { note: 'HUSH' } };
  const token = signed(secret);
  for (const text of [token, `"${token}"`, `${token}$`, token.slice(0, -4), 'HUSH']) {
    const error = await rejection(text);
    const shown = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`;
    expect(shown).not.toContain('HUSH');
    expect(shown).not.toContain(token.slice(0, 10));
  }
});

describe('signing', () => {
  const content = { appId, data, issuedAtSeconds: nowSeconds };

  test('gives the claims of a Wix call under RS256', async () => {
    const token = await signWixToken({ key: wix.privateKey, ...content, expiresInSeconds: 30 });
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decode(header)).toEqual({ alg: 'RS256' });
    expect(decode(payload)).toEqual({ ...claims, exp: nowSeconds + 30 });
    const check = createVerify('sha256').update(`${header}.${payload}`);
    expect(check.verify(wix.publicKey, signature, 'base64url')).toBe(true);
  });

  test('takes a PEM too, and lives 600 seconds by default', async () => {
    const privateKeyPem = wix.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const token = await signWixToken({ privateKeyPem, ...content });
    expect((await verify(token)).exp).toBe(nowSeconds + 600);
  });
});

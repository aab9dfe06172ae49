import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { createApiTokenVerifier } from '../../src/auth/apiToken';
import type { ApiTokenSource } from '../../src/auth/apiTokenSource';
import { InvalidPublicKeyError } from '../../src/auth/publicKeyPem';
import { signApiToken } from '../../src/auth/signApiToken';
import { DEVELOPMENT_TENANT_ID } from '../../src/core/identity';
import {
  algorithms,
  audience,
  claimsWith,
  compose,
  failureOf,
  hmac,
  issuer,
  nowSeconds,
  pairs,
  pemOf,
  secret,
  signed,
  signer,
  tenantId,
} from './apiTokens';

function verifierOf(source: ApiTokenSource, clockToleranceSeconds?: number) {
  return createApiTokenVerifier({
    source,
    issuer,
    audience,
    ...(clockToleranceSeconds !== undefined && { clockToleranceSeconds }),
  });
}

const pems = algorithms.map((algorithm) => pemOf(pairs[algorithm].publicKey));
const bySecret = verifierOf({ secret });
const byKeys = verifierOf({ publicKeys: pems });

const hs256 = (claims: object = {}, header: object = { alg: 'HS256' }) =>
  compose(header, claimsWith({ ...claims }), hmac(secret));

describe('accepted', () => {
  test('a token becomes its principal', async () => {
    const principal = await bySecret(hs256());
    expect(principal).toEqual({
      tenantId,
      subject: 'ann',
      scopes: new Set(['inventory:read', 'inventory:write']),
      tokenId: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) as string,
    });
    expect(Object.isFrozen(principal)).toBe(true);
  });

  test.each(algorithms)('%s of a public key', async (algorithm) => {
    expect(await byKeys(signed(algorithm))).toMatchObject({ tenantId, subject: 'ann' });
  });

  test('EdDSA by its newer name Ed25519', async () => {
    await expect(byKeys(signed('EdDSA', {}, { alg: 'Ed25519' }))).resolves.toBeDefined();
  });

  test('several keys in one text, and several keys of one algorithm', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const verify = verifierOf({ publicKeys: [`${pemOf(other.publicKey)}${pems.join('')}`] });
    await expect(verify(signed('ES256'))).resolves.toBeDefined();
    const token = compose({ alg: 'ES256' }, claimsWith(), signer(other.privateKey));
    await expect(verify(token)).resolves.toBeDefined();
    expect(await failureOf(byKeys(token))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each([
    ['the audience among others', { aud: ['other', audience] }],
    ['no scope', { scope: undefined }],
    ['unknown scopes and claims', { scope: 'openid a:b', roles: ['x'] }],
    ['a subject of 128 characters', { sub: 'ü'.repeat(128) }],
    ['an expiry a year away', { exp: nowSeconds() + 365 * 86_400 }],
  ])('%s', async (_, claims) => {
    await expect(bySecret(hs256(claims))).resolves.toBeDefined();
  });

  test('a tenant in capitals is the same tenant', async () => {
    const principal = await bySecret(hs256({ tenant: tenantId.toUpperCase() }));
    expect(principal.tenantId).toBe(tenantId);
  });

  test('clocks may be apart as far as the tolerance', async () => {
    const late = hs256({ exp: nowSeconds() - 200, nbf: nowSeconds() + 200 });
    await expect(verifierOf({ secret }, 300)(late)).resolves.toBeDefined();
    expect((await failureOf(verifierOf({ secret }, 0)(late))).code).toBe('UNAUTHENTICATED');
    expect((await failureOf(bySecret(late))).code).toBe('UNAUTHENTICATED');
  });
});

describe('rejected', () => {
  test.each([
    ['expired', { exp: nowSeconds() - 3600 }, 'it has expired'],
    ['no exp', { exp: undefined }, 'exp is missing'],
    ['exp as a text', { exp: '9999999999' }, 'exp is missing'],
    ['exp in milliseconds', { exp: Date.now() }, 'exp is more than 366 days away'],
    ['not yet valid', { nbf: nowSeconds() + 3600 }, 'nbf'],
    ['another issuer', { iss: `${issuer}.evil` }, 'iss'],
    ['no issuer', { iss: undefined }, 'iss'],
    ['another audience', { aud: 'stocks' }, 'aud'],
    ['no audience', { aud: undefined }, 'aud'],
    ['no tenant', { tenant: undefined }, 'tenant'],
    ['a tenant that is no text', { tenant: [tenantId] }, 'tenant'],
    ['an empty tenant', { tenant: '' }, 'tenant'],
    ['a tenant that leaves its hash tag', { tenant: `a}:levels{${tenantId}` }, 'tenant'],
    ['a tenant with a brace', { tenant: `{${tenantId}}` }, 'tenant'],
    ['a tenant with a line end', { tenant: `${tenantId}\n` }, 'tenant'],
    ['a tenant with a colon', { tenant: 'a:order' }, 'tenant'],
    ['a tenant of 65 characters', { tenant: 'a'.repeat(65) }, 'tenant'],
    ['no subject', { sub: undefined }, 'sub'],
    ['an empty subject', { sub: '' }, 'sub'],
    ['a subject that is no text', { sub: 7 }, 'sub'],
    ['a subject of 129 characters', { sub: 'a'.repeat(129) }, 'sub'],
    ['a subject of two lines', { sub: 'ann\nadmin' }, 'sub'],
    ['scopes as an array', { scope: ['inventory:admin'] }, 'scope'],
  ])('%s', async (_, claims, reason) => {
    const error = await failureOf(bySecret(hs256(claims)));
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', kind: 'unauthenticated' });
    expect(error.message).toContain(`The token was rejected: ${reason}`);
  });

  test.each([
    ['nothing', ''],
    ['words', 'let me in'],
    ['two parts', 'a.b'],
    ['an encrypted token', compose({ alg: 'dir', enc: 'A256GCM' }, {}, () => 'a.b.c')],
    ['claims that are no object', compose({ alg: 'HS256' }, 'ann', hmac(secret))],
    ['a header without algorithm', hs256({}, {})],
  ])('%s', async (_, token) => {
    const { code, message } = await failureOf(bySecret(token));
    expect([code, message]).toEqual([
      'UNAUTHENTICATED',
      'The token was rejected: it is not a signed token (compact JWS).',
    ]);
  });

  test('a changed claim', async () => {
    const [header, , signature] = hs256().split('.') as [string, string, string];
    const claims = claimsWith({ scope: 'inventory:admin' });
    const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const { message } = await failureOf(bySecret(`${header}.${changed}.${signature}`));
    expect(message).toContain('no known key signed it');
  });

  test('an error tells nothing of the token', async () => {
    const tokens = [
      hs256({ aud: 'HUSH', sub: 'HUSH' }),
      hs256({ tenant: 'HUSH}' }),
      `${hs256({ sub: 'HUSH' })}HUSH`,
    ];
    for (const token of tokens) {
      const error = await failureOf(bySecret(token));
      expect(error.cause).toBeUndefined();
      expect(`${error.message}${JSON.stringify(error)}`).not.toContain('HUSH');
    }
  });
});

describe('algorithms are pinned', () => {
  const unsigned = () => '';

  test.each([
    ['none', compose({ alg: 'none' }, claimsWith(), unsigned)],
    ['NONE', compose({ alg: 'NONE' }, claimsWith(), unsigned)],
    ['HS512', hs256({}, { alg: 'HS512' })],
    ['HS256 by a public key', compose({ alg: 'HS256' }, claimsWith(), hmac(pems[0]!))],
    ['RS512', signed('RS256', {}, { alg: 'RS512' })],
    ['PS256', signed('RS256', {}, { alg: 'PS256' })],
  ])('%s is accepted by no public key', async (_, token) => {
    const { code, message } = await failureOf(byKeys(token));
    expect(code).toBe('UNAUTHENTICATED');
    expect(message).toContain('its algorithm is not accepted');
  });

  test.each<[string, string]>([
    ['none', compose({ alg: 'none' }, claimsWith(), unsigned)],
    ...algorithms.map((algorithm): [string, string] => [algorithm, signed(algorithm)]),
  ])('%s is not accepted by a secret', async (_, token) => {
    expect((await failureOf(bySecret(token))).message).toContain('algorithm');
  });

  test('a public key given as the secret does not make its private key good', async () => {
    const verify = verifierOf({ secret: pems[0]! });
    expect((await failureOf(verify(signed('RS256')))).message).toContain('algorithm');
  });

  test('the algorithm of another key of the source', async () => {
    const token = compose({ alg: 'ES256' }, claimsWith(), signer(pairs.RS256.privateKey));
    expect((await failureOf(byKeys(token))).message).toContain('no known key signed it');
    const onlyRsa = verifierOf({ publicKeys: [pems[0]!] });
    expect((await failureOf(onlyRsa(signed('ES256')))).message).toContain('algorithm');
  });

  test('a key that the token brings along counts for nothing', async () => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const header = { alg: 'ES256', jwk: own.publicKey.export({ format: 'jwk' }) };
    const token = compose(header, claimsWith(), signer(own.privateKey));
    expect((await failureOf(byKeys(token))).message).toContain('no known key signed it');
  });

  test('an extension the header calls critical', async () => {
    const token = hs256({}, { alg: 'HS256', crit: ['x'], x: 1 });
    expect((await failureOf(bySecret(token))).message).toContain('header');
  });
});

describe('the digest of a token', () => {
  test('is the same for the same token and another for another', async () => {
    const token = hs256();
    const [one, same, other] = await Promise.all(
      [token, token, hs256({ sub: 'bob' })].map(bySecret),
    );
    expect(same!.tokenId).toBe(one!.tokenId);
    expect(other!.tokenId).not.toBe(one!.tokenId);
    expect(token).not.toContain(one!.tokenId);
  });

  test('does not change with the way the signature is made', async () => {
    const claims = claimsWith();
    // ES256 signs with a random number.
    const tokens = [1, 2].map(() =>
      compose({ alg: 'ES256' }, claims, signer(pairs.ES256.privateKey)),
    );
    expect(tokens[0]).not.toBe(tokens[1]);
    const [one, two] = await Promise.all(tokens.map(byKeys));
    expect(two!.tokenId).toBe(one!.tokenId);
  });
});

describe('keys that are not taken', () => {
  const refused = (pem: string) => () => verifierOf({ publicKeys: [pem] });

  test.each([
    ['a short RSA key', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey],
    ['another curve', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey],
    ['Ed448', generateKeyPairSync('ed448').publicKey],
  ])('%s', (_, key) => {
    expect(refused(pemOf(key))).toThrow(InvalidPublicKeyError);
  });

  test('a private key, and a text that is no key', () => {
    const pem = pairs.ES256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(refused(pem)).toThrow('this is a private key');
    expect(refused('HUSH')).toThrow(/^(?!.*HUSH)/);
  });

  test('a secret of 31 bytes, and a tolerance out of bounds', () => {
    expect(() => verifierOf({ secret: 'x'.repeat(31) })).toThrow(RangeError);
    for (const seconds of [-1, 301, NaN]) {
      expect(() => verifierOf({ secret }, seconds)).toThrow(RangeError);
    }
  });
});

test('a check that breaks is a bug, not a rejection', async () => {
  const broken = jest.spyOn(webcrypto.subtle, 'verify').mockRejectedValue(new Error('no engine'));
  try {
    const unknown = hs256({ jti: 'never verified' });
    await expect(bySecret(unknown)).rejects.toMatchObject({ cause: { message: 'no engine' } });
  } finally {
    broken.mockRestore();
  }
});

test('a token the hub signs is one it takes', async () => {
  const content = { tenantId: DEVELOPMENT_TENANT_ID, subject: 'ann', issuer, audience };
  const scopes = ['inventory:admin'] as const;
  const token = await signApiToken(secret, { ...content, scopes, expiresInSeconds: 60 });
  expect(await bySecret(token)).toMatchObject({
    tenantId: DEVELOPMENT_TENANT_ID,
    scopes: new Set(['inventory:read', 'inventory:write', 'inventory:admin']),
  });
  const issuedAtSeconds = nowSeconds() - 3600;
  const old = { ...content, scopes, expiresInSeconds: 60, issuedAtSeconds };
  const { message } = await failureOf(bySecret(await signApiToken(secret, old)));
  expect(message).toContain('it has expired');
});

import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiTokenVerifier } from '../../src/auth/apiToken';
import {
  audience,
  claimsWith,
  compose,
  failureOf,
  hmac,
  issuer,
  pairs,
  pemOf,
  signed,
  signer,
} from './apiTokens';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

let server: Server;
let url: string;
let fetches: number;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  // Only the clock: sockets and timeouts are real.
  jest.useFakeTimers({
    now: Date.now(),
    doNotFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
      'nextTick',
      'queueMicrotask',
    ],
  });
  fetches = 0;
  serve(jwk('rsa', pairs.RS256.publicKey));
  server = createServer((_request, response) => {
    fetches += 1;
    answer(response);
  });
  await listen(0);
});

afterEach(async () => {
  await close();
  jest.useRealTimers();
});

async function listen(port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?secret=HUSH`;
}

async function close(): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function jwk(kid: string | undefined, key: KeyObject, more: object = {}) {
  return { ...key.export({ format: 'jwk' }), ...(kid !== undefined && { kid }), ...more };
}

function serve(...keys: object[]): void {
  answer = (response) => response.end(JSON.stringify({ keys }));
}

const verifier = () => createApiTokenVerifier({ source: { jwksUrl: url }, issuer, audience });
const rsaToken = (kid = 'rsa') => signed('RS256', {}, { kid });
/** One that was never verified before. */
const newToken = () => signed('RS256', { jti: randomUUID() }, { kid: 'rsa' });

test('every kind of key, fetched once for many tokens', async () => {
  serve(
    jwk('rsa', pairs.RS256.publicKey),
    jwk('ec', pairs.ES256.publicKey, { use: 'sig', alg: 'ES256' }),
    jwk('ed', pairs.EdDSA.publicKey),
  );
  const verify = verifier();
  expect(fetches).toBe(0);
  await Promise.all(
    [rsaToken(), signed('ES256', {}, { kid: 'ec' }), signed('EdDSA', {}, { kid: 'ed' })].map(
      verify,
    ),
  );
  await verify(rsaToken());
  expect(fetches).toBe(1);
});

test('a token without kid is tried with every key of its algorithm', async () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  serve(jwk('a', other.publicKey), jwk('b', pairs.RS256.publicKey));
  const verify = verifier();
  await expect(verify(signed('RS256'))).resolves.toBeDefined();
  serve(jwk('a', other.publicKey), jwk('c', other.publicKey));
  const { message } = await failureOf(verifier()(signed('RS256')));
  expect(message).toContain('no known key signed it');
});

test('algorithms are pinned before any key is fetched', async () => {
  const pem = pemOf(pairs.RS256.publicKey);
  const tokens = [
    compose({ alg: 'none' }, claimsWith(), () => ''),
    compose({ alg: 'HS256', kid: 'rsa' }, claimsWith(), hmac(pem)),
    compose({ alg: 'RS512', kid: 'rsa' }, claimsWith(), signer(pairs.RS256.privateKey)),
  ];
  const verify = verifier();
  for (const token of tokens) {
    expect((await failureOf(verify(token))).message).toContain('its algorithm is not accepted');
  }
  expect(fetches).toBe(0);
});

test('a secret in the set verifies nothing', async () => {
  serve({ kty: 'oct', k: Buffer.from('known to all, 32 bytes and more').toString('base64url') });
  const token = compose({ alg: 'HS256' }, claimsWith(), hmac('known to all, 32 bytes and more'));
  expect((await failureOf(verifier()(token))).code).toBe('UNAUTHENTICATED');
});

describe('rotation', () => {
  const renewed = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const renewedToken = () =>
    compose({ alg: 'RS256', kid: 'new' }, claimsWith(), signer(renewed.privateKey));

  test('a new key works at once, beside the old one', async () => {
    const verify = verifier();
    await verify(rsaToken());
    jest.advanceTimersByTime(MINUTE_MS);
    serve(jwk('rsa', pairs.RS256.publicKey), jwk('new', renewed.publicKey));
    await expect(verify(renewedToken())).resolves.toBeDefined();
    await expect(verify(rsaToken())).resolves.toBeDefined();
    expect(fetches).toBe(2);
  });

  test('unknown keys cause one fetch in ten seconds', async () => {
    const verify = verifier();
    await verify(rsaToken());
    const refuse = async () => {
      expect((await failureOf(verify(rsaToken('unknown')))).code).toBe('UNAUTHENTICATED');
    };
    await refuse();
    expect(fetches).toBe(1);
    jest.advanceTimersByTime(10 * SECOND_MS);
    await refuse();
    await refuse();
    expect(fetches).toBe(2);
  });

  test('a removed key stops working after a fetch that nobody waits for', async () => {
    const verify = verifier();
    await verify(rsaToken());
    serve(jwk('new', renewed.publicKey));
    jest.advanceTimersByTime(10 * MINUTE_MS);
    const known = newToken();
    await expect(verify(known)).resolves.toBeDefined();
    const accepted = () => verify(newToken()).then(Boolean, () => false);
    while (await accepted());
    await expect(verify(renewedToken())).resolves.toBeDefined();
    expect(fetches).toBe(2);
    // What was verified before is known for a minute, and no longer.
    jest.advanceTimersByTime(MINUTE_MS - 1);
    await expect(verify(known)).resolves.toBeDefined();
    jest.advanceTimersByTime(1);
    expect((await failureOf(verify(known))).code).toBe('UNAUTHENTICATED');
  });
});

describe('an outage of the key server', () => {
  async function expectOutage(verification: Promise<unknown>, reason: string): Promise<void> {
    const error = await failureOf(verification);
    expect(error).toMatchObject({ code: 'AUTH_UNAVAILABLE', kind: 'unavailable' });
    const { message } = error.cause as Error;
    expect(message).toContain(reason);
    expect(`${error.message}${message}`).not.toContain('HUSH');
  }

  test('nobody listens; then it is back', async () => {
    const verify = verifier();
    const { port } = server.address() as AddressInfo;
    await close();
    await expectOutage(verify(rsaToken()), 'ECONNREFUSED');
    await listen(port);
    jest.advanceTimersByTime(SECOND_MS);
    await expect(verify(rsaToken())).resolves.toBeDefined();
  });

  test.each<[string, (response: ServerResponse) => unknown, string]>([
    ['a status', (response) => response.writeHead(503).end(), '200 OK'],
    ['a redirect', (response) => response.writeHead(302, { location: '/' }).end(), '200 OK'],
    ['no JSON', (response) => response.end('<html>'), 'JSON'],
    ['no key set', (response) => response.end('{"keys":"none"}'), 'malformed'],
    ['a broken connection', (response) => response.destroy(), 'fetch failed'],
  ])('%s', async (_, respond, reason) => {
    answer = respond;
    await expectOutage(verifier()(rsaToken()), reason);
  });

  test('a failure is not repeated within a second', async () => {
    answer = (response) => response.writeHead(503).end();
    const verify = verifier();
    await Promise.all([1, 2, 3].map(() => expectOutage(verify(rsaToken()), '200 OK')));
    jest.advanceTimersByTime(0.6 * SECOND_MS);
    await expectOutage(verify(rsaToken()), '200 OK');
    expect(fetches).toBe(1);
    // Whoever asks meanwhile does not put the next fetch off.
    jest.advanceTimersByTime(0.4 * SECOND_MS);
    await expectOutage(verify(rsaToken()), '200 OK');
    expect(fetches).toBe(2);
  });

  test('known keys go on for an hour; an unknown key is an outage meanwhile', async () => {
    const verify = verifier();
    await verify(rsaToken());
    await close();
    jest.advanceTimersByTime(59 * MINUTE_MS);
    await expect(verify(signed('RS256', {}, { kid: 'rsa' }))).resolves.toBeDefined();
    await expectOutage(verify(rsaToken('new')), 'fetch failed');
    jest.advanceTimersByTime(MINUTE_MS);
    await expectOutage(verify(rsaToken()), 'fetch failed');
  });
});

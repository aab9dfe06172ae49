import { createApiTokenVerifier } from '../../src/auth/apiToken';
import { VERIFIED_KEPT_MS } from '../../src/auth/verifiedTokens';
import { audience, claimsWith, compose, failureOf, hmac, issuer, secret } from './apiTokens';

const SECOND_MS = 1000;
const start = Date.UTC(2026, 0, 1);

const verifierOf = () =>
  createApiTokenVerifier({ source: { secret }, issuer, audience, clockToleranceSeconds: 0 });
const tokenFor = (seconds: number, signature = hmac(secret)) =>
  compose({ alg: 'HS256' }, claimsWith({ exp: start / 1000 + seconds }), signature);

beforeEach(() => {
  jest.useFakeTimers({ now: start, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
});

test('a token is verified once in a minute: the same principal comes back', async () => {
  const verify = verifierOf();
  const token = tokenFor(3600);
  const principal = await verify(token);
  jest.setSystemTime(start + VERIFIED_KEPT_MS - 1);
  expect(await verify(token)).toBe(principal);
  jest.setSystemTime(start + VERIFIED_KEPT_MS);
  const again = await verify(token);
  expect(again).not.toBe(principal);
  expect(again).toEqual(principal);
});

test('a known token is refused from its exp on', async () => {
  const verify = verifierOf();
  const token = tokenFor(10);
  await verify(token);
  jest.setSystemTime(start + 10 * SECOND_MS - 1);
  await expect(verify(token)).resolves.toBeDefined();
  jest.setSystemTime(start + 10 * SECOND_MS);
  expect((await failureOf(verify(token))).message).toContain('it has expired');
});

test('the same content with another signature is another token', async () => {
  const verify = verifierOf();
  await verify(tokenFor(60));
  const forged = tokenFor(60, hmac('another secret, also with 32 bytes and more'));
  for (const token of [forged, `${tokenFor(60).slice(0, -2)}AA`, tokenFor(60).split('.')[1]!]) {
    expect((await failureOf(verify(token))).code).toBe('UNAUTHENTICATED');
  }
});

test('what was refused is looked at again, and verifiers share nothing', async () => {
  const verify = verifierOf();
  const token = tokenFor(60);
  const stranger = createApiTokenVerifier({ source: { secret }, issuer: 'other', audience });
  await verify(token);
  expect((await failureOf(stranger(token))).code).toBe('UNAUTHENTICATED');
  const early = compose(
    { alg: 'HS256' },
    claimsWith({ nbf: start / 1000 + 5, exp: start / 1000 + 60 }),
    hmac(secret),
  );
  expect((await failureOf(verify(early))).code).toBe('UNAUTHENTICATED');
  jest.setSystemTime(start + 5 * SECOND_MS);
  await expect(verify(early)).resolves.toBeDefined();
});

import { createApiTokenVerifier } from '../../src/auth/apiToken';
import { apiTokenSource } from '../../src/auth/apiTokenSource';
import { DEVELOPMENT_TENANT_ID } from '../../src/core/identity';
import { commandPlace } from './runHub';

const place = commandPlace();
const run = (...words: string[]) => place.run(['token', ...words]);

async function developmentVerifier() {
  const source = await apiTokenSource({
    nodeEnv: 'development',
    dataDir: place.path('data'),
    authJwksUrl: undefined,
    authPublicKeys: [],
    authSecret: undefined,
  });
  const names = { issuer: 'inventory-hub', audience: 'inventory-hub' };
  return createApiTokenVerifier({ source: source!, ...names });
}

test('signs a token that the hub takes, alone on standard output', async () => {
  const { exitCode, stdout, stderr } = await run();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(stderr).toContain(`command-line may inventory:admin for tenant ${DEVELOPMENT_TENANT_ID}`);
  expect(await (await developmentVerifier())(stdout.trim())).toMatchObject({
    tenantId: DEVELOPMENT_TENANT_ID,
    subject: 'command-line',
    scopes: new Set(['inventory:read', 'inventory:write', 'inventory:admin']),
  });
});

test('takes tenant, subject, scopes and lifetime', async () => {
  const words = ['--tenant', 'shop-1', '--subject', 'ann', '--expires', '1d'];
  const { stdout } = await run(...words, '--scope', 'inventory:read inventory:write');
  expect(await (await developmentVerifier())(stdout.trim())).toMatchObject({
    tenantId: 'shop-1',
    subject: 'ann',
    scopes: new Set(['inventory:read', 'inventory:write']),
  });
  const payload = Buffer.from(stdout.split('.')[1]!, 'base64url').toString();
  const { exp, iat } = JSON.parse(payload) as { exp: number; iat: number };
  expect(exp - iat).toBe(86_400);
});

test('signs with AUTH_SECRET, issuer and audience when they are set', async () => {
  const secret = 'a secret of more than 32 bytes, not a good one';
  const env = { AUTH_SECRET: secret, AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' };
  const { stdout } = await place.run(['token'], env);
  const verify = createApiTokenVerifier({ source: { secret }, issuer: 'i', audience: 'a' });
  await expect(verify(stdout.trim())).resolves.toBeDefined();
});

test('cannot sign for public keys, nor in production without a secret', async () => {
  const foreign = await place.run(['token'], { AUTH_JWKS_URL: 'https://id.example/keys' });
  expect(foreign).toMatchObject({ exitCode: 1, stdout: '' });
  expect(foreign.stderr).toContain('verifies with public keys');
  const production = { NODE_ENV: 'production', WIX_APP_ID: 'app', WIX_PUBLIC_KEY: 'key' };
  const bare = await place.run(['token'], production);
  expect(bare).toMatchObject({ exitCode: 1, stdout: '' });
  expect(bare.stderr).toContain('AUTH_SECRET is not set');
});

test.each([
  ['--scope', 'inventory:everything'],
  ['--scope', ''],
  ['--expires', '12'],
  ['--expires', '0h'],
  ['--expires', '367d'],
  ['--subject', ''],
  ['--tenant', 'a}b'],
])('%s %p is a wrong command line', async (...words) => {
  expect(await run(...words)).toMatchObject({ exitCode: 2, stdout: '' });
});

import { createApiTokenVerifier } from '../../src/auth/apiToken';
import type { ApiTokenSource } from '../../src/auth/apiTokenSource';
import { sandboxAccess } from '../../src/auth/sandboxAccess';
import { DEVELOPMENT_TENANT_ID } from '../../src/core/identity';
import { audience, issuer, secret } from './apiTokens';

const names = { authIssuer: issuer, authAudience: audience };
const sources: ApiTokenSource[] = [
  { secret },
  { publicKeys: ['pem'] },
  { jwksUrl: 'https://id.example/keys' },
];

test.each(['development', 'test'])('%s: a secret signs a token for the page', async (nodeEnv) => {
  const { token } = (await sandboxAccess({ nodeEnv, ...names }, { secret }))!;
  const verify = createApiTokenVerifier({ source: { secret }, issuer, audience });
  expect(await verify(token!)).toMatchObject({
    tenantId: DEVELOPMENT_TENANT_ID,
    scopes: new Set(['inventory:read', 'inventory:write', 'inventory:admin']),
  });
});

test.each(['development', 'test'])('%s: with public keys the page has none', async (nodeEnv) => {
  for (const source of sources.slice(1)) {
    expect(await sandboxAccess({ nodeEnv, ...names }, source)).toEqual({});
  }
});

test('production has no page, whatever vouches for tokens', async () => {
  for (const source of sources) {
    expect(await sandboxAccess({ nodeEnv: 'production', ...names }, source)).toBeUndefined();
  }
});

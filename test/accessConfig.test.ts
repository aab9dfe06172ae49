import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '../src/config';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hub-config-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const production = { NODE_ENV: 'production', WIX_APP_ID: 'app', WIX_PUBLIC_KEY: 'key' };
const foreignIssuer = { AUTH_ISSUER: 'https://id.example', AUTH_AUDIENCE: 'stock' };
const secret = 'x'.repeat(32);

function load(env: Record<string, string>) {
  return loadConfig(env, directory);
}

function problemsOf(env: Record<string, string>) {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

/** Rows of a table test: a title that stays short, and the text. */
function titled(...texts: string[]): [title: string, text: string][] {
  return texts.map((text) => [text.slice(0, 40), text]);
}

describe('the source of tokens', () => {
  test('none is needed, also in production', () => {
    expect(load(production)).toMatchObject({ authSecret: undefined, authPublicKeys: [] });
  });

  test('only one may be given', () => {
    writeFileSync(join(directory, 'a.pem'), 'key');
    const error = problemsOf({
      AUTH_JWKS_URL: 'https://id.example/keys',
      AUTH_PUBLIC_KEY_FILE: 'a.pem',
      AUTH_SECRET: secret,
    });
    const bound = 'unset beside AUTH_JWKS_URL';
    expect(error.problems).toEqual([
      { name: 'AUTH_PUBLIC_KEY_FILE', value: '(not shown)', bound },
      { name: 'AUTH_SECRET', value: '(not shown)', bound },
    ]);
  });

  test.each([
    ['31 bytes', 'x'.repeat(31)],
    ['1025 bytes', 'x'.repeat(1025)],
  ])('a secret of %s is refused and not shown', (_, text) => {
    const { message } = problemsOf({ AUTH_SECRET: text });
    expect(message).toContain('AUTH_SECRET is (not shown): must be a secret of 32 to 1024 bytes');
    expect(message).not.toContain('xx');
  });

  test('a secret is measured in bytes', () => {
    expect(load({ AUTH_SECRET: 'ü'.repeat(16) }).authSecret).toBe('ü'.repeat(16));
  });

  test('a key file that is not there is named', () => {
    const { problems } = problemsOf({ AUTH_PUBLIC_KEY_FILE: 'missing.pem' });
    expect(problems).toMatchObject([
      { name: 'AUTH_PUBLIC_KEY_FILE', value: '"missing.pem" (ENOENT)' },
    ]);
  });

  test.each(
    titled(
      'ftp://id.example/keys',
      'https://',
      'https:///keys',
      'id.example/keys',
      'https://user:HUSH@id.example/keys',
      'https://id.example/keys#first',
      `https://id.example/${'x'.repeat(2048)}`,
    ),
  )('AUTH_JWKS_URL %s is refused', (_, text) => {
    const { message, problems } = problemsOf({ AUTH_JWKS_URL: text });
    expect(problems).toMatchObject([{ name: 'AUTH_JWKS_URL' }]);
    expect(message).not.toContain('HUSH');
  });
});

describe('a key set in production', () => {
  test('needs an issuer and an audience of its own', () => {
    const env = { ...production, AUTH_JWKS_URL: 'https://id.example/keys' };
    const names = problemsOf(env).problems.map(({ name }) => name);
    expect(names).toEqual(['AUTH_ISSUER', 'AUTH_AUDIENCE']);
    expect(load({ ...env, ...foreignIssuer })).toMatchObject({
      authJwksUrl: 'https://id.example/keys',
      authIssuer: 'https://id.example',
      authAudience: 'stock',
    });
  });

  test.each(['http://id.example/keys', 'http://localhost.example/', 'http://127.example/'])(
    '%s is refused there only',
    (url) => {
      const env = { ...foreignIssuer, AUTH_JWKS_URL: url };
      expect(load(env).authJwksUrl).toBe(url);
      const { problems } = problemsOf({ ...production, ...env });
      expect(problems).toMatchObject([{ name: 'AUTH_JWKS_URL', value: 'http://… (not shown)' }]);
    },
  );

  test.each(['http://localhost:8080/keys', 'http://127.0.0.1/keys', 'http://[::1]/keys'])(
    '%s is of this machine',
    (url) => {
      const env = { ...production, ...foreignIssuer, AUTH_JWKS_URL: url };
      expect(load(env).authJwksUrl).toBe(url);
    },
  );
});

test.each(
  titled(
    '*',
    'null',
    'shop.example',
    'https://shop.example/',
    'https://shop.example/page',
    'https://Shop.example',
    'https://shop.example:443',
    'https://*.shop.example',
    'ftp://shop.example',
    'https://a.example,,https://b.example',
    Array.from({ length: 101 }, (_, i) => `https://${i}.example`).join(','),
  ),
)('CORS_ORIGINS %s is refused', (_, text) => {
  expect(problemsOf({ CORS_ORIGINS: text }).problems).toMatchObject([{ name: 'CORS_ORIGINS' }]);
});

test.each([
  ['auto', {}, true],
  ['auto', production, false],
  ['on', production, true],
  ['off', {}, false],
])('GRAPHQL_INTROSPECTION %s of %p is %s', (word, env, expected) => {
  const config = load({ ...env, GRAPHQL_INTROSPECTION: word });
  expect(config.graphqlIntrospection).toBe(expected);
});

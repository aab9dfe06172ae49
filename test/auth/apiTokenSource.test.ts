import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiTokenSource, type ApiTokenOptions } from '../../src/auth/apiTokenSource';
import { ensureDevelopmentKeys } from '../../src/auth/developmentKeys';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hub-source-'));
});

afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function sourceOf(options: Partial<ApiTokenOptions> = {}) {
  return apiTokenSource({
    nodeEnv: 'development',
    dataDir,
    authJwksUrl: undefined,
    authPublicKeys: [],
    authSecret: undefined,
    ...options,
  });
}

const secretPath = () => join(dataDir, 'development-keys', 'api-secret');

test.each([
  [{ authJwksUrl: 'https://id.example/keys' }, { jwksUrl: 'https://id.example/keys' }],
  [{ authPublicKeys: ['pem'] }, { publicKeys: ['pem'] }],
  [{ authSecret: 'secret' }, { secret: 'secret' }],
])('%p is the source %p, in production too', async (options, source) => {
  for (const nodeEnv of ['development', 'production']) {
    expect(await sourceOf({ nodeEnv, ...options })).toEqual(source);
  }
});

test('production has no source of its own', async () => {
  expect(await sourceOf({ nodeEnv: 'production' })).toBeUndefined();
});

test('development makes a secret once, for its owner only', async () => {
  const results = await Promise.all(Array.from({ length: 8 }, () => sourceOf()));
  const secret = readFileSync(secretPath(), 'utf8');
  expect(secret).toMatch(/^[A-Za-z0-9_-]{64}$/);
  for (const found of results) expect(found).toEqual({ secret });
  expect(await sourceOf({ nodeEnv: 'test' })).toEqual(results[0]);
  expect(statSync(secretPath()).mode & 0o777).toBe(0o600);
});

test('the secret stands beside the key pair', async () => {
  const { directory } = await ensureDevelopmentKeys(dataDir);
  await sourceOf();
  expect(secretPath()).toBe(join(directory, 'api-secret'));
  expect((await ensureDevelopmentKeys(dataDir)).created).toBe(false);
});

test('a file that holds too little is an error that says what to do', async () => {
  await sourceOf();
  writeFileSync(secretPath(), 'HUSH');
  await expect(sourceOf()).rejects.toThrow('holds no secret; remove it');
  await expect(sourceOf()).rejects.not.toThrow('HUSH');
});

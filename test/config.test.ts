import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError, loadConfig, settings } from '../src/config';
import { defaults } from './support/defaultConfig';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hub-config-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function load(env: Record<string, string | undefined>) {
  return loadConfig(env, directory);
}

function problemsOf(env: Record<string, string | undefined>): ConfigError {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

describe('reading', () => {
  test('every setting has its default', () => {
    expect(load({})).toEqual({ ...defaults, dataDir: join(directory, 'data') });
  });

  test('an empty or blank value counts as unset', () => {
    const blank = Object.fromEntries(settings.map(({ name }, i) => [name, i % 2 ? '' : '  ']));
    expect(load(blank)).toEqual(load({}));
  });

  test('every setting is read', () => {
    writeFileSync(join(directory, 'a.pem'), 'key a\n');
    writeFileSync(join(directory, 'b.pem'), 'key b\n');
    writeFileSync(join(directory, 'c.pem'), 'key c\n');
    const config = load({
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: '0',
      DATA_DIR: 'stock',
      REDIS_URL: 'rediss://user:word@cache.example:6380/2',
      WIX_APP_ID: 'app',
      WIX_PUBLIC_KEY: 'key 0',
      WIX_PUBLIC_KEY_FILE: `a.pem, ${join(directory, 'b.pem')}`,
      LOG_LEVEL: 'silent',
      WIX_CLOCK_SKEW_SECONDS: '0',
      PLUGIN_BODY_LIMIT_BYTES: '65536',
      IDEMPOTENCY_RETENTION_SECONDS: '60',
      LEDGER_RETENTION_DAYS: '3660',
      ORDER_RETENTION_DAYS: '9',
      REFUSAL_RETENTION_DAYS: '7',
      REDIS_COMMAND_TIMEOUT_MS: '50',
      DRAIN_TIMEOUT_MS: '0',
      CATALOG_IDENTITY_OPTIONS: '{"constructor":["size","colour"]}',
      AUTH_PUBLIC_KEY_FILE: 'c.pem',
      AUTH_ISSUER: 'issuer',
      AUTH_AUDIENCE: 'audience',
      RATE_LIMIT_PER_MINUTE: '0',
      WEBHOOK_TARGET_URL: 'https://shop.example/hook',
      WEBHOOK_TARGET_EVENT_TYPES: 'deleted, low_stock,deleted',
      WEBHOOK_SIGNING_KEY_FILE: 'a.pem',
      WEBHOOK_RETRY_SCHEDULE_SECONDS: '0, 0.5,60',
      WEBHOOK_TIMEOUT_MS: '50',
      WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
      CORS_ORIGINS: 'https://a.example, http://b.example:8080',
      GRAPHQL_INTROSPECTION: 'on',
    });
    expect(config).toEqual({
      ...defaults,
      nodeEnv: 'production',
      host: '0.0.0.0',
      port: 0,
      dataDir: join(directory, 'stock'),
      redisUrl: 'rediss://user:word@cache.example:6380/2',
      wixAppId: 'app',
      wixPublicKeys: ['key 0', 'key a', 'key b'],
      logLevel: 'silent',
      wixClockSkewSeconds: 0,
      pluginBodyLimitBytes: 65_536,
      idempotencyRetentionSeconds: 60,
      ledgerRetentionDays: 3660,
      orderRetentionDays: 9,
      refusalRetentionDays: 7,
      redisCommandTimeoutMs: 50,
      drainTimeoutMs: 0,
      catalogIdentityOptions: { constructor: ['size', 'colour'] },
      authJwksUrl: undefined,
      authPublicKeys: ['key c'],
      authSecret: undefined,
      authIssuer: 'issuer',
      authAudience: 'audience',
      rateLimitPerMinute: 0,
      webhookTargetUrl: 'https://shop.example/hook',
      webhookTargetEventTypes: ['low_stock', 'deleted'],
      webhookSigningKey: 'key a',
      webhookRetryScheduleSeconds: [0, 0.5, 60],
      webhookTimeoutMs: 50,
      webhookAllowPrivateTargets: true,
      corsOrigins: ['https://a.example', 'http://b.example:8080'],
      graphqlIntrospection: true,
    });
  });

  test('the config is frozen to its leaves', () => {
    const config = load({ CATALOG_IDENTITY_OPTIONS: '{"app":["size"]}' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.wixPublicKeys)).toBe(true);
    expect(Object.isFrozen(config.catalogIdentityOptions)).toBe(true);
    expect(Object.isFrozen(config.catalogIdentityOptions['app'])).toBe(true);
  });

  test('no app id is inherited from the prototype of objects', () => {
    expect(load({}).catalogIdentityOptions['constructor']).toBeUndefined();
  });

  test('a GUID in the catalog options is found in lower case', () => {
    const appId = '13D21C63-B5EC-5912-8397-C3A5DDB27A97';
    const config = load({ CATALOG_IDENTITY_OPTIONS: JSON.stringify({ [appId]: ['size'] }) });
    expect(config.catalogIdentityOptions).toEqual({ [appId.toLowerCase()]: ['size'] });
  });

  test.each([
    ['redis://localhost', 'redis://localhost'],
    ['REDISS://:p%40ss@host:1/3', 'REDISS://:p%40ss@host:1/3'],
    ['/run/redis.sock', '/run/redis.sock'],
    ['unix:///run/redis.sock?db=1', '/run/redis.sock?db=1'],
  ])('REDIS_URL %s', (text, redisUrl) => {
    expect(load({ REDIS_URL: text }).redisUrl).toBe(redisUrl);
  });
});

describe('.env', () => {
  test('is read, and the real environment wins', () => {
    writeFileSync(join(directory, '.env'), 'PORT=1\nHOST=10.0.0.1\n');
    expect(load({ HOST: '10.0.0.2' })).toMatchObject({ port: 1, host: '10.0.0.2' });
  });

  test('an empty variable of the real environment unsets the one in .env', () => {
    writeFileSync(join(directory, '.env'), 'REDIS_URL=redis://localhost\n');
    expect(load({ REDIS_URL: '' }).redisUrl).toBeUndefined();
    expect(load({ REDIS_URL: undefined }).redisUrl).toBe('redis://localhost');
  });

  test('holds JSON and keys over several lines', () => {
    const text = 'CATALOG_IDENTITY_OPTIONS={"app":["size","colour"]}\n';
    writeFileSync(join(directory, '.env'), `${text}WIX_APP_ID=app\nWIX_PUBLIC_KEY="a\nb"\n`);
    expect(load({})).toMatchObject({
      catalogIdentityOptions: { app: ['size', 'colour'] },
      wixPublicKeys: ['a\nb'],
    });
  });

  test('that cannot be read is an error', () => {
    mkdirSync(join(directory, '.env'));
    expect(problemsOf({}).problems).toMatchObject([{ name: '.env', value: 'EISDIR' }]);
  });
});

describe('wrong settings', () => {
  test('are all named at once with value and bound', () => {
    const error = problemsOf({
      PORT: '65536',
      LOG_LEVEL: 'loud',
      NODE_ENV: 'staging',
      DRAIN_TIMEOUT_MS: '-1',
      HOST: 'two words',
    });
    expect(error.problems.map(({ name }) => name)).toEqual([
      'NODE_ENV',
      'HOST',
      'PORT',
      'LOG_LEVEL',
      'DRAIN_TIMEOUT_MS',
    ]);
    expect(error.message).toContain('PORT is "65536": must be an integer from 0 to 65535');
    expect(error.message).toContain('LOG_LEVEL is "loud": must be one of trace, debug, info');
  });

  test.each([
    ['WIX_CLOCK_SKEW_SECONDS', 0, 3600],
    ['PLUGIN_BODY_LIMIT_BYTES', 65_536, 16_777_216],
    ['IDEMPOTENCY_RETENTION_SECONDS', 60, 31_536_000],
    ['REDIS_COMMAND_TIMEOUT_MS', 50, 60_000],
    ['DRAIN_TIMEOUT_MS', 0, 300_000],
    ['RATE_LIMIT_PER_MINUTE', 0, 1_000_000_000],
    ['PORT', 0, 65_535],
  ])('%s is bounded', (name, minimum, maximum) => {
    load({ [name]: String(minimum) });
    load({ [name]: String(maximum) });
    for (const text of [String(minimum - 1), String(maximum + 1), '1e3', '70.5', 'many', '0x80']) {
      expect(problemsOf({ [name]: text }).problems).toMatchObject([{ name }]);
    }
  });

  test.each(['http://host', 'localhost:6379', '//host', 'redis://', 'unix://relative.sock'])(
    'REDIS_URL %s',
    (text) => {
      expect(problemsOf({ REDIS_URL: text }).problems).toMatchObject([{ name: 'REDIS_URL' }]);
    },
  );

  test.each(['[]', 'null', '{', '{"app":"size"}', '{"app":[1]}', '{"":["size"]}', '{"app":[""]}'])(
    'CATALOG_IDENTITY_OPTIONS %s',
    (text) => {
      const { problems } = problemsOf({ CATALOG_IDENTITY_OPTIONS: text });
      expect(problems).toMatchObject([{ name: 'CATALOG_IDENTITY_OPTIONS' }]);
    },
  );

  test('key files that are missing, empty, a folder or too long are each named', () => {
    writeFileSync(join(directory, 'empty.pem'), '\n');
    writeFileSync(join(directory, 'long.pem'), 'x'.repeat(65_537));
    const files = 'missing.pem,empty.pem,.,long.pem';
    const { problems } = problemsOf({ WIX_APP_ID: 'app', WIX_PUBLIC_KEY_FILE: files });
    expect(problems.map(({ value }) => value)).toEqual([
      '"missing.pem" (ENOENT)',
      '"empty.pem" (empty)',
      '"." (EISDIR)',
      '"long.pem" (65537 bytes)',
    ]);
  });

  test('production needs an app id and a key', () => {
    const { problems } = problemsOf({ NODE_ENV: 'production' });
    expect(problems).toMatchObject([{ name: 'WIX_APP_ID' }, { name: 'WIX_PUBLIC_KEY' }]);
    expect(problems.map(({ value }) => value)).toEqual([undefined, undefined]);
  });

  test('a key needs an app id in development too', () => {
    expect(problemsOf({ WIX_PUBLIC_KEY: 'key' }).problems).toMatchObject([{ name: 'WIX_APP_ID' }]);
  });

  test('no key, secret or password is shown', () => {
    const pem = '-----BEGIN PUBLIC KEY-----HUSH-----END PUBLIC KEY-----';
    const { message } = problemsOf({
      REDIS_URL: 'http://user:HUSH@host?password=HUSH',
      WIX_PUBLIC_KEY: 'HUSH',
      WIX_PUBLIC_KEY_FILE: pem,
      HOST: 'http://user:HUSH@host name',
      LOG_LEVEL: Buffer.from(pem).toString('base64'),
    });
    expect(message.split('\n')).toHaveLength(6);
    expect(message).not.toMatch(/HUSH|LS0tLS1/);
  });

  test('a password that breaks the URL is not shown', () => {
    expect(problemsOf({ REDIS_URL: 'redis:/:HUSH@host' }).message).not.toContain('HUSH');
    expect(problemsOf({ REDIS_URL: 'redis://:HU/SH@host:port' }).message).not.toContain('SH@');
  });
});

describe('documents', () => {
  const page = readFileSync(resolve('docs/reference/configuration.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const example = readFileSync(resolve('.env.example'), 'utf8');

  test('docs/reference/configuration.md has exactly the settings of the table', () => {
    const expected = settings.map((setting) => [
      '',
      `\`${setting.name}\``,
      setting.description,
      setting.unit || '-',
      setting.default === '' ? 'unset' : `\`${setting.default}\``,
      setting.bounds,
      '',
    ]);
    expect(rows).toEqual(expected);
  });

  test('.env.example has every setting with its default, commented out', () => {
    const lines = example.split('\n').filter((line) => /^# [A-Z_]+=/.test(line));
    expect(lines).toEqual(settings.map((setting) => `# ${setting.name}=${setting.default}`));
    expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  test('.env.example is right when every line is in force', () => {
    const inForce = example.replaceAll(/^# ([A-Z_]+=)/gm, '$1');
    writeFileSync(join(directory, '.env'), inForce);
    expect(load({})).toEqual({ ...defaults, dataDir: join(directory, 'data') });
  });
});

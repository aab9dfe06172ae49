import { connectRedis, describeTarget } from '../../src/redis/connect';
import { checkServer } from '../../src/redis/serverCheck';
import { freePort, startBareServer, startInfoServer, type BareServer } from '../support/bareServer';
import { testRedis, testRedisSocket } from '../support/redis';

describe('connectRedis', () => {
  const shared = testRedis();

  it.each([
    ['redis://user:secret@example.com:7000/3', 'redis://example.com:7000/3'],
    ['rediss://:secret@[::1]', 'rediss://[::1]:6379'],
    ['unix:///run/redis.sock?db=2&password=secret', '/run/redis.sock'],
    ['redis+unix:///run/redis.sock', '/run/redis.sock'],
    ['/run/redis.sock', '/run/redis.sock'],
  ])('describes %s without its secrets', (url, description) => {
    expect(describeTarget({ url })).toBe(description);
  });

  it.each(['', 'localhost:6379', 'http://localhost', 'redis://', 'unix://run', 'redis://a/x'])(
    'refuses the address %j',
    async (url) => {
      await expect(connectRedis({ url }, { commandTimeoutMs: 100 })).rejects.toThrow(/must|needs/);
    },
  );

  it.each([(path: string) => path, (path: string) => `unix://${path}?db=0`])(
    'connects to a unix socket and names the connection',
    async (address) => {
      const url = address(testRedisSocket());
      const redis = await connectRedis({ url }, { commandTimeoutMs: 1000 });
      expect(await redis.client('GETNAME')).toBe(`inventory-hub:${process.pid}`);
      redis.disconnect();
    },
  );

  it('connects over TCP with a password, and fails at once with a wrong one', async () => {
    const port = await freePort();
    const server = await startBareServer('--port', String(port), '--requirepass', 'p/w');
    const url = `redis://:${encodeURIComponent('p/w')}@127.0.0.1:${port}/1`;
    const redis = await connectRedis({ url }, { commandTimeoutMs: 1000 });
    expect(await redis.client('INFO')).toContain(' db=1 ');
    redis.disconnect();
    const startedAt = performance.now();
    const wrong = connectRedis(
      { url: `redis://:wrong@127.0.0.1:${port}` },
      { commandTimeoutMs: 1000 },
    );
    await expect(wrong).rejects.toThrow(
      `Cannot use the Redis at redis://127.0.0.1:${port}: WRONGPASS`,
    );
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await server.stop();
  });

  it('tells where it could not connect, after the time it is given', async () => {
    const port = await freePort();
    const attempt = connectRedis(
      { url: `redis://:secret@127.0.0.1:${port}` },
      { commandTimeoutMs: 100, connectTimeoutMs: 200 },
    );
    await expect(attempt).rejects.toThrow(
      `Cannot use the Redis at redis://127.0.0.1:${port}: connect ECONNREFUSED`,
    );
  });

  it('reconnects for ever, but never sends a command twice', async () => {
    const port = await freePort();
    const settings = ['--port', String(port)];
    const first = await startBareServer(...settings);
    const redis = await connectRedis(
      { url: `redis://127.0.0.1:${port}` },
      { commandTimeoutMs: 5000 },
    );
    const pending = redis.blpop('queue', 0);
    process.kill(first.pid, 'SIGKILL');
    await expect(pending).rejects.toThrow(/max retries/);
    await expect(redis.incr('counter')).rejects.toThrow(/isn't writeable/);
    await first.stop();
    const ready = new Promise((resolve) => redis.once('ready', resolve));
    const second = await startBareServer(...settings);
    await ready;
    expect(await redis.incr('counter')).toBe(1);
    redis.disconnect();
    await second.stop();
  });

  it('checks the embedded server without a complaint', async () => {
    const report = await checkServer(shared());
    expect(report.warnings).toEqual([]);
    expect(report.version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('checkServer', () => {
  let server: BareServer | undefined;

  async function check(...settings: string[]): Promise<ReturnType<typeof checkServer>> {
    server = await startBareServer(...settings);
    return checkServer(await server.connect());
  }

  async function checkInfo(info: Record<string, string>): Promise<ReturnType<typeof checkServer>> {
    const fake = await startInfoServer(info);
    const redis = await connectRedis({ url: fake.url }, { commandTimeoutMs: 1000 });
    try {
      return await checkServer(redis);
    } finally {
      redis.disconnect();
      fake.stop();
    }
  }

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('refuses an eviction policy', async () => {
    await expect(check('--maxmemory-policy', 'allkeys-lru')).rejects.toThrow(
      /maxmemory-policy is allkeys-lru. Set it to noeviction/,
    );
  });

  it.each([
    ['nothing on disk', [], /keeps nothing on disk: acknowledged movements are lost/],
    ['snapshots only', ['--save', '60 1'], /only takes snapshots/],
    ['a lazy append-only file', ['--appendonly', 'yes'], /syncs .* everysec/],
  ])('warns of %s', async (_name, settings, warning) => {
    expect((await check(...settings)).warnings).toEqual([expect.stringMatching(warning)]);
  });

  it.each([
    ['renamed away', ['--rename-command', 'CONFIG', '']],
    ['forbidden', '--user default on nopass ~* &* +@all -config'.split(' ')],
  ])('asks INFO where CONFIG is %s', async (_name, way) => {
    const report = await check('--appendonly', 'yes', '--appendfsync', 'always', ...way);
    expect(report.warnings).toEqual([expect.stringContaining('a rhythm it does not tell')]);
    await server?.stop();
    await expect(check('--maxmemory-policy', 'volatile-ttl', ...way)).rejects.toThrow(
      /maxmemory-policy is volatile-ttl/,
    );
  });

  it('refuses a Redis older than 7 and takes a Valkey', async () => {
    const policy = { maxmemory_policy: 'noeviction', aof_enabled: '1' };
    await expect(checkInfo({ redis_version: '6.2.14', ...policy })).rejects.toThrow(
      'Redis 6.2.14 is too old: inventory-hub needs Redis 7 or newer, or Valkey',
    );
    const valkey = { redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.1' };
    expect(await checkInfo({ ...valkey, ...policy })).toMatchObject({
      version: '8.1.1',
      server: 'valkey',
    });
  });
});

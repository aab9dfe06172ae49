import { readFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/redis/connect';
import { isOutage } from '../../src/redis/outage';
import { startBareServer, type BareServer } from '../support/bareServer';
import { testRedis } from '../support/redis';

/** What a promise is rejected with. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}

async function keepReading(redis: Redis): Promise<never> {
  for (;;) {
    await redis.get('stock');
  }
}

describe('isOutage', () => {
  const shared = testRedis();
  let server: BareServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('is true for a command under way when the server dies, and for those after it', async () => {
    server = await startBareServer();
    const redis = await server.connect();
    const pending = failureOf(redis.blpop('queue', 0));
    process.kill(server.pid, 'SIGKILL');
    expect(isOutage(await pending)).toBe(true);
    expect(isOutage(await failureOf(redis.get('stock')))).toBe(true);
    redis.disconnect();
  });

  it('is true when the server hangs', async () => {
    server = await startBareServer();
    const redis = await server.connect(100);
    process.kill(server.pid, 'SIGSTOP');
    const failure = await failureOf(redis.get('stock'));
    expect(String(failure)).toContain('timed out');
    expect(isOutage(failure)).toBe(true);
  });

  it('is true on a connection that was closed, and when none could be made', async () => {
    server = await startBareServer();
    const redis = await server.connect();
    await redis.quit();
    expect(isOutage(await failureOf(redis.get('stock')))).toBe(true);
    const target = { socketPath: `${server.socketPath}.none` };
    const options = { commandTimeoutMs: 100, connectTimeoutMs: 100 };
    expect(isOutage(await failureOf(connectRedis(target, options)))).toBe(true);
  });

  it.each([
    ['OOM', ['--maxmemory', '1mb']],
    ['READONLY', ['--replicaof', '127.0.0.1 1']],
    ['NOREPLICAS', ['--min-replicas-to-write', '1']],
  ])('is true for %s, from a command and from within a script', async (word, settings) => {
    server = await startBareServer(...settings);
    const redis = await server.connect();
    const failures = await Promise.all([
      failureOf(redis.set('stock', 'x'.repeat(2_000_000))),
      failureOf(redis.eval("return redis.call('SET', KEYS[1], ARGV[1])", 1, 'stock', '1')),
    ]);
    for (const failure of failures) {
      expect(String(failure)).toContain(word);
      expect(isOutage(failure)).toBe(true);
    }
  });

  it('is true for a transaction that was given up when memory is full', async () => {
    server = await startBareServer();
    const redis = await server.connect();
    await redis.config('SET', 'maxmemory', '1');
    const failure = await failureOf(redis.multi().get('stock').get('more').exec());
    expect(String(failure)).toContain('EXECABORT');
    expect(isOutage(failure)).toBe(true);
    // What is wrong with the commands themselves is a mistake of ours.
    await redis.config('SET', 'maxmemory', '0');
    const mistake = await failureOf(redis.multi().call('nonsense').exec());
    expect(String(mistake)).toContain('EXECABORT');
    expect(isOutage(mistake)).toBe(false);
  });

  it('is true while a script blocks the server', async () => {
    server = await startBareServer('--busy-reply-threshold', '1');
    const [redis, other] = [await server.connect(), await server.connect()];
    const endless = redis.eval('while true do end', 0).catch(() => undefined);
    const failure = await failureOf(keepReading(other));
    expect(String(failure)).toContain('BUSY');
    expect(isOutage(failure)).toBe(true);
    await other.script('KILL');
    await endless;
  });

  it('is false for mistakes of ours', async () => {
    const key = `outage-${process.pid}`;
    await shared().xgroup('CREATE', key, 'group', '$', 'MKSTREAM');
    const mistakes = [
      await failureOf(shared().get(key)),
      await failureOf(shared().evalsha('0'.repeat(40), 0)),
      await failureOf(shared().eval('return nil + 1', 0)),
      // BUSYGROUP begins like BUSY and is none.
      await failureOf(shared().xgroup('CREATE', key, 'group', '$')),
      await failureOf(readFile('/no/such/file')),
      new TypeError('x is not a function'),
      'a string',
      undefined,
    ];
    await shared().del(key);
    expect(mistakes.map(isOutage)).toEqual(mistakes.map(() => false));
  });
});

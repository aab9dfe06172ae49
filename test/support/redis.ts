import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/redis/connect';

/** The socket of the private Redis of this Jest run. */
export function testRedisSocket(): string {
  const socketPath = process.env['TEST_REDIS_SOCKET'];
  if (socketPath === undefined) {
    throw new Error('TEST_REDIS_SOCKET is not set: global setup did not run');
  }
  return socketPath;
}

/**
 * A connection to the private Redis of this Jest run, closed after the tests of the file (or of
 * the `describe` block it is called in). Call it outside of tests, use `redis()` inside. Tests
 * share the server: keep to tenants of your own (a random id) and never flush.
 */
export function testRedis(commandTimeoutMs = 5000): () => Redis {
  let connection: Redis | undefined;
  beforeAll(async () => {
    connection = await connectRedis({ socketPath: testRedisSocket() }, { commandTimeoutMs });
  });
  afterAll(() => {
    connection?.disconnect();
  });
  return () => {
    if (connection === undefined) {
      throw new Error('testRedis() is connected in beforeAll: call it before any test runs');
    }
    return connection;
  };
}

import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedServer, type EmbeddedServer } from '../../src/redis/embeddedServer';
import { line, startPluginHub, type PluginHub } from '../support/pluginHub';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('while Redis is away', () => {
  let directory: string;
  let server: EmbeddedServer;
  let hub: PluginHub;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'inventory-hub-outage-'));
    server = await startEmbeddedServer({ dataDir: directory, log: quiet });
    hub = await startPluginHub({ socketPath: server.socketPath, commandTimeoutMs: 500 });
  });

  afterEach(async () => {
    await hub.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const serverPid = () => {
    const record = readFileSync(join(directory, 'redis', 'server.json'), 'utf8');
    return (JSON.parse(record) as { pid: number }).pid;
  };

  // Not events.once: it rejects on 'error', which a lost connection always emits.
  const happens = (event: 'close' | 'ready') =>
    new Promise<void>((resolve) => hub.redis.once(event, resolve));

  const isReady = async () => (await fetch(`${hub.url}/readyz`)).status;

  test('a call answers 503 with Retry-After, and its retry moves stock once', async () => {
    const product = randomUUID();
    await hub.create(product, 5);
    const data = { request: hub.request([line(product, 1)]), metadata: hub.metadata() };
    const token = await hub.sign(data);

    const closed = happens('close');
    process.kill(serverPid(), 'SIGKILL');
    await closed;
    const answer = await hub.postToken('/v1/decrement', token);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.body).toMatchObject({ applicationError: { code: 'REDIS_UNAVAILABLE' } });
    expect(await isReady()).toBe(503);
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);

    const ready = happens('ready');
    server = await startEmbeddedServer({ dataDir: directory, log: quiet });
    await ready;
    expect((await hub.postToken('/v1/decrement', token)).status).toBe(200);
    expect((await hub.postToken('/v1/decrement', token)).status).toBe(200);
    expect((await hub.level(product)).quantity).toBe(4);
    expect(await isReady()).toBe(200);
  });

  test('a call whose answer never came is applied once, whatever became of it', async () => {
    const product = randomUUID();
    await hub.create(product, 5);
    const data = { request: hub.request([line(product, 1)]), metadata: hub.metadata() };
    const token = await hub.sign(data);

    process.kill(serverPid(), 'SIGSTOP');
    expect((await hub.postToken('/v1/decrement', token)).status).toBe(503);
    process.kill(serverPid(), 'SIGCONT');
    expect((await hub.postToken('/v1/decrement', token)).status).toBe(200);
    expect((await hub.level(product)).quantity).toBe(4);
    expect((await hub.ledger()).filter(({ operation }) => operation === 'DECREMENT')).toHaveLength(
      1,
    );
  });
});

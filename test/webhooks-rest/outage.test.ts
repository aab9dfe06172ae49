import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedServer } from '../../src/redis/embeddedServer';
import { startPluginHub } from '../support/pluginHub';
import { bodies, webhookData, wixEntity } from './wixEvents';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

test('while Redis is away an event is answered 503; sent again it is taken once', async () => {
  const dataDir = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'event-outage-'));
  let server = await startEmbeddedServer({ dataDir, log: quiet });
  const hub = await startPluginHub({ socketPath: server.socketPath, commandTimeoutMs: 500 });
  // Not events.once: it rejects on 'error', which a lost connection always emits.
  const happens = (event: 'close' | 'ready') =>
    new Promise<void>((resolve) => hub.redis.once(event, resolve));
  try {
    const entity = wixEntity();
    const event = { wixItemId: entity.id };
    const token = await hub.sign(
      webhookData(hub.tenantId, 'created', bodies.created(entity), event),
    );
    const send = () => hub.postToken('/webhooks/wix', token);
    const closed = happens('close');
    const record = readFileSync(join(dataDir, 'redis', 'server.json'), 'utf8');
    process.kill((JSON.parse(record) as { pid: number }).pid, 'SIGKILL');
    await closed;
    const answer = await send();
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.body).toMatchObject({ applicationError: { code: 'REDIS_UNAVAILABLE' } });

    const ready = happens('ready');
    server = await startEmbeddedServer({ dataDir, log: quiet });
    await ready;
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(200);
    expect(await hub.ledger()).toHaveLength(1);
  } finally {
    await hub.close();
    await server.stop();
  }
});

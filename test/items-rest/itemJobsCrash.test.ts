import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { signApiToken } from '../../src/auth/signApiToken';
import type { LedgerEntry } from '../../src/core/movement';
import { verifyTenant } from '../../src/inventory/verify';
import { defineScripts } from '../../src/redis/commands';
import { connectRedis } from '../../src/redis/connect';
import { readLedger } from '../../src/redis/reads';
import { KillableHub } from '../support/killableHub';

const ITEMS = 3000;
const KILLS = 2;
const SECRET = randomUUID() + randomUUID();

interface Job {
  status: string;
  total: number | null;
  succeeded: number;
  failed: number;
}

test('a job by filter survives kill -9 of its hub: every item is adjusted once', async () => {
  const dataDir = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'jobs-'));
  const hub = new KillableHub(dataDir, { AUTH_SECRET: SECRET, RATE_LIMIT_PER_MINUTE: '0' });
  const tenantId = randomUUID();
  const token = await signApiToken(SECRET, {
    tenantId,
    subject: 'test',
    scopes: ['inventory:write'],
    issuer: 'inventory-hub',
    audience: 'inventory-hub',
    expiresInSeconds: 600,
  });
  const call = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(`${await hub.url()}/stores/v3/bulk/inventory-items/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: token },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  try {
    await hub.start();
    for (let at = 0; at < ITEMS; at += 1000) {
      const inventoryItems = Array.from({ length: 1000 }, () => {
        return { productId: 'shelf', variantId: randomUUID(), quantity: 10 };
      });
      await call('create', { inventoryItems });
    }
    // What is adjusted passes the filter no more: who begins again must not miss the rest.
    const { jobId } = await call<{ jobId: string }>('adjust-by-filter', {
      filter: { productId: 'shelf', quantity: { $gte: 10 } },
      adjustment: { decrementBy: 4 },
    });
    const progress = async () => (await call<{ job: Job }>(`jobs/${jobId}`)).job;
    const seen: number[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      for (;;) {
        const { status, succeeded } = await progress();
        seen.push(succeeded);
        expect(status).toBe('RUNNING');
        if (succeeded >= (kill * ITEMS) / (KILLS + 2)) break;
        await pause(2);
      }
      await hub.suffer('hub');
    }
    let job = await progress();
    for (; job.status === 'RUNNING'; job = await progress()) await pause(20);
    expect(job).toMatchObject({ status: 'DONE', total: ITEMS, succeeded: ITEMS, failed: 0 });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));

    const { socketPath } = hub.redis();
    const redis = defineScripts(await connectRedis({ socketPath }, { commandTimeoutMs: 60_000 }));
    const entries: LedgerEntry[] = [];
    for await (const batch of readLedger(redis, tenantId)) entries.push(...batch);
    const lines = entries.flatMap(({ operation, lines }) => (operation === 'ADJUST' ? lines : []));
    expect(lines.every(({ delta, level }) => delta === -4 && level?.quantity === 6)).toBe(true);
    expect(new Set(lines.map(({ itemId }) => itemId)).size).toBe(ITEMS);
    expect(lines).toHaveLength(ITEMS);
    expect((await verifyTenant({ redis }, tenantId)).drift).toEqual([]);
    redis.disconnect();
    expect(await hub.stop()).toBe(0);
  } finally {
    hub.end();
  }
}, 120_000);

import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureDevelopmentKeys } from '../../src/auth/developmentKeys';
import { signWixToken } from '../../src/auth/signWixToken';
import { WIX_STORES_APP_ID } from '../../src/core/catalog';
import { guidOfKey, itemKey } from '../../src/core/identity';
import type { LedgerEntry } from '../../src/core/movement';
import { verifyTenant } from '../../src/inventory/verify';
import { defineScripts } from '../../src/redis/commands';
import { connectRedis } from '../../src/redis/connect';
import { readItems, readLedger } from '../../src/redis/reads';
import { developmentAppId } from '../../src/settings';
import { faults, KillableHub } from '../support/killableHub';
import { bodies, webhookData, wixEntity } from './wixEvents';

const ITEMS = 30;
const EVENTS = 12;
const SENDERS = 16;

interface Sent {
  item: number;
  sequence: number;
  id: string;
  token: string;
}

/** Events about an item: every third item ends deleted, every event but the last may come late. */
async function makeEvents(
  tenantId: string,
  entities: readonly ReturnType<typeof wixEntity>[],
  privateKeyPem: string,
): Promise<Sent[]> {
  const events = entities.flatMap((entity, item) =>
    Array.from({ length: EVENTS }, (_, i) => ({ entity, item, sequence: i + 1 })),
  );
  const sent = events.map(async ({ entity, item, sequence }) => {
    const deletes = sequence === EVENTS && item % 3 === 0;
    const id = randomUUID();
    const told = { ...entity, product: { name: `name ${sequence}` } };
    const body = deletes ? bodies.deleted() : bodies.updated(told);
    const event = { id, sequence: String(sequence), wixItemId: entity.id };
    const data = webhookData(tenantId, deletes ? 'deleted' : 'updated', body, event);
    const token = await signWixToken({ privateKeyPem, appId: developmentAppId, data });
    return { item, sequence, id, token };
  });
  const all = await Promise.all(sent);
  return all.sort(() => Math.random() - 0.5);
}

/** Sends as Wix does: until it is answered 200. */
async function send(hub: KillableHub, { token }: Sent): Promise<void> {
  for (;;) {
    const url = `${await hub.url()}/webhooks/wix`;
    const status = await fetch(url, { method: 'POST', body: token }).then(
      (response) => response.status,
      () => 'no answer',
    );
    if (status === 200) return;
    expect([503, 'no answer']).toContain(status);
    await pause(20);
  }
}

test('events survive kill -9 of hub, Redis and both: none lost, none twice, in order', async () => {
  const dataDir = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'events-'));
  const hub = new KillableHub(dataDir);
  try {
    await hub.start();
    const tenantId = randomUUID();
    const entities = Array.from({ length: ITEMS }, () => wixEntity());
    const { privateKeyPem } = await ensureDevelopmentKeys(dataDir);
    const events = await makeEvents(tenantId, entities, privateKeyPem);
    let next = 0;
    const sender = async () => {
      for (let event = events[next++]; event; event = events[next++]) {
        await send(hub, event);
        // Wix may send again what was answered already.
        if (event.sequence % 4 === 0) await send(hub, event);
      }
    };
    const senders = Promise.all(Array.from({ length: SENDERS }, sender));
    for (const [i, fault] of faults.entries()) {
      while (next < ((i + 1) * events.length) / 4) await pause(5);
      await hub.suffer(fault);
    }
    await senders;

    const redis = defineScripts(
      await connectRedis({ socketPath: hub.redis().socketPath }, { commandTimeoutMs: 60_000 }),
    );
    const ids = entities.map(({ productId, variantId, locationId }) =>
      guidOfKey(
        itemKey(tenantId, {
          appId: WIX_STORES_APP_ID,
          productId: productId as string,
          variantId: variantId as string,
          locationId: locationId as string,
        }),
      ),
    );
    const items = await readItems(redis, tenantId, ids);
    expect(items.map((item) => item?.name)).toEqual(
      ids.map((_, i) => (i % 3 === 0 ? undefined : `name ${EVENTS}`)),
    );
    const entries: LedgerEntry[] = [];
    for await (const batch of readLedger(redis, tenantId)) entries.push(...batch);
    const requests = entries.map(({ requestId }) => requestId);
    expect(new Set(requests).size).toBe(requests.length);
    const sequences = new Map(events.map(({ id, sequence }) => [id, sequence]));
    for (const id of ids) {
      const own = entries.filter(({ lines }) => lines[0]!.itemId === id);
      const order = own.map(({ requestId }) => sequences.get(requestId!)!);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    expect((await verifyTenant({ redis }, tenantId)).drift).toEqual([]);
    redis.disconnect();
    expect(await hub.stop()).toBe(0);
  } finally {
    hub.end();
  }
}, 120_000);

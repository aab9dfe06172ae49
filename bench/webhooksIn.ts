import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { signWixToken } from '../src/auth/signWixToken';
import { openBenchStore } from './benchStore';
import { percentile } from './medians';
import { printTable, shown } from './printTable';
import { startHub } from './servers';
import { benchAppId, makeBenchKeys, type BenchKeys } from './signedCalls';
import { benchTenantId } from './stockedTenant';

/** What to measure of Wix's webhooks. */
export interface WebhooksInBench {
  /** Events per second that are sent, whatever becomes of those before. */
  rate: number;
  /** Time of each kind of events. */
  seconds: number;
}

/** Wix counts an answer of 200 within so many ms (Wix, webhooks). */
const WIX_TIMEOUT_MS = 1250;

/** Measures how long Wix waits for the answer to a webhook while they come at a given rate. */
export async function benchWebhooksIn({ rate, seconds }: WebhooksInBench): Promise<void> {
  const store = await openBenchStore();
  const keys = makeBenchKeys();
  const hub = await startHub(store, keys);
  try {
    console.log(`${store.description}, node ${process.version}, ${rate} events/s`);
    const count = Math.ceil(rate * seconds);
    const items = Array.from({ length: count }, () => newItem());
    const hot = newItem();
    const created = await sign(
      keys,
      'created',
      items.map((item) => ({ item, sequence: 1 })),
    );
    const updated = await sign(
      keys,
      'updated',
      items.map((item) => ({ item, sequence: 2 })),
    );
    const oneItem = Array.from({ length: count }, (_, i) => ({ item: hot, sequence: i + 1 }));
    const hotItem = await sign(keys, 'updated', oneItem);
    // It starts slowly.
    await send(hub.port, await sign(keys, 'created', warmUp(rate)), rate);
    const rows = [
      ['items created', await send(hub.port, created, rate)],
      ['known items updated', await send(hub.port, updated, rate)],
      ['one item updated', await send(hub.port, hotItem, rate)],
      ['all of them again', await send(hub.port, created, rate)],
    ] as const;
    console.log('\nTime from when an event is due to its answer\n');
    printTable(
      ['events', 'answered 200', 'p50 ms', 'p99 ms', 'worst ms', `over ${WIX_TIMEOUT_MS} ms`],
      rows.map(([name, waits]) => [
        name,
        waits.length.toLocaleString('en-US'),
        shown(percentile(waits, 0.5)),
        shown(percentile(waits, 0.99)),
        shown(Math.max(...waits)),
        String(waits.filter((wait) => wait > WIX_TIMEOUT_MS).length),
      ]),
    );
  } finally {
    await hub.stop();
    await store.close();
  }
}

interface WixItem {
  id: string;
  productId: string;
  variantId: string;
  locationId: string;
}

function newItem(): WixItem {
  const [id, productId, variantId] = [randomUUID(), randomUUID(), randomUUID()];
  return { id, productId, variantId, locationId: 'd85fbb4d-e415-49b1-98bc-9d22ec338cb1' };
}

function warmUp(rate: number) {
  return Array.from({ length: rate }, () => ({ item: newItem(), sequence: 1 }));
}

/** Tokens of events, signed beforehand. */
async function sign(
  keys: BenchKeys,
  slug: 'created' | 'updated',
  events: readonly { item: WixItem; sequence: number }[],
): Promise<string[]> {
  const tokens: string[] = [];
  for (const { item, sequence } of events) {
    const data = eventData(slug, item, sequence);
    const expiresInSeconds = 6 * 3600;
    const content = { appId: benchAppId, data, expiresInSeconds };
    tokens.push(await signWixToken({ key: keys.privateKey, ...content }));
  }
  return tokens;
}

function eventData(slug: 'created' | 'updated', item: WixItem, sequence: number): string {
  const product = { name: `Shirt ${sequence}`, variantName: 'Blue', variantSku: 'S-1' };
  const createdDate = '2024-06-26T08:27:58.632Z';
  const entity = { ...item, createdDate, quantity: 7, trackQuantity: true, product };
  const event = {
    id: randomUUID(),
    entityFqdn: 'wix.stores.catalog.v3.inventory_item',
    slug,
    entityId: item.id,
    ...(slug === 'created'
      ? { createdEvent: { entity } }
      : { updatedEvent: { currentEntity: entity } }),
    entityEventSequence: String(sequence),
  };
  return JSON.stringify({
    data: JSON.stringify(event),
    instanceId: benchTenantId,
    eventType: `wix.stores.catalog.v3.inventory_item_${slug}`,
    identity: JSON.stringify({ identityType: 'WIX_USER', wixUserId: 'bench' }),
  });
}

/**
 * Sends tokens when they are due.
 *
 * @returns ms from when each was due to its answer
 * @throws Error for an answer that is not 200
 */
async function send(port: number, tokens: readonly string[], rate: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const started = performance.now();
  const waits: Promise<number>[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const due = started + (i * 1000) / rate;
    const early = due - performance.now();
    if (early > 1) await pause(early);
    waits.push(post(agent, port, tokens[i]!).then(() => performance.now() - due));
  }
  try {
    return await Promise.all(waits);
  } finally {
    agent.destroy();
  }
}

function post(agent: Agent, port: number, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { agent, port, host: '127.0.0.1', method: 'POST', path: '/webhooks/wix' };
    const sent = request(options, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`an event was answered ${response.statusCode}`));
      });
    });
    sent.on('error', reject).end(token);
  });
}

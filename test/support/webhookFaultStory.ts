import { setTimeout as pause } from 'node:timers/promises';
import { guidOfKey, impliedLocationId, itemKey } from '../../src/core/identity';
import { defineScripts, saveItems, type HubRedis } from '../../src/redis/commands';
import { connectRedis } from '../../src/redis/connect';
import { readItems, readLedger } from '../../src/redis/reads';
import { announceTenants } from '../../src/redis/tenants';
import { KillableHub, type Fault } from './killableHub';
import { OrderLoad } from './orderLoad';
import { APP_ID } from './shop';
import { WebhookReceiver, type ReceivedBody } from './webhookReceiver';

/** How hard delivery is tried. */
export interface WebhookFaultPlan {
  /** An empty directory for the hub's data. */
  dataDir: string;
  /** What is killed, one after another. */
  faults: readonly Fault[];
  callers: number;
  /** How many calls are answered before each kill, and after the last. */
  callsBetween: number;
  /** How long the receiver may take to have everything in the end, ms. */
  patienceMs: number;
  onKill?: (fault: Fault, calls: number, received: number) => void;
}

/**
 * Kills of the hub, every fifth with its Redis; after every seventh of them one of Redis alone.
 */
export function webhookFaults(hubKills: number): Fault[] {
  return Array.from({ length: hubKills }, (_, i): Fault[] => [
    i % 5 === 4 ? 'both' : 'hub',
    ...(i % 7 === 6 ? (['redis'] as const) : []),
  ]).flat();
}

/** What a receiver ends up with. */
export interface WebhookFaultReport {
  calls: number;
  movements: number;
  /** Calls that reached the receiver; every third was answered 500. */
  received: number;
  /** Events that were taken more than once. */
  duplicates: number;
  /** Movements of an item that never arrived, as `<item id> <sequence>`. */
  lost: string[];
  /** Items whose copy differs from the hub's. */
  wrongCopies: string[];
  /** First arrivals of an item's events that a receiver drops as old. */
  overtaken: number;
}

const PRODUCTS = 30;
const START_QUANTITY = 1_000_000;

/** A receiver as the protocol page describes one: it keeps ids, and the highest sequences. */
class StockCopy {
  readonly ids = new Set<string>();
  readonly arrived = new Set<string>();
  readonly quantities = new Map<string, number>();
  private readonly sequences = new Map<string, bigint>();
  duplicates = 0;
  overtaken = 0;

  take(event: ReceivedBody): void {
    if (this.ids.has(event.id)) {
      this.duplicates += 1;
      return;
    }
    this.ids.add(event.id);
    const sequence = BigInt(event.entityEventSequence);
    this.arrived.add(`${event.entityId} ${sequence}`);
    if (sequence < (this.sequences.get(event.entityId) ?? 0n)) {
      this.overtaken += 1;
      return;
    }
    this.sequences.set(event.entityId, sequence);
    const { createdEvent, updatedEvent } = event;
    const entity = createdEvent?.entity ?? updatedEvent?.currentEntity;
    if (entity) this.quantities.set(event.entityId, entity.quantity!);
  }
}

/**
 * Puts load on a real hub, kills it again and again while a receiver fails one call in three, and
 * compares what the receiver has with the ledger and the stock.
 */
export async function runWebhookFaultStory(plan: WebhookFaultPlan): Promise<WebhookFaultReport> {
  const receiver = await new WebhookReceiver().start();
  const copy = new StockCopy();
  let count = 0;
  receiver.behaviour = ({ event }) => {
    count += 1;
    // Prime to the number of attempts that are under way at once.
    if (count % 3 === 0) return 500;
    copy.take(event);
    return 200;
  };
  const hub = new KillableHub(plan.dataDir, {
    WEBHOOK_TARGET_URL: receiver.url,
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    WEBHOOK_RETRY_SCHEDULE_SECONDS: Array.from({ length: 40 }, () => '0.2').join(','),
  });
  try {
    await hub.start();
    const load = new OrderLoad(hub, PRODUCTS);
    await withStore(hub, (redis) => stock(redis, load.tenantId));
    await load.start(plan.callers);
    for (const fault of plan.faults) {
      await load.answeredMore(plan.callsBetween);
      plan.onKill?.(fault, load.calls.length, count);
      await hub.suffer(fault);
    }
    await load.answeredMore(plan.callsBetween);
    await load.stop();
    const until = performance.now() + plan.patienceMs;
    const report = await withStore(hub, async (redis) => {
      const { expected, movements } = await expectedEvents(redis, load.tenantId);
      const missing = () => expected.filter((event) => !copy.arrived.has(event));
      while (missing().length > 0 && performance.now() < until) await pause(100);
      return { movements, lost: missing(), wrongCopies: await compare(redis, load, copy) };
    });
    const { duplicates, overtaken } = copy;
    await hub.stop();
    return { calls: load.calls.length, received: count, duplicates, overtaken, ...report };
  } finally {
    hub.end();
    await receiver.close();
  }
}

async function withStore<T>(hub: KillableHub, use: (redis: HubRedis) => Promise<T>): Promise<T> {
  const { socketPath } = hub.redis();
  const redis = await connectRedis({ socketPath }, { commandTimeoutMs: 60_000 });
  try {
    return await use(defineScripts(redis));
  } finally {
    redis.disconnect();
  }
}

function productKey(tenantId: string, product: number): Buffer {
  return itemKey(tenantId, {
    appId: APP_ID,
    productId: `product ${product}`,
    variantId: null,
    locationId: impliedLocationId(tenantId),
  });
}

async function stock(redis: HubRedis, tenantId: string): Promise<void> {
  announceTenants(redis);
  const items = Array.from({ length: PRODUCTS }, (_, product) => ({
    key: productKey(tenantId, product),
    level: { tracked: true, quantity: START_QUANTITY },
    before: '',
    after: JSON.stringify({
      appId: APP_ID,
      productId: `product ${product}`,
      variantId: null,
      locationId: impliedLocationId(tenantId),
    }),
  }));
  await saveItems(redis, { tenantId, items, cause: { operation: 'IMPORT' } });
}

/** What must arrive of each movement's items: the created or updated event. */
async function expectedEvents(
  redis: HubRedis,
  tenantId: string,
): Promise<{ expected: string[]; movements: number }> {
  const expected: string[] = [];
  let movements = 0;
  for await (const entries of readLedger(redis, tenantId)) {
    movements += entries.length;
    for (const { sequence, lines } of entries) {
      expected.push(...lines.map(({ itemId }) => `${itemId} ${10 * sequence + 3}`));
    }
  }
  return { expected, movements };
}

async function compare(redis: HubRedis, { tenantId }: OrderLoad, copy: StockCopy) {
  const ids = Array.from({ length: PRODUCTS }, (_, i) => guidOfKey(productKey(tenantId, i)));
  const items = await readItems(redis, tenantId, ids);
  return items.flatMap((item) => {
    const copied = copy.quantities.get(item!.id);
    return copied === item!.quantity ? [] : [`${item!.id}: ${copied}, not ${item!.quantity}`];
  });
}

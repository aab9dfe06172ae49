import { guidOfKey, impliedLocationId, itemKey } from '../../src/core/identity';
import { verifyTenant, type VerifyReport } from '../../src/inventory/verify';
import { defineScripts, saveItems, type HubRedis } from '../../src/redis/commands';
import { connectRedis } from '../../src/redis/connect';
import { readLedger, readLevels } from '../../src/redis/reads';
import { KillableHub, type Fault } from './killableHub';
import { OrderLoad, type OrderedCall } from './orderLoad';
import { APP_ID } from './shop';

/** How hard a hub is tried. */
export interface FaultPlan {
  /** An empty directory for the hub's data. */
  dataDir: string;
  /** What is killed, one after another. */
  faults: readonly Fault[];
  callers: number;
  /** How many calls are answered before each fault, and after the last. */
  callsBetween: number;
  /** Told before each fault. */
  onFault?: (fault: Fault, calls: number) => void;
}

/** What the callers' own notes and the store say in the end. */
export interface FaultReport {
  calls: number;
  accepted: number;
  refused: number;
  /** Calls that were sent again because their answer was lost. */
  retried: number;
  /** Request ids of accepted calls by what is wrong with them in the ledger. */
  lost: string[];
  doubled: string[];
  /** Request ids of refused calls that stand in the ledger. */
  phantoms: string[];
  /** Products whose quantity is not what the accepted calls leave. */
  wrongQuantities: string[];
  verify: VerifyReport;
  /** Exit code of the hub when it was asked to stop. */
  exitCode: number | null;
}

const PRODUCTS = 30;

/** The first third is scarce, so that calls are refused; the rest never runs out. */
const startQuantity = (product: number) => (product < PRODUCTS / 3 ? 60 : 1_000_000);

/**
 * Puts load on a real hub through HTTP, kills it and its Redis in the middle, and compares what the
 * callers were told with what is stored.
 */
export async function runFaultStory(plan: FaultPlan): Promise<FaultReport> {
  const hub = new KillableHub(plan.dataDir);
  try {
    await hub.start();
    const load = new OrderLoad(hub, PRODUCTS);
    await withStore(hub, (redis) => stock(redis, load.tenantId));
    await load.start(plan.callers);
    for (const fault of plan.faults) {
      await load.answeredMore(plan.callsBetween);
      plan.onFault?.(fault, load.calls.length);
      await hub.suffer(fault);
    }
    await load.answeredMore(plan.callsBetween);
    await load.stop();
    const books = await withStore(hub, (redis) => compareBooks(redis, load));
    return { ...books, exitCode: await hub.stop() };
  } finally {
    hub.end();
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
  const items = Array.from({ length: PRODUCTS }, (_, product) => ({
    key: productKey(tenantId, product),
    level: { quantity: startQuantity(product) },
    before: '',
    after: JSON.stringify({ productId: `product ${product}` }),
  }));
  await saveItems(redis, { tenantId, items, cause: { operation: 'IMPORT' } });
}

async function compareBooks(redis: HubRedis, { tenantId, calls }: OrderLoad) {
  const entries = new Map<string, number>();
  for await (const batch of readLedger(redis, tenantId)) {
    for (const { requestId = 'none' } of batch) {
      entries.set(requestId, (entries.get(requestId) ?? 0) + 1);
    }
  }
  const ids = (wrong: (call: OrderedCall, found: number) => boolean) =>
    calls
      .filter((call) => wrong(call, entries.get(call.requestId) ?? 0))
      .map(({ requestId }) => requestId);
  const accepted = calls.filter(({ status }) => status === 200);
  return {
    calls: calls.length,
    accepted: accepted.length,
    refused: calls.length - accepted.length,
    retried: calls.filter(({ unanswered }) => unanswered > 0).length,
    lost: ids(({ status }, found) => status === 200 && found === 0),
    doubled: ids(({ status }, found) => status === 200 && found > 1),
    phantoms: ids(({ status }, found) => status !== 200 && found > 0),
    wrongQuantities: await wrongQuantities(redis, tenantId, accepted),
    verify: await verifyTenant({ redis }, tenantId),
  };
}

async function wrongQuantities(
  redis: HubRedis,
  tenantId: string,
  accepted: readonly OrderedCall[],
): Promise<string[]> {
  const expected = Array.from({ length: PRODUCTS }, (_, product) => startQuantity(product));
  for (const { method, lines } of accepted) {
    for (const { product, quantity } of lines) {
      expected[product]! += method === 'decrement' ? -quantity : quantity;
    }
  }
  const itemIds = expected.map((_, product) => guidOfKey(productKey(tenantId, product)));
  const levels = await readLevels(redis, tenantId, itemIds);
  return expected.flatMap((quantity, product) => {
    const stored = levels[product]?.quantity;
    return stored === quantity ? [] : [`product ${product}: ${stored}, not ${quantity}`];
  });
}

import { randomBytes, randomUUID } from 'node:crypto';
import { WIX_STORES_APP_ID } from '../src/core/catalog';
import { itemKey } from '../src/core/identity';
import { trimTenant } from '../src/inventory/trim';
import { postMovement, saveItems, type HubRedis } from '../src/redis/commands';
import { keys } from '../src/redis/keys';
import { emptyStore, openBenchStore } from './benchStore';
import { printTable, shown } from './printTable';
import { benchTenantId as tenantId } from './stockedTenant';

/** Items of one import batch, as the hub imports them. */
const BATCH = 100;
const LINES = [1, 3, 10, 100, 300];
const RETENTION_MS = 86_400_000;

/**
 * Measures what the hub itself stores: items through its import script, movements through its
 * posting script, as MEMORY USAGE tells it. The table of docs/reference/keys.md.
 */
export async function benchStoredMemory(count: number): Promise<void> {
  const store = await openBenchStore();
  try {
    const redis = await store.connect(0);
    await emptyStore(redis);
    const size = (name: string) => redis.memory('USAGE', name, 'SAMPLES', 0).then(Number);
    const rows: (readonly [string, number])[] = [];
    const items = await storeItems(redis, count);
    const documentLength = (await redis.hstrlen(keys.documents(tenantId), items[0]!)) || 0;
    const ledger = await size(keys.ledger(tenantId));
    rows.push(
      ['level', (await size(keys.levels(tenantId))) / count],
      [`document of ${documentLength} characters`, (await size(keys.documents(tenantId))) / count],
      ['status index', (await size(keys.statusIndex(tenantId))) / count],
      ['creation in the ledger', ledger / count],
    );
    for (const lines of LINES) {
      const movements = Math.ceil(count / 10 / lines);
      const before = await size(keys.ledger(tenantId));
      const orderId = await postOrders(redis, items, lines, movements);
      const grown = (await size(keys.ledger(tenantId))) - before;
      rows.push([`ledger entry of ${lines} lines`, grown / movements]);
      rows.push([`its order's record`, await size(keys.order(tenantId, orderId))]);
    }
    const deps = { redis, retentionMs: -RETENTION_MS, ledgerRetentionMs: -RETENTION_MS };
    const { entries } = await trimTenant(deps, tenantId, { limits: [] });
    rows.push(['checkpoint, per item', (await size(keys.checkpoint(tenantId))) / count]);
    console.log(`${store.description}, ${count} items, ${entries} entries trimmed\n`);
    printTable(
      ['what', 'bytes'],
      rows.map(([name, bytes]) => [name, shown(bytes)]),
    );
  } finally {
    await store.close();
  }
}

async function storeItems(redis: HubRedis, count: number): Promise<Buffer[]> {
  const stored: Buffer[] = [];
  const locationId = randomUUID();
  while (stored.length < count) {
    const items = Array.from({ length: Math.min(BATCH, count - stored.length) }, (_, i) => {
      const document = {
        appId: WIX_STORES_APP_ID,
        productId: randomUUID(),
        variantId: randomUUID(),
        locationId,
        name: `Cotton shirt ${stored.length + i}`,
        sku: `SHIRT-${stored.length + i}`,
      };
      const key = itemKey(tenantId, document);
      return { key, level: { quantity: 1_000_000 }, before: '', after: JSON.stringify(document) };
    });
    await saveItems(redis, { tenantId, items, cause: { operation: 'IMPORT', actor: 'cli' } });
    stored.push(...items.map(({ key }) => key));
  }
  return stored;
}

/** Posts movements of an order each; the last order. */
async function postOrders(
  redis: HubRedis,
  items: readonly Buffer[],
  lines: number,
  movements: number,
): Promise<string> {
  let orderId = '';
  for (let i = 0; i < movements; i += 1) {
    orderId = randomUUID();
    await postMovement(redis, {
      tenantId,
      settingsRevision: 0,
      retentionMs: RETENTION_MS,
      cause: {
        operation: 'DECREMENT',
        reason: 'ORDER_PLACED',
        orderId,
        actor: `member:${randomUUID()}`,
        requestId: '1736422399.42314521531',
      },
      order: { direction: '-', digests: { call: randomBytes(12), content: randomBytes(12) } },
      lines: Array.from({ length: lines }, (_, n) => ({
        key: items[(i * lines + n) % items.length]!,
        units: -1,
        guard: 'strict',
      })),
    });
  }
  return orderId;
}
